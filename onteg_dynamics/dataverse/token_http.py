"""msal's way to the network: our session with a timeout, and a client secret that goes nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from onteg_dynamics.dataverse.explain import explain_network
from onteg_dynamics.errors import ErrorDetails, ForeignHostError, TransportError

if TYPE_CHECKING:
    import requests
    from urllib3.response import BaseHTTPResponse

__all__ = ["Reply", "TokenHttp"]

LARGEST_BODY = 1024 * 1024
BODY_READS = 5  # timeouts in which an answer must be whole

# Microsoft's own: the discovery document of one may name the token endpoint of another.
_MICROSOFT = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoft.com",
        "login.windows.net",
        "sts.windows.net",
        "login-us.microsoftonline.com",
        "login.microsoftonline.us",
        "login.usgovcloudapi.net",
        "login.chinacloudapi.cn",
        "login.partner.microsoftonline.cn",
    }
)


@dataclass(frozen=True)
class Reply:
    """An answer, in the shape msal reads.

    Attributes:
        status_code: HTTP status.
        text: the body.
        headers: matched in any case.
    """

    status_code: int
    text: str
    headers: Mapping[str, str]

    @property
    def busy(self) -> bool:
        """Whether the same request may fare better later."""
        return self.status_code == 429 or self.status_code >= 500

    def json(self) -> Mapping[str, Any]:
        """The body if it is a JSON object, else an empty one."""
        try:
            data = orjson.loads(self.text)
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}


class Stopped(Exception):  # noqa: N818 - a signal to come back through msal; what happened is in `TokenHttp.fault`
    """The exchange failed, or its answer is not for msal."""


class TokenHttp:
    """The `http_client` of msal.

    Args:
        session: sends.
        authority: the only host that may be asked, or any of Microsoft's if it is one of them.
        timeout: seconds for connecting and for reading.

    Attributes:
        reply: the last answer since `reset`.
        fault: why an exchange brought none.
    """

    OPTIONS: Mapping[str, Any] = MappingProxyType({})
    """What every request is sent with beside its own options."""

    def __init__(self, session: requests.Session, authority: str, timeout: float | tuple[float, float]) -> None:
        self._session = session
        self._authority = authority
        self._timeout = timeout
        self.reset()

    @property
    def host(self) -> str:
        """The token service's host, for messages."""
        return urlsplit(self._authority).netloc

    def reset(self) -> None:
        """Forget what happened."""
        self.reply: Reply | None = None
        self.fault: TransportError | None = None

    def get(self, url: str, **options: Any) -> Reply:
        """Send a GET. Raises `Stopped` if no answer comes."""
        return self._send("GET", url, options)

    def post(self, url: str, **options: Any) -> Reply:
        """Send a POST. Raises `Stopped` if no answer comes, or none that msal can read."""
        reply = self._send("POST", url, options)
        if not reply.json():  # msal would log it whole, and a gateway's page may repeat what was sent
            raise Stopped
        return reply

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    def _send(self, method: str, url: str, options: Mapping[str, Any]) -> Reply:
        outcome = self._exchange(method, url, options) if self._allowed(url) else _foreign(self._authority)
        if isinstance(outcome, Reply):
            self.reply = outcome
            return outcome
        self.fault = outcome
        raise Stopped

    def _exchange(self, method: str, url: str, options: Mapping[str, Any]) -> Reply | TransportError:
        """One exchange. The exception of a failed one is let go: it holds the request, and that the client secret."""
        from urllib3.exceptions import HTTPError

        # A redirect could carry the secret elsewhere, a .netrc entry could replace it; a bundle set on the session
        # counts for more than the environment's.
        bundle = self._session.verify if isinstance(self._session.verify, str) else None
        fixed = {"timeout": self._timeout, "allow_redirects": False, "auth": _as_it_is, "verify": bundle}
        try:
            answer = self._session.request(method, url, **{**options, **fixed, **self.OPTIONS, "stream": True})
            with closing(answer):
                return Reply(answer.status_code, self._text(answer), answer.headers)
        # requests' own are OSErrors, but for those of a bad URL; what breaks off while it is read is urllib3's.
        except (OSError, ValueError, HTTPError) as exc:
            message, fix, retryable = explain_network(exc, self._authority, "Token URL")
        return TransportError(message, ErrorDetails(fix=fix, retryable=retryable))

    def _text(self, answer: requests.Response) -> str:
        """The body, or as much of it as any token takes; one that does not end in time is ended."""
        waits = self._timeout if isinstance(self._timeout, tuple) else (self._timeout,)
        timer = threading.Timer(BODY_READS * waits[-1], _ended, [answer.raw])
        timer.start()
        try:
            return answer.raw.read(LARGEST_BODY, decode_content=True).decode("utf-8", "replace")
        finally:
            timer.cancel()

    def _allowed(self, url: str) -> bool:
        ours, theirs = urlsplit(self._authority), urlsplit(url)
        if theirs.scheme != "https":
            return False
        return theirs.netloc.lower() == ours.netloc or (_of_microsoft(ours.netloc) and _of_microsoft(theirs.netloc))


def _ended(answer: BaseHTTPResponse) -> None:
    with suppress(OSError, ValueError):  # it has ended in this very moment
        answer.shutdown()


def _of_microsoft(host: str) -> bool:
    return host.lower() in _MICROSOFT or host.lower().endswith(".login.microsoft.com")  # the latter: regional ones


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _foreign(authority: str) -> ForeignHostError:
    return ForeignHostError(
        f"{urlsplit(authority).netloc} names another host as its token endpoint. The client secret is not sent there.",
        ErrorDetails(fix="Check the Token URL."),
    )
