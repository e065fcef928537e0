"""Posting: one try, and one more where a gateway said that it might help."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
import urllib.error
import urllib.request
from typing import IO, Any
from urllib.parse import urlsplit

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.webhooks.letter import Letter

TIMEOUT = 60.0
TRIES = 2
_WORTH_A_TRY = frozenset({502, 503, 504})


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is an answer like any other: it is not followed."""


def post(letter: Letter, timeout: float = TIMEOUT) -> int:
    """Posts a letter; what the endpoint says beside its status is not read.

    Args:
        letter: The letter.
        timeout: Seconds to wait for an answer.

    Returns:
        How many tries it took.

    Raises:
        Refusal: The endpoint did not answer with 2xx.
    """
    for number in range(1, TRIES + 1):
        status = _status(letter, timeout)
        if 200 <= status <= 299:
            return number
        if status not in _WORTH_A_TRY:
            break
    raise refusals.webhook_status()


def _status(letter: Letter, timeout: float) -> int:
    parts = urlsplit(letter.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise refusals.webhook_unreachable()
    request = urllib.request.Request(letter.url, letter.body, dict(letter.headers), method="POST")  # noqa: S310
    try:
        with _opener(parts.hostname).open(request, timeout=timeout) as answer:
            return _code(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except TimeoutError as error:
        raise refusals.webhook_timeout() from error
    except urllib.error.URLError as error:
        raise _broken(error.reason) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise refusals.webhook_unreachable() from error


def _broken(reason: Any) -> refusals.Refusal:
    return refusals.webhook_timeout() if isinstance(reason, TimeoutError) else refusals.webhook_unreachable()


def _code(answer: IO[bytes]) -> int:
    return int(getattr(answer, "status", 0))


def _opener(host: str) -> urllib.request.OpenerDirector:
    """On this machine no proxy is asked and any certificate is good; elsewhere what the machine is set up for holds."""
    handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
    if is_here(host):
        handlers += [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_trusting())]
    return urllib.request.build_opener(*handlers)


def is_here(host: str) -> bool:
    """True for names and addresses of this machine's loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
