"""What goes to an endpoint: address, headers and body, with what the endpoint wants as proof.

Follows "Use webhooks" and "Register a webhook". The values of header and query proofs are kept as
``<settings><setting name="…" value="…" /></settings>``, as the Plug-in Registration tool writes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from xml.etree.ElementTree import ParseError

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.webhooks.happening import Happening

MAX_BYTES = 256 * 1024
_CUT = ("ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages")
_WEBHOOK_KEY, _HTTP_HEADER, _HTTP_QUERY = 4, 5, 6
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True)
class Letter:
    """A post that is ready to go.

    Attributes:
        url: Where to.
        headers: Header values by name.
        body: The body.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def step_letter(endpoint: Mapping[str, Any], happening: Happening, context: dict[str, Any], host: str) -> Letter:
    """The post of a step.

    Args:
        endpoint: The endpoint's row.
        happening: What happened.
        context: The RemoteExecutionContext.
        host: The environment's host.

    Raises:
        Refusal: The proof cannot be sent in headers or query, or the message is too large.
    """
    body, is_cut = _body(context)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "x-ms-dynamics-organization": host,
        "x-ms-dynamics-entity-name": happening.table.logical_name,
        "x-ms-dynamics-request-name": happening.message,
        "x-ms-correlation-request-id": happening.circumstances.correlation_id,
        **({"x-ms-dynamics-msg-size-exceeded": "true"} if is_cut else {}),
    }
    url, proof = str(endpoint["url"] or ""), str(endpoint["authvalue"] or "")
    if endpoint["authtype"] == _WEBHOOK_KEY:
        url = _with_query(url, {"code": proof})
    elif endpoint["authtype"] == _HTTP_QUERY:
        url = _with_query(url, query_proof(proof))
    elif endpoint["authtype"] == _HTTP_HEADER:
        headers |= header_proof(proof)
    return Letter(url, headers, body)


def callback_letter(url: str, document: Mapping[str, Any]) -> Letter:
    """The post of a callback registration: a row and what happened to it."""
    return Letter(url, {"Content-Type": "application/json; charset=utf-8"}, orjson.dumps(document))


def header_proof(text: str) -> dict[str, str]:
    """The headers that an endpoint wants.

    Raises:
        Refusal: The text is none, or a name or value cannot be a header.
    """
    found = _settings(text)
    if found is None or not all(_TOKEN.fullmatch(name) and _VALUE.fullmatch(value) for name, value in found.items()):
        raise refusals.webhook_headers()
    return found


def query_proof(text: str) -> dict[str, str]:
    """The query parameters that an endpoint wants.

    Raises:
        Refusal: The text is none.
    """
    found = _settings(text)
    if found is None or not all(found):
        raise refusals.webhook_query()
    return found


def _settings(text: str) -> dict[str, str] | None:
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    pairs = {one.get("name", ""): one.get("value", "") for one in root if one.tag == "setting"}
    return pairs if root.tag == "settings" and pairs else None


def _with_query(url: str, members: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(members, quote_via=quote))))
    return urlunsplit(parts._replace(query=query))


def _body(context: dict[str, Any]) -> tuple[bytes, bool]:
    """The context as JSON, without its details where it would be too large."""
    body = _json(context)
    if len(body) <= MAX_BYTES:
        return body, False
    body = _json({name: value for name, value in context.items() if name not in _CUT})
    if len(body) > MAX_BYTES:
        raise refusals.webhook_size()
    return body, True


def _json(document: Any) -> bytes:
    """The serializer escapes slashes; in JSON they stand in texts only."""
    return orjson.dumps(document).replace(b"/", b"\\/")
