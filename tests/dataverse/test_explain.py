from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import trustme
import urllib3.exceptions as u3
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.explain import explain_dataverse, explain_network, looks_foreign

CHALLENGE = (
    "Bearer authorization_uri=https://login.microsoftonline.com/8c1b9b0a-0000-0000-0000-000000000001/oauth2/authorize, "
    "resource_id=https://contoso.crm4.dynamics.com/"
)
PRIVILEGE = (
    "Principal user (Id=1, type=8, roleCount=1, privilegeCount=5, accessMode=4) is missing prvCreateAccount privilege "
    "(Id=2) on OTC=1 for entity 'account' (LocalizedName='Account')."
)
ACCESS = "Principal with id 1 does not have WriteAccess right(s) for record with id 2 of entity account"


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "0x80072560", ("application user", "Client ID", "Endpoint URL")),
        (403, "0x80042f09", ("no security role",)),
        (403, "0x80042F09", ("no security role",)),
        (403, "0x80040220", ("security role",)),
        (403, "0x8004A113", ("administration mode",)),
        (429, "0x80072322", ("Too many requests within", "Concurrency")),
        (429, "0x80072321", ("execution time",)),
        (429, "0x80072326", ("at the same time",)),
        (412, "0x80040237", ("Upsert Record",)),
        (500, "0x80040333", ("duplicate detection",)),
        (412, "0x80060892", ("alternate key",)),
        (412, "0x80060882", ("ETag",)),
        (400, "0x8006088D", ("ETag",)),
        (404, "0x80040217", ("deleted",)),
        (404, "0x80060891", ("key values",)),
        (404, "0x8006088a", ("List Tables",)),
        (400, "0x80048d19", ("Describe Table",)),
        (400, "0x0", ("Describe Table",)),
        (400, "0x80044331", ("Shorten",)),
        (400, "0x80044352", ("full synchronisation",)),
        (500, "0x80044151", ("indexed columns",)),
        (401, "0x8005F101", ("expired",)),
        (404, "", ("Endpoint URL",)),
        (404, "0x0", ("Endpoint URL",)),
        (405, "0x0", ("does not support",)),
        (414, "", ("too long",)),
        (503, "", ("not available",)),
        (599, "0xdeadbeef", ("not available",)),
    ],
)
def test_a_refusal_of_the_web_api_says_what_to_do(status: int, code: str, words: tuple[str, ...]) -> None:
    fix = explain_dataverse(status, code, "Something", None) or ""
    assert all(word in fix for word in words), fix


def test_a_status_nobody_knows_needs_no_advice() -> None:
    assert explain_dataverse(418, "", "I am a teapot", None) is None


def test_a_missing_privilege_is_named_with_its_table() -> None:
    fix = explain_dataverse(403, "0x80040220", PRIVILEGE, None) or ""
    assert "prvCreateAccount (table account)" in fix


def test_a_missing_privilege_without_a_table_is_named() -> None:
    fix = explain_dataverse(403, "0x80040220", "is missing prvActOnBehalfOfAnotherUser privilege", None) or ""
    assert "privilege prvActOnBehalfOfAnotherUser to" in fix


def test_a_row_out_of_reach_is_told_from_a_missing_privilege() -> None:
    assert "may not write this very row" in (explain_dataverse(403, "", ACCESS, None) or "")


def test_a_401_names_the_resource_and_tenant_of_the_challenge() -> None:
    fix = explain_dataverse(401, "", "", CHALLENGE) or ""
    assert "for https://contoso.crm4.dynamics.com by the tenant 8c1b9b0a-0000-0000-0000-000000000001" in fix


@pytest.mark.parametrize("challenge", [None, "", "Basic realm=x", "Bearer resource_id=javascript:alert(1)"])
def test_a_401_without_a_readable_challenge_still_says_what_to_compare(challenge: str | None) -> None:
    fix = explain_dataverse(401, "", "", challenge) or ""
    assert "Scopes" in fix
    assert "javascript" not in fix


@given(st.integers(300, 599), st.text(max_size=40), st.text(max_size=300), st.none() | st.text(max_size=200))
def test_any_answer_can_be_explained(status: int, code: str, message: str, challenge: str | None) -> None:
    fix = explain_dataverse(status, code, message, challenge)
    assert fix is None or fix.endswith(".")


def test_a_web_page_where_data_should_be_points_at_the_endpoint_url() -> None:
    fix = looks_foreign(200, "text/html; charset=utf-8")
    assert "Endpoint URL" in fix
    assert "(HTTP 200, text/html)" in fix


def wrapped(inner: BaseException, outer: type[requests.RequestException] = requests.ConnectionError) -> Exception:
    pool: Any = None
    return outer(u3.MaxRetryError(pool, "/secret-path", reason=inner))  # type: ignore[arg-type]


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def new_connection(cause: BaseException) -> Exception:
    connection: Any = "connection"
    return wrapped(caused(u3.NewConnectionError(connection, f"failed: {cause}"), cause))


CUT = ssl.SSLEOFError(8, "EOF occurred in violation of protocol (_ssl.c:2580)")


