"""The Dataverse Web API as pure functions: build a request, read a response. No I/O, no clock.

Implements "Compose HTTP requests and handle errors" of the Web API guide.
"""

from __future__ import annotations

import email.utils
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from enum import Enum
from typing import Any
from urllib.parse import quote

import orjson

from onteg_dynamics.dataverse.explain import explain_dataverse, looks_foreign
from onteg_dynamics.errors import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ErrorDetails,
    InputError,
    NotFoundError,
    OntegError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
    TransportError,
    UnavailableError,
)

__all__ = [
    "LABELS",
    "Answer",
    "Repeat",
    "Request",
    "Response",
    "dumps",
    "error_of",
    "moment_of",
    "prefer",
    "read",
    "retry_after",
]

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
LABELS = f"{FORMATTED},{LOOKUP_TABLE}"

# "Defaults to send on every call" of the guide. If-None-Match: null defeats the cache of expanded collections.
STANDARD_HEADERS: Mapping[str, str] = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "OData-MaxVersion": "4.0",
    "OData-Version": "4.0",
    "If-None-Match": "null",
}
JSON_BODY = {"Content-Type": "application/json"}


class Repeat(Enum):
    """When a request may be sent again."""

    ALWAYS = "always"
    """Sending it twice does no harm: reads, and writes made safe."""
    UNSENT = "unsent"
    """Only if the service certainly did nothing: no connection was made, or it was throttled."""
    NEVER = "never"
    """Whoever sends it decides what comes next."""


# RFC 9110 §5.1, §5.5 and §9.1: anything else could begin a header, or a request, of its own.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD_VALUE = re.compile(r"[\t -~]*")
_NOT_IN_A_URL = re.compile(r"[^!-~]")


@dataclass(frozen=True)
class Request:
    """One request to the Web API.

    Attributes:
        method: HTTP method.
        path: what follows ``/api/data/v9.2/``, percent-encoded, query included. With a leading slash it starts at the
            host's root; a whole URL (a nextLink) must lead to the same host. What no URL may hold, such as a blank, is
            encoded here.
        body: JSON bytes, or None.
        headers: beyond the standard ones.
        repeat: when it may be sent again.
        exact: hand the answer's body over untouched, as a file's must be: secrets are not taken out of it.

    Raises:
        InputError: the method or a header has a character that could make more of it than one line.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeat: Repeat = Repeat.ALWAYS
    exact: bool = False

    def __post_init__(self) -> None:
        """Let nothing through that could smuggle in a header or a second request."""
        if not _TOKEN.fullmatch(self.method):
            raise InputError("this is no HTTP method")
        for name, value in self.headers.items():
            if not _TOKEN.fullmatch(name):
                raise InputError("the name of a request header has a character that cannot be sent")
            if not _FIELD_VALUE.fullmatch(value):
                raise InputError(f"the request header {name} has a line break or a character that is not ASCII")
        if _NOT_IN_A_URL.search(self.path):
            encoded = _NOT_IN_A_URL.sub(lambda match: quote(match[0], errors="replace"), self.path)
            object.__setattr__(self, "path", encoded)

    def with_headers(self, headers: Mapping[str, str]) -> Request:
        """The same request with `headers` added; those it has already win."""
        return replace(self, headers={**headers, **self.headers}) if headers else self


@dataclass(frozen=True)
class Response:
    """One answer as it came.

    Attributes:
        status: HTTP status.
        headers: matched in any case.
        body: decoded from its transfer and content encoding.
        lost: earlier attempts of the same request whose answer was lost, so that they may have been carried out.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    lost: int = 0


@dataclass(frozen=True)
class Answer:
    """A good answer, read.

    Attributes:
        data: the JSON body; text for other content; None for an empty body.
        status: HTTP status.
        headers: of the response, matched in any case.
    """

    data: Any
    status: int
    headers: Mapping[str, str]

    @property
    def etag(self) -> str | None:
        """The row's version, ``W/"123"``."""
        return self.headers.get("ETag") or (self.data.get("@odata.etag") if isinstance(self.data, dict) else None)

    @property
    def entity_id(self) -> str | None:
        """The GUID in ``OData-EntityId``; None if it is missing or echoes an alternate key."""
        match = _ENTITY_ID.search(self.headers.get("OData-EntityId") or "")
        return match[1].lower() if match else None


_ENTITY_ID = re.compile(r"\(([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\)\s*$")


def dumps(data: Any) -> bytes:
    """JSON bytes of `data` (UTF-8, dates in ISO form)."""
    return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)


def prefer(
    *, page_size: int | None = None, annotations: str | None = None, representation: bool = False
) -> dict[str, str]:
    """The ``Prefer`` header for these wishes; empty when there are none.

    Args:
        page_size: rows a page, 1 to 5000 (``odata.maxpagesize``).
        annotations: comma list of annotation names, or ``*``.
        representation: ask for the written row in the answer.
    """
    wishes = []
    if representation:
        wishes.append("return=representation")
    if page_size is not None:
        wishes.append(f"odata.maxpagesize={page_size}")
    if annotations:
        wishes.append(f'odata.include-annotations="{annotations}"')
    return {"Prefer": ",".join(wishes)} if wishes else {}


