"""The one way to the network: a pooled session, timeouts, retries, the token, and no other host than our own."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from onteg_dynamics.dataverse.explain import explain_network
from onteg_dynamics.dataverse.limits import Call, Limits
from onteg_dynamics.dataverse.pace import Gate
from onteg_dynamics.dataverse.protocol import Request, Response, error_of, retry_after
from onteg_dynamics.dataverse.retries import Failure, Fate, RetryPolicy
from onteg_dynamics.dataverse.tokens import Token, TokenProvider
from onteg_dynamics.dataverse.vigil import Vigil
from onteg_dynamics.errors import AuthenticationError, ErrorDetails, ForeignHostError, TransportError

if TYPE_CHECKING:
    import requests

    from onteg_dynamics.dataverse.session import Way

__all__ = ["Exchange", "NetworkSettings", "Transport", "new_session"]

log = logging.getLogger("onteg_dynamics.http")

LARGEST_BODY = 256 * 1024 * 1024
ANSWER_READS = 5  # read timeouts in which an answer must be whole
CHUNK = 1024 * 1024

# TLS errors of which it is certain that they came before the request was sent. Others may come in the middle of an
# answer, as where a connection is cut.
_HANDSHAKE = re.compile(r"(?i)certificate|handshake|wrong version|unsupported protocol|unknown protocol|http request")


@dataclass(frozen=True)
class NetworkSettings:
    """How to reach the host.

    Attributes:
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for each part of an answer.
        ca_bundle: PEM file of the certificate authorities to trust, None for the usual ones.
        proxy: URL of a proxy, None to follow the environment.
        connections: the most connections kept open at a time.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    ca_bundle: str | None = None
    proxy: str | None = None
    connections: int = 8


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, for whoever watches (a trace, a test). Holds no token."""

    request: Request
    status: int | None
    seconds: float


def new_session(network: NetworkSettings) -> requests.Session:
    """A session with a pool for this many connections. Its own CA bundle wins over the environment's."""
    from onteg_dynamics.dataverse.session import Session

    return Session(network.ca_bundle, network.proxy, network.connections)


def _way(session: requests.Session, origin: str) -> Way:
    from onteg_dynamics.dataverse.session import Way

    return Way.to(origin, session)


@dataclass
class Transport:
    """Sends requests to one Dataverse host.

    Args:
        origin: ``https://org.crm.dynamics.com``, scheme and host alone.
        tokens: where access tokens come from.
        api_version: ``9.0`` to ``9.2``.
        network: timeouts, certificates, proxy.
        policy: when to try again.
        screen: cleans every response body before anyone sees it (takes out secrets).
        watch: told of each exchange.
        sleep, clock, random: the world, to be replaced in tests.
    """

    origin: str
    tokens: TokenProvider
    session: requests.Session
    api_version: str = "9.2"
    network: NetworkSettings = field(default_factory=NetworkSettings)
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    screen: Callable[[bytes], bytes] = bytes
    watch: Callable[[Exchange], None] | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        """Resolve once what stays the same for every request."""
        self.root = f"{self.origin}/api/data/v{self.api_version}/"
        self._way = _way(self.session, self.origin)
        self._vigil = Vigil()
        self.gate = Gate(lambda: self.clock())  # noqa: PLW0108 - the clock may be replaced

    def send(self, request: Request, call: Call) -> Response:
        """Send `request` and return the last answer, an error answer included, after as many tries as make sense.

        Raises:
            ForeignHostError: the URL leads to another host. Nothing was sent.
            AuthenticationError: no token to be had.
            TransportError: no answer came; ``outcome_unknown`` tells whether the request may have been carried out.
            StoppedError: the call's deadline or cancel.
        """
        url, request = self.url(request.path), request.with_headers(call.headers)
        tried, waited, lost = 0, 0.0, 0
        while True:
            outcome = self._authorized(request, url, call)
            failure = _failure_of(outcome)
            if failure is None:
                return _finish(outcome, lost)
            tried += failure.status != 429
            pause = self.policy.pause(failure, request.repeat, tried, waited, self.random)
            if pause is None:
                return _finish(outcome, lost)
            lost += failure.ambiguous
            waited += pause
            log.info("trying again in %.2f s (%s, HTTP %s)", pause, failure.fate.value, failure.status)
            throttled = failure.status == 429
            if throttled:
                self.gate.throttled(pause)
            self.rest(pause, call)
            call.usage.add(retries=1, throttle_wait=pause if throttled else 0.0)

    def url(self, path: str) -> str:
        """The whole URL for `path`: relative to the API's root, to the host's root, or whole already.

        Raises:
            ForeignHostError: it leads to another host.
        """
        if path.startswith("/") and not path.startswith(("//", "/\\")):
            return self.origin + path
        if "://" not in path.partition("?")[0] and not path.startswith(("/", "\\")):
            return self.root + path
        if _origin_of(path) != _origin_of(self.origin):
            raise ForeignHostError(f"A link leads to another host than {self.origin}. The token is not sent there.")
        return path

    def rest(self, pause: float, call: Call) -> None:
        """Wait some seconds.

        Raises:
            StoppedError: the call's deadline or cancel.
        """
        call.check(pause)
        end = self.clock() + pause
        while (left := end - self.clock()) > 0:
            call.check()
            self.sleep(min(left, 1.0) if call.cancelled else left)

    def _authorized(self, request: Request, url: str, call: Call) -> Response | _Fault:
        token = self.tokens.token()
        outcome = self._once(request, url, token.value, call)
        if isinstance(outcome, Response) and outcome.status == 401:
            token = self._renewed(token.value, outcome)
            call.usage.add(retries=1)
            outcome = self._once(request, url, token.value, call)
        return outcome

    def _renewed(self, refused: str, answer: Response) -> Token:
        """Another token than the one refused; where there is none, the error tells what the service said."""
        try:
            return self.tokens.renew(refused)
        except AuthenticationError as exc:
            said = error_of(answer).details
            raise exc.located(code=said.code, status=said.status, request_id=said.request_id) from None

    def _once(self, request: Request, url: str, token: str, call: Call) -> Response | _Fault:
        call.check()
        started = self.clock()
        call.usage.add(requests=1)
        outcome = self._exchange(request, url, token, call)
        if isinstance(outcome, Response):
            self._learn(outcome, call)
        self._tell(request, outcome, self.clock() - started)
        return outcome

    def _learn(self, answer: Response, call: Call) -> None:
        """What an answer tells of the limits."""
        limits = Limits.read(answer.headers)
        call.usage.limits = limits or call.usage.limits
        if limits is not None and limits.parallelism_hint is not None:
            self.gate.hinted(limits.parallelism_hint)

    def _exchange(self, request: Request, url: str, token: str, call: Call) -> Response | _Fault:
        try:
            reply = self._way.send(request, url, token, self._timeout(call))
            with closing(reply):
                body = self._whole(reply, call)
        except self._way.faults as exc:
            return _fault(exc, self.origin)
        untouched = request.exact and reply.status_code < 300
        return Response(reply.status_code, reply.headers, body if untouched else self.screen(body))

    def _whole(self, reply: requests.Response, call: Call) -> bytes:
        """The body; an answer that does not end in time is ended here.

        Raises:
            TransportError: it is too large.
            requests.RequestException, HTTPError, OSError: it broke off, or did not end.
        """
        left = call.remaining()
        limit = self.network.read_timeout * ANSWER_READS
        watched = self._vigil.begin(reply.raw, limit if left is None else min(limit, left))
        try:
            return _body(reply)
        finally:
            if self._vigil.end(watched):
                raise self._way.endless()

    def _timeout(self, call: Call) -> tuple[float, float]:
        left = call.remaining()
        limit = float("inf") if left is None else left
        return min(self.network.connect_timeout, limit), min(self.network.read_timeout, limit)

    def _tell(self, request: Request, outcome: Response | _Fault, seconds: float) -> None:
        status = outcome.status if isinstance(outcome, Response) else None
        if log.isEnabledFor(logging.DEBUG):
            path = self.screen(request.path.encode()).decode()
            log.debug("%s %s -> %s in %.3f s", request.method, path, status, seconds)
        if self.watch is not None:
            self.watch(Exchange(request, status, seconds))

    def close(self) -> None:
        """Close all connections and forget the tokens."""
        self.tokens.close()
        self.session.close()
        self._vigil.close()


