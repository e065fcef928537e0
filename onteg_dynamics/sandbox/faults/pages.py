"""What a client gets that meets a status on order: the service's JSON, or a gateway's page."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

import orjson

from onteg_dynamics.sandbox.answers import JSON_TYPE
from onteg_dynamics.sandbox.faults.rule import Rule

HTML_TYPE = "text/html; charset=utf-8"
_CODES = {
    429: ("0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds."),
    500: ("0x80040216", "An unexpected error occurred."),
}


def answer_of(rule: Rule) -> tuple[str, bytes]:
    """Content type and body of the answer that a rule orders."""
    return (HTML_TYPE, _page(rule)) if rule.body == "html" else (JSON_TYPE, _document(rule))


def headers_of(rule: Rule) -> list[tuple[bytes, bytes]]:
    """The headers that it brings along."""
    return [(b"Retry-After", rule.retry_after.encode("latin-1"))] if rule.retry_after else []


def _document(rule: Rule) -> bytes:
    code, message = _CODES.get(rule.status, ("", _reason(rule.status)))
    return orjson.dumps({"error": {"code": rule.code or code, "message": rule.message or message}})


def _page(rule: Rule) -> bytes:
    title = f"{rule.status} {_reason(rule.status)}"
    text = escape(rule.message or "The server could not answer the request. Please try again later.")
    head = f"<!DOCTYPE html>\n<html><head><title>{escape(title)}</title></head>\n"
    return f"{head}<body><h2>{escape(title)}</h2><p>{text}</p></body></html>\n".encode()


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