def certificate(text: str) -> Exception:
    return wrapped(u3.SSLError(ssl.SSLCertVerificationError(1, text)), requests.exceptions.SSLError)


PROXY_407 = OSError("Tunnel connection failed: 407 Proxy Authentication Required")


@pytest.mark.parametrize(
    ("error", "message", "fix", "retryable"),
    [
        (new_connection(socket.gaierror(-2, "Name or service not known")), "no host", "spelling", False),
        (new_connection(socket.gaierror(-3, "Temporary failure in name resolution")), "just now", "DNS", True),
        (new_connection(ConnectionRefusedError(111, "refused")), "refuses", "firewall", True),
        (new_connection(OSError(101, "Network is unreachable")), "no way", "VPN", True),
        (requests.ConnectTimeout("x"), "No connection", "Connect Timeout", True),
        (requests.ReadTimeout("x"), "did not answer", "Read Timeout", True),
        (TimeoutError("timed out"), "did not answer", "Read Timeout", True),
        (u3.ReadTimeoutError(None, "/x", "x"), "did not answer", "Read Timeout", True),  # type: ignore[arg-type]
        (certificate("self-signed certificate in certificate chain"), "not trusted", "CA Bundle", False),
        (certificate("unable to get local issuer certificate"), "not trusted", "CA Bundle", False),
        (certificate("Hostname mismatch, certificate is not valid for 'a'"), "another host", "Endpoint URL", False),
        (certificate("certificate has expired"), "has expired", "clock", False),
        (wrapped(u3.SSLError("wrong version number"), requests.exceptions.SSLError), "TLS", "HTTPS", False),
        (requests.exceptions.SSLError(u3.SSLError(CUT)), "closed the connection", "Try again", True),
        (OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /x"), "CA bundle", "PEM", False),
        (wrapped(u3.ProxyError("no", PROXY_407), requests.exceptions.ProxyError), "user name", "Proxy", False),
        (
            wrapped(u3.ProxyError("no", OSError("403")), requests.exceptions.ProxyError),
            "let the request",
            "NO_PROXY",
            True,
        ),
        (requests.exceptions.InvalidProxyURL("x"), "not a URL", "Proxy", False),
        (
            requests.ConnectionError(u3.ProtocolError("x", ConnectionResetError(104, "reset"))),
            "closed",
            "firewall",
            True,
        ),
        (requests.exceptions.ChunkedEncodingError("x"), "broke off", "smaller pages", True),
        (u3.DecodeError("x"), "unpacked", "proxy", True),
        (requests.exceptions.InvalidURL("x"), "cannot be sent", "Endpoint URL", False),
        (requests.ConnectionError("something new"), "failed", "network", True),
    ],
)
def test_a_failed_exchange_says_why_and_what_to_do(
    error: Exception, message: str, fix: str, *, retryable: bool
) -> None:
    said = explain_network(error, "https://user:pa55@contoso.crm.dynamics.com:444")
    assert message in said[0]
    assert fix in said[1]
    assert said[2] is retryable
    assert "pa55" not in said[0] + said[1]
    assert "secret-path" not in said[0] + said[1]


def test_the_advice_names_the_field_that_the_host_came_from() -> None:
    said = explain_network(requests.exceptions.InvalidURL("x"), "https://login.example", "Token URL")
    assert "Token URL" in said[1]


def test_exceptions_that_hold_each_other_do_not_hang() -> None:
    first, second = ValueError("a"), OSError("b")
    first.__cause__, second.__cause__ = second, first
    assert explain_network(first, "https://a.example")[0] == "The connection to a.example failed."


@pytest.fixture
def stranger() -> Iterator[str]:
    """An HTTPS server with a certificate nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        peer, _ = listener.accept()
        with peer, pytest.raises(ssl.SSLError):
            context.wrap_socket(peer, server_side=True)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    thread.join()
    listener.close()


def test_a_real_untrusted_certificate_is_known_as_one(stranger: str) -> None:
    with pytest.raises(requests.exceptions.SSLError) as caught:
        requests.get(stranger, timeout=5, proxies={"https": ""})
    message, fix, retryable = explain_network(caught.value, stranger)
    assert message == f"The certificate of {stranger.removeprefix('https://')} is not trusted."
    assert "CA Bundle" in fix
    assert not retryable


def test_a_real_refused_connection_is_known_as_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(requests.ConnectionError) as caught:
        requests.get(f"http://127.0.0.1:{port}/", timeout=5, proxies={"http": ""})
    assert "refuses" in explain_network(caught.value, f"http://127.0.0.1:{port}")[0]


def test_explaining_and_signing_in_load_no_heavy_library() -> None:
    code = (
        "import sys, onteg_dynamics.dataverse.explain, onteg_dynamics.dataverse.auth as auth\n"
        "auth.ReadyToken('x', 'https://a.example').token()\n"
        "auth.authority_of('https://login.microsoftonline.com/t/oauth2/token')\n"
        "print({'msal', 'requests', 'urllib3', 'ssl'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