@dataclass(frozen=True)
class _Fault:
    """An attempt that brought no answer, with the error it will be if no further attempt is made."""

    fate: Fate
    error: TransportError


def _failure_of(outcome: Response | _Fault) -> Failure | None:
    if isinstance(outcome, _Fault):
        return Failure(outcome.fate) if outcome.error.details.retryable else Failure(Fate.REFUSED)
    if outcome.status < 400:
        return None
    return Failure(Fate.REFUSED, outcome.status, retry_after(outcome.headers, now=None))


def _finish(outcome: Response | _Fault, lost: int) -> Response:
    if isinstance(outcome, Response):
        return replace(outcome, lost=lost) if lost else outcome
    raise outcome.error.located(outcome_unknown=True) if lost else outcome.error


def _fault(exc: Exception, origin: str) -> _Fault:
    """Turn a library's exception into ours. The original is let go: it holds the request, and that holds the token."""
    fate = Fate.UNSENT if _never_sent(exc) else Fate.LOST
    message, fix, retryable = explain_network(exc, origin)
    details = ErrorDetails(fix=fix, retryable=retryable, outcome_unknown=fate is Fate.LOST)
    return _Fault(fate, TransportError(message, details))


def _never_sent(exc: Exception) -> bool:
    import requests
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    if isinstance(exc, requests.exceptions.SSLError):
        return _HANDSHAKE.search(str(exc)) is not None
    if isinstance(exc, (requests.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    cause = exc.args[0] if exc.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError)


def _body(reply: requests.Response) -> bytes:
    """The whole body, decoded, but never more than `LARGEST_BODY` bytes of it: a gzip bomb must not fill the memory."""
    if _is_plain(reply):
        return bytes(reply.raw.read(decode_content=True))
    parts, size = [], 0
    for part in reply.raw.stream(CHUNK, decode_content=True):
        size += len(part)
        if size > LARGEST_BODY:
            raise _too_large()
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _is_plain(reply: requests.Response) -> bool:
    """Whether the body is as long as was said, and can be read at once: that needs half the memory."""
    length = reply.raw.length_remaining
    return length is not None and length <= LARGEST_BODY and "Content-Encoding" not in reply.headers


def _too_large() -> TransportError:
    megabytes = LARGEST_BODY // (1024 * 1024)
    return TransportError(
        f"The answer is larger than {megabytes} MB; it was not read further.",
        ErrorDetails(fix="Ask for fewer columns or a smaller page."),
    )


def _origin_of(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme.lower(), (parts.hostname or "").lower(), port
