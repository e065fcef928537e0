"""What a session keeps for the next request is what `requests` would work out anew."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter

from onteg_dynamics.dataverse.session import Adapter, Session
from onteg_dynamics.sandbox import Sandbox

HOST = "https://org.example"


def prepared(url: str) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.method, request.url, request.headers = "GET", url, requests.structures.CaseInsensitiveDict()
    return request


@pytest.mark.parametrize("proxies", [{}, {"http": "http://proxy.example"}, {"https": "http://proxy.example"}])
@settings(max_examples=500, deadline=None)
@given(
    scheme=st.sampled_from(["https", "http", "HTTPS"]),
    rest=st.text(st.sampled_from("/?#&=a%20:@.;'()$"), max_size=12),
)
def test_the_first_line_is_that_of_requests(proxies: dict[str, str], scheme: str, rest: str) -> None:
    request = prepared(f"{scheme}://org.example{rest}")
    try:
        wanted = HTTPAdapter().request_url(request, proxies)
    except ValueError:  # the host is none
        return
    assert Adapter().request_url(request, proxies) == wanted


def test_each_host_proxy_and_certificate_has_its_own_connections(tmp_path: Path) -> None:
    own = str(tmp_path / "own.pem")
    adapter = Adapter()
    ways: list[tuple[str, Any, Any, Any]] = [
        (HOST, True, None, None),
        ("https://other.example", True, None, None),
        ("http://org.example", True, None, None),
        (f"{HOST}:444", True, None, None),
        (HOST, own, None, None),
        (HOST, False, None, None),
        (HOST, True, {"https": "http://proxy.example"}, None),
        (HOST, True, None, own),
        (HOST, True, None, (own, own)),
    ]
    pools = [adapter.get_connection_with_tls_context(prepared(f"{url}/a"), *how) for url, *how in ways]
    again = [adapter.get_connection_with_tls_context(prepared(f"{url}/b?c"), *how) for url, *how in ways]
    assert len(set(pools)) == len(ways)
    assert pools == again


def test_a_missing_bundle_is_told_until_it_is_there(tmp_path: Path, sandbox: Sandbox) -> None:
    bundle = tmp_path / "ca.pem"
    with Session(str(bundle), None, 1) as session:
        for _ in range(2):
            with pytest.raises(OSError, match="CA certificate bundle"):
                session.get(f"{sandbox.url}/", timeout=10)
        bundle.write_bytes(Path(sandbox.settings()["ca_bundle"]).read_bytes())
        assert session.get(f"{sandbox.url}/", timeout=10).status_code


def test_a_session_that_was_closed_connects_anew(sandbox: Sandbox) -> None:
    session = Session(sandbox.settings()["ca_bundle"], None, 1)
    adapter = session.get_adapter(sandbox.url)
    for _ in range(2):
        assert session.get(f"{sandbox.url}/", timeout=10).status_code
        assert isinstance(adapter, Adapter)
        session.close()
        assert not adapter._pools
        assert not adapter._verified


def test_another_bundle_is_not_trusted_because_of_the_first(tmp_path: Path, sandbox: Sandbox) -> None:
    import trustme

    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with Session(sandbox.settings()["ca_bundle"], None, 1) as session:
        assert session.get(f"{sandbox.url}/", timeout=10).status_code
        adapter = session.get_adapter(sandbox.url)
        with pytest.raises(requests.exceptions.SSLError):
            adapter.send(prepared(f"{sandbox.url}/"), verify=str(other), timeout=10)


def test_certificates_to_trust_are_read_once_and_hosts_are_checked_all_the_same(sandbox: Sandbox) -> None:
    bundle = sandbox.settings()["ca_bundle"]
    with Session(bundle, None, 2) as session:
        answers = [session.get(f"{sandbox.url}/", timeout=10, stream=True) for _ in range(2)]  # two connections
        connections: list[Any] = [answer.raw._connection for answer in answers]
        context = connections[0].ssl_context
        assert connections[0] is not connections[1]
        assert connections[1].ssl_context is context
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.cert_store_stats()["x509_ca"] == 1


def test_a_file_without_certificates_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("no certificate")
    with Session(str(bundle), None, 1) as session:
        for _ in range(2):
            with pytest.raises(requests.exceptions.SSLError):
                session.get(f"{sandbox.url}/", timeout=10)
