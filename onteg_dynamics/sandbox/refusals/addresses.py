"""Addresses that lead nowhere, verbs that do not fit."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import ODATA_CODE, SEGMENT_CODE, Refusal


def no_such_segment(segment: str) -> Refusal:
    """The path names something that does not exist."""
    return Refusal(404, SEGMENT_CODE, f"Resource not found for the segment '{segment}'.")


def unresolved_parameters() -> Refusal:
    """A bound message by its name alone ("Use Web API actions", bound actions)."""
    return Refusal(400, ODATA_CODE, "Request message has unresolved parameters.")


def no_http_resource(url: str) -> Refusal:
    """The path exists, but not for this verb (a POST to a function)."""
    return Refusal(404, "", f"No HTTP resource was found that matches the request URI '{url}'.")


def method_not_allowed(method: str, resource: str) -> Refusal:
    """PATCH or DELETE on a collection, PUT on a row and the like."""
    message = f"The requested resource does not support http method '{method}'."
    return Refusal(405, "0x0", message, {"Allow": "OPTIONS,GET,HEAD,POST"} if resource else {})


def key_not_valid(type_name: str) -> Refusal:
    """The key names no primary or alternate key of the table."""
    return Refusal(
        400,
        "0x80060888",
        f"The key in the request URI is not valid for resource '{type_name}'. Ensure that the names and number of key "
        f"properties match the declared or alternate key properties for the resource '{type_name}'.",
    )


def bad_request_uri(detail: str) -> Refusal:
    """A path or key that cannot be read."""
    return Refusal(400, ODATA_CODE, f"Bad Request - Error in query syntax. {detail}".strip())


def url_too_long() -> Refusal:
    """A GET URL above 32 KB."""
    return Refusal(414, "", "The request URI is too long.")


def not_covered(what: str) -> Refusal:
    """Something the real service has and this sandbox does not."""
    return Refusal(501, "0x80040219", f"The sandbox does not cover this: {what}.")


def unexpected() -> Refusal:
    """What a caller sees of a fault in the sandbox itself."""
    return Refusal(500, "0x80040216", "An unexpected error occurred.")
