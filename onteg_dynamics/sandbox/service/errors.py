"""Error bodies: ``{"error":{"code","message"}}`` and the annotations that a caller may ask for."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.service.message import Request, Response

_HELP = "http://go.microsoft.com/fwlink/?LinkID=398563&error="
_DETAILS = "Microsoft.PowerApps.CDS."


def error_response(refusal: Refusal, request: Request | None) -> Response:
    """The answer that a refusal becomes.

    Args:
        refusal: Status, code and message.
        request: The request, whose annotation wish may add details; None where it could not be read.
    """
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if request is not None and request.preferences.annotations:
        wanted = request.preferences.annotation_filter
        error |= {f"@{name}": value for name, value in _details(refusal).items() if wanted.wants(name)}
    response = Response.json({"error": error}, refusal.status)
    response.headers.extend(refusal.headers.items())
    return response


def _details(refusal: Refusal) -> dict[str, str]:
    name = quote(f"Microsoft.Crm.CrmException:{refusal.code.removeprefix('0x')}", safe="")
    return {
        f"{_DETAILS}ErrorDetails.OperationStatus": "0",
        f"{_DETAILS}ErrorDetails.SubErrorCode": "0",
        f"{_DETAILS}HelpLink": f"{_HELP}{name}&client=platform",
        f"{_DETAILS}TraceText": "",
        f"{_DETAILS}InnerError.Message": refusal.message,
    }
