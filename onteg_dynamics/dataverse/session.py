"""The session of `requests` that a connection has (its pool, certificates and proxy), and the short way through it."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import SSLError
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_ import create_urllib3_context

from onteg_dynamics.dataverse.protocol import JSON_BODY, STANDARD_HEADERS, Request
from onteg_dynamics.dataverse.vigil import Vigil

if TYPE_CHECKING:
    from urllib3.connectionpool import ConnectionPool

__all__ = ["Adapter", "Session", "Way"]

HEAD_READS = 5  # read timeouts in which the head of an answer must be whole
_USUAL_TIMEOUT = 120.0

_PLAIN_URL = re.compile(r"https?://[^/?#]+(/[^/?#][^?#]*(?:\?[^#]+)?)")


class Session(requests.Session):
    """A session whose own CA bundle and proxy win over the environment's.

    Args:
        ca_bundle: PEM file of the certificate authorities to trust, None for the usual ones.
        proxy: URL of a proxy, None to follow the environment.
        connections: the most connections to one host that are kept open.
    """

    def __init__(self, ca_bundle: str | None, proxy: str | None, connections: int) -> None:
        super().__init__()
        self._ca_bundle = ca_bundle
        self.proxies = {"http": proxy, "https": proxy} if proxy else {}
        for scheme in ("https://", "http://"):
            self.mount(scheme, Adapter(pool_connections=4, pool_maxsize=connections))

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """As `requests` has it, but for the CA bundle."""
        return super().merge_environment_settings(url, proxies, stream, self._ca_bundle or verify, cert)


class Adapter(HTTPAdapter):
    """Works out once for each host what `requests` works out for each request: the pool of connections, and whether
    the files of certificates are there.
    """

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._pools: dict[tuple[Any, ...], ConnectionPool] = {}
        self._verified: set[ConnectionPool] = set()
        self._guard = threading.Lock()
        self._vigil = Vigil()

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Mapping[str, str] | None = None, cert: Any = None
    ) -> ConnectionPool:
        """The pool for the request's host; a pool belongs to these certificates and this proxy alone."""
        origin = tuple(request.url.split("/", 3)[:3])
        key = (*origin, verify, cert, *(proxies or {}).items())
        pool = self._pools.get(key)
        if pool is None:
            made: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
            made.ConnectionCls = _watched(made.ConnectionCls, self._vigil)
            pool = self._pools[key] = made
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Look for the files, the first time.

        Raises:
            OSError: one is not there.
            SSLError: one does not hold certificates.
        """
        with self._guard:  # requests sets what `_trust_once` takes away again
            if conn not in self._verified:
                super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]  # it has no types
                _trust_once(conn)
                self._verified.add(conn)

    def request_url(self, request: Any, proxies: Any) -> str:
        """What stands in the first line of the request: without a proxy, what follows the host."""
        plain = None if proxies else _PLAIN_URL.fullmatch(request.url)
        return plain[1] if plain else super().request_url(request, proxies)

    def close(self) -> None:
        """Close all connections."""
        self._pools.clear()
        self._verified.clear()
        super().close()
        self._vigil.close()


def _watched(plain: Any, vigil: Vigil) -> Any:
    """Connections that end answers whose head does not end: of interim answers (100 Continue) there may be any number,
    and a byte a minute is in time for each single read.
    """

    class Connection(plain):  # type: ignore[misc]  # HTTP's or HTTPS's, as the pool has it
        def getresponse(self) -> Any:
            watched = vigil.begin(_Head(self.sock), HEAD_READS * (self.timeout or _USUAL_TIMEOUT))
            try:
                return super().getresponse()
            finally:
                if vigil.end(watched):
                    raise TimeoutError("The head of the answer did not end.")

    return Connection


@dataclass(frozen=True)
class _Head:
    """The head of an answer that is being read."""

    sock: socket.socket

    def shutdown(self) -> None:
        """End it."""
        self.sock.shutdown(socket.SHUT_RD)


def _trust_once(pool: Any) -> None:
    """Read the certificates to trust once for all connections of a pool: to read the usual ones takes 15 ms, and a bulk
    write opens dozens of connections.
    """
    if pool.cert_reqs != "CERT_REQUIRED" or pool.cert_file is not None:
        return
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    try:
        context.load_verify_locations(pool.ca_certs, pool.ca_cert_dir)
    except OSError as exc:
        raise SSLError(exc) from exc
    pool.conn_kw["ssl_context"] = context
    pool.ca_certs = pool.ca_cert_dir = None


@dataclass(frozen=True)
class Way:
    """The way to one host: what `requests` would work out anew for each call.

    Attributes:
        adapter: what sends.
        options: through what: certificates, proxies.
        faults: what is raised where no answer comes.
    """

    adapter: BaseAdapter
    options: Mapping[str, Any]
    faults: ClassVar[tuple[type[Exception], ...]] = (requests.RequestException, HTTPError, OSError)

    @classmethod
    def to(cls, origin: str, session: requests.Session) -> Way:
        """The way to `origin`."""
        options = session.merge_environment_settings(origin, {}, stream=True, verify=None, cert=None)
        return cls(session.get_adapter(origin), options)

    def send(self, request: Request, url: str, token: str, timeout: tuple[float, float]) -> requests.Response:
        """Send a request; its answer, of which the body is not read yet. Redirects are not followed.

        Args:
            request: what to send.
            url: where to.
            token: goes into ``Authorization``.
            timeout: seconds to wait for a connection, and for each part of the answer.
        """
        return self.adapter.send(_prepared(request, url, token), timeout=timeout, **self.options)

    def endless(self) -> requests.ReadTimeout:
        """The fault of an answer that did not end in time."""
        return requests.ReadTimeout("The answer did not end.")


def _prepared(request: Request, url: str, token: str) -> requests.PreparedRequest:
    """A request as `requests` would prepare it, without working out what we know already. Cookies are not kept:
    an affinity cookie would tie all our workers to one server.
    """
    prepared = requests.PreparedRequest()
    headers = CaseInsensitiveDict({**STANDARD_HEADERS, **request.headers, "Authorization": f"Bearer {token}"})
    if request.body is not None:
        headers.setdefault("Content-Type", JSON_BODY["Content-Type"])
    if request.body is not None or request.method in ("POST", "PATCH", "PUT"):
        headers["Content-Length"] = str(len(request.body or b""))
    prepared.method, prepared.url, prepared.body, prepared.headers = request.method, url, request.body, headers
    return prepared
