"""Webhooks that cannot be registered, and posts that failed ("Use webhooks", "Web service error codes")."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import Refusal

_TEXTS = {
    "0x80050201": "The webhook call failed because the http request received non-success httpStatus code. Please check "
    "your webhook request handler.",
    "0x80050202": "The webhook call failed because the Http request timed out at client side. Please check your "
    "webhook request handler.",
    "0x80050203": "The webhook call failed because of invalid http headers in authValue. Check if the authValue "
    "format, header names and values are valid for your Service Endpoint entity.",
    "0x80050204": "The webhook call failed because of invalid http query params in authValue. Check if the authValue "
    "format, query parameter names and values are valid for your Service Endpoint entity.",
    "0x80050205": "The webhook call failed during http post. Please check the exception for more details.",
    "0x80050207": "The webhook call failed because the http request payload has exceeded maximum allowed size. Please "
    "reduce your request size and retry.",
}


def webhook_status() -> Refusal:
    """The endpoint answered with anything but 2xx."""
    return _failed("0x80050201")


def webhook_timeout() -> Refusal:
    """The endpoint did not answer in time."""
    return _failed("0x80050202")


def webhook_headers() -> Refusal:
    """What the endpoint wants as headers cannot be sent as such."""
    return _failed("0x80050203")


def webhook_query() -> Refusal:
    """What the endpoint wants in its query cannot be read."""
    return _failed("0x80050204")


def webhook_unreachable() -> Refusal:
    """There was no connection, or it broke."""
    return _failed("0x80050205")


def webhook_size() -> Refusal:
    """The message is too large even without its details."""
    return _failed("0x80050207")


def bad_registration(message: str) -> Refusal:
    """A step, an endpoint or a callback that would never work."""
    return Refusal(400, "0x80040203", message)


def step_not_allowed() -> Refusal:
    """The message and the filter do not go together."""
    message = "Custom SdkMessageProcessingStep is not allowed on the specified message and entity."
    return Refusal(400, "0x80044187", message)


def no_images(message: str) -> Refusal:
    """The message has no row to make an image of."""
    return Refusal(400, "0x80044189", f"Message '{message}' does not support image registration.")


def wrong_image(message: str) -> Refusal:
    """There is no row before a create, and none after a delete."""
    return Refusal(400, "0x8004416d", f"Message {message} does not support this image type.")


def post_image_too_early() -> Refusal:
    """The row as it became is wanted before it has become so."""
    return Refusal(400, "0x8004416e", "PreEvent step registration does not support Post Image.")


def wrong_message_property(name: str, message: str) -> Refusal:
    """An image of something that the message does not have."""
    return Refusal(400, "0x8004416b", f"Message property name '{name}' is not valid on message {message}.")


def _failed(code: str) -> Refusal:
    return Refusal(400, code, _TEXTS[code])