def read(response: Response) -> Answer:
    """The answer in `response`.

    Raises:
        ServiceError: the service said no; the kind tells why.
        AuthenticationError: HTTP 401.
        TransportError: a redirect, or a good status whose body is not what it says it is.
    """
    if response.status >= 300:  # a 304 cannot come: we never send an etag in If-None-Match
        raise error_of(response)
    return Answer(_data(response), response.status, response.headers)


def _data(response: Response) -> Any:
    if not response.body:
        return None
    kind = response.headers.get("Content-Type") or ""
    if "json" not in kind:
        return _text(response, kind)
    try:
        return orjson.loads(response.body.removeprefix(BOM_UTF8))
    except orjson.JSONDecodeError:
        problem = TransportError(
            "The answer is not whole: its JSON ends early or is damaged.", ErrorDetails(retryable=True)
        )
    raise problem


def _text(response: Response, kind: str) -> Any:
    if "html" in kind:
        raise TransportError(
            "The host answers with a web page, not with data.", ErrorDetails(fix=looks_foreign(response.status, kind))
        )
    if kind.startswith(("text/", "application/xml")):
        return response.body.decode("utf-8-sig", errors="replace")
    return response.body


def error_of(response: Response) -> OntegError:
    """The error that `response` (status 300 and up) stands for, whatever shape its body has: JSON, HTML or nothing."""
    code, message = _code_and_message(response)
    status = response.status
    if status < 400:
        return TransportError(
            "The host redirects elsewhere; the token is not sent there.",
            ErrorDetails(status=status, fix="Check the Endpoint URL."),
        )
    challenge = response.headers.get("WWW-Authenticate")
    details = ErrorDetails(
        fix=explain_dataverse(status, code, message, challenge),
        code=code or None,
        status=status,
        request_id=response.headers.get("x-ms-service-request-id") or response.headers.get("REQ_ID"),
        retryable=_retryable(status, code.lower()),
        retry_after=retry_after(response.headers, now=None),
    )
    return _kind(status, code.lower())(message or _fallback(status), details)


RETRYABLE_STATUS = frozenset({408, 429, 500, 502, 503, 504})
RETRYABLE_CODES = frozenset({"0x80044150", "0x80044151", "0x80048554"})  # SQL deadlock, SQL timeout, blocking timeout

_KINDS: Mapping[int, type[OntegError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: UnavailableError,
    409: ConflictError,
    412: ConflictError,
    429: ThrottledError,
    501: BadRequestError,
}
# Conflicts that older builds report under another status.
_DUPLICATES = frozenset({"0x80040237", "0x80060892", "0x80040333"})


def _retryable(status: int, code: str) -> bool:
    return code in RETRYABLE_CODES or (status in RETRYABLE_STATUS and code not in _DUPLICATES)


def _kind(status: int, code: str) -> type[OntegError]:
    if code in _DUPLICATES:
        return ConflictError
    fallback: type[ServiceError] = UnavailableError if status >= 500 else BadRequestError
    return _KINDS.get(status, fallback)


def _fallback(status: int) -> str:
    return f"The service answered with HTTP {status} and no explanation."


def _code_and_message(response: Response) -> tuple[str, str]:
    body = response.body.removeprefix(BOM_UTF8).lstrip()
    try:
        data = orjson.loads(body) if body.startswith(b"{") else None
    except orjson.JSONDecodeError:
        data = None
    error = data.get("error") if isinstance(data, dict) else None
    if isinstance(error, dict):
        return str(error.get("code") or ""), _one_line(str(error.get("message") or ""))
    if isinstance(data, dict) and isinstance(data.get("Message"), str):  # ASP.NET's own shape
        return "", _one_line(data["Message"])
    return "", _from_page(response)


def _from_page(response: Response) -> str:
    """What a gateway's HTML or plain text says, in one short line."""
    text = response.body[:20_000].decode("utf-8", errors="replace")
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    plain = (
        title[1] if title else re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    )
    line = _one_line(plain)[:200]
    return f"A gateway answered with HTTP {response.status}: {line}" if line else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def retry_after(headers: Mapping[str, str], now: datetime | None) -> float | None:
    """Seconds to wait by the ``Retry-After`` header (RFC 9110 §10.2.3: seconds, or an HTTP date); None without one.

    Args:
        headers: of the response.
        now: the time a date is measured from (aware); None for the time of the call.
    """
    value = (headers.get("Retry-After") or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        return float(value)
    when = moment_of(value)
    return None if when is None else max(when - (now or datetime.now(timezone.utc)).timestamp(), 0.0)


def moment_of(http_date: str | None) -> float | None:
    """Seconds since the epoch by an HTTP date (RFC 9110 §5.6.7), such as the header ``Date``; None where it is none."""
    try:
        when = email.utils.parsedate_to_datetime(http_date or "")
    except (TypeError, ValueError):
        return None
    return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()
