"""What a refusal is, and the codes that many of them share."""

from __future__ import annotations

PAYLOAD_CODE = "0x80048d19"
ODATA_CODE = "0x80060888"
SEGMENT_CODE = "0x8006088a"


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """An answer that says no.

    Args:
        status: The HTTP status.
        code: The Dataverse code: ``0x8…``, ``0x0`` or empty.
        message: The text for people.
        headers: Extra response headers, such as ``Retry-After`` or ``WWW-Authenticate``.
    """

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
