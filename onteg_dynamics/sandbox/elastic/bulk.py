"""Many rows of an elastic table: each stands for itself, and DeleteMultiple.

Follows "Bulk operation messages": some rows may be written and others not; whoever asks for the error's details learns
which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.service.errors import error_response

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.service.message import Request, Response

DETAILS = "Microsoft.PowerApps.CDS.ErrorDetails.Plugin.BulkApiErrorDetails"
_NO_ROW = "00000000-0000-0000-0000-000000000000"
_WRITTEN = 200


@dataclass(frozen=True)
class Outcome:
    """What became of one row: the id that was made or None, and the refusal or None."""

    row_id: str | None
    refusal: refusals.Refusal | None


def each(request: Request, rows: Sequence[Any], work: Callable[[Any], str | None]) -> list[Outcome]:
    """Does something for each row of an elastic table, whatever becomes of the others.

    Args:
        request: The request; its transaction keeps what was written.
        rows: The rows.
        work: What is done with one; it may return an id.
    """
    return list(_outcomes(request, rows, work))


def failed(request: Request, table: Table, rows: Sequence[Mapping[str, Any]], found: list[Outcome]) -> Response | None:
    """The answer where some rows were refused: the first refusal, with the status of every row when asked for."""
    first = next((one.refusal for one in found if one.refusal is not None), None)
    if first is None:
        return None
    details = [
        {
            "RequestIndex": number,
            "Id": str(one.row_id or row.get(table.primary_id) or _NO_ROW),
            "StatusCode": _WRITTEN if one.refusal is None else one.refusal.status,
        }
        for number, (row, one) in enumerate(zip(rows, found, strict=True))
    ]
    response = error_response(first, request)
    if request.preferences.annotations and request.preferences.annotation_filter.wants(DETAILS):
        document = orjson.loads(response.body)
        document["error"][f"@{DETAILS}"] = orjson.dumps(details).decode()
        response.body = orjson.dumps(document)
    return response


def _outcomes(request: Request, rows: Sequence[Any], work: Callable[[Any], str | None]) -> Iterator[Outcome]:
    for row in rows:
        try:
            with request.world.store.transaction():
                made = work(row)
        except refusals.Refusal as refusal:
            yield Outcome(None, refusal)
        else:
            yield Outcome(made, None)
