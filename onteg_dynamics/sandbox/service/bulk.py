"""CreateMultiple, UpdateMultiple, UpsertMultiple, DeleteMultiple: many rows of one table.

Follows "Bulk operation messages". Every target names its type. On a standard table the whole call fails with its first
refusal; on an elastic one each row stands for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.elastic.bulk import each, failed
from onteg_dynamics.sandbox.elastic.partitions import row_key
from onteg_dynamics.sandbox.elastic.upsert import whole_row
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import ANY_TABLE, Registered, Target, result
from onteg_dynamics.sandbox.service.path import split_path
from onteg_dynamics.sandbox.service.resources import Rows
from onteg_dynamics.sandbox.service.roots import below_root
from onteg_dynamics.sandbox.write import create_row, delete_row, update_row
from onteg_dynamics.sandbox.write.references import parse_key, row_by_key

_ANNOTATIONS = ("@odata.type", "@odata.id", "@odata.etag")


def create_multiple(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Creates the targets and answers with their ids, in their order."""
    table = _table(target)
    rows = _targets(table, arguments)
    if table.is_elastic:
        found = each(request, rows, lambda row: _created(request, table, row, None))
        ids = [one.row_id for one in found]
        refused = failed(request, table, rows, found)
        return refused or result(request, "CreateMultipleResponse", {"Ids": ids})
    ids = [_created(request, table, row, None) for row in rows]
    return result(request, "CreateMultipleResponse", {"Ids": ids})


def update_multiple(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Updates the targets; each one names its row."""
    table = _table(target)
    targets = _targets(table, arguments)
    if table.is_elastic:
        return _each(request, table, targets, lambda row: _update(request, table, [row]))
    _update(request, table, targets)
    return Response(204)


def upsert_multiple(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Creates or updates the targets, by primary key or by the alternate key in ``@odata.id``."""
    table = _table(target)
    targets = _targets(table, arguments)
    if table.is_elastic:
        return _each(request, table, targets, lambda row: _upsert(request, table, row))
    for row in targets:
        _upsert(request, table, row)
    return Response(204)


def delete_multiple(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Deletes the targets; elastic tables only."""
    table = _table(target)
    if not table.is_elastic:
        raise refusals.no_delete_multiple()
    return _each(request, table, _targets(table, arguments), lambda row: _delete(request, table, row))


def _each(
    request: Request, table: Table, rows: list[dict[str, Any]], work: Callable[[dict[str, Any]], None]
) -> Response:
    return failed(request, table, rows, each(request, rows, work)) or Response(204)


def _update(request: Request, table: Table, targets: list[dict[str, Any]]) -> None:
    found = [_found(request, table, row) for row in targets]
    missing = [str(row[table.primary_id]) for row, stored in zip(targets, found, strict=True) if stored is None]
    if missing:
        raise refusals.no_such_rows(table.display_name, ", ".join(missing))
    for row, stored in zip(targets, found, strict=True):
        assert stored is not None
        update_row(request.world, request.caller, table, stored, _values(table, row))


def _upsert(request: Request, table: Table, row: dict[str, Any]) -> None:
    key = _key(table, row)
    stored = row_by_key(request.world, table, key) if key is not None else None
    if stored is None:
        _created(request, table, row, key)
    else:
        values = whole_row(request.world.model, table, _values(table, row))
        update_row(request.world, request.caller, table, stored, values)


def _delete(request: Request, table: Table, row: dict[str, Any]) -> None:
    stored = _found(request, table, row)
    if stored is None:
        raise refusals.no_such_rows(table.display_name, str(row[table.primary_id]))
    delete_row(request.world, request.caller, table, stored)


def _table(target: Target) -> Table:
    assert isinstance(target, Rows)
    return target.table


def _targets(table: Table, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    rows = arguments.get("Targets")
    if not isinstance(rows, list) or not rows:
        raise refusals.payload_error(
            table.entity_set_name, "A collection 'Targets' with at least one row was expected."
        )
    for row in rows:
        kind = str(row.get("@odata.type", "")).lstrip("#") if isinstance(row, dict) else ""
        if kind != table.type_name:
            raise refusals.wrong_odata_type(
                kind or "Microsoft.Dynamics.CRM.crmbaseentity", table.type_name, table.entity_set_name
            )
    return rows


def _created(request: Request, table: Table, row: dict[str, Any], key: str | dict[str, Any] | None) -> str:
    values = {name: value for name, value in row.items() if name not in _ANNOTATIONS}
    try:
        if isinstance(key, str):
            values[table.primary_id] = key
            key = None
        return create_row(request.world, request.caller, table, values, key=key)
    except refusals.Refusal as refusal:
        if refusal.code == refusals.duplicate_row().code:
            raise refusals.duplicate_insert() from refusal
        raise


def _found(request: Request, table: Table, row: dict[str, Any]) -> dict[str, Any] | None:
    key = _key(table, row)
    if key is None:
        raise refusals.key_value_missing()
    return row_by_key(request.world, table, key)


def _key(table: Table, row: dict[str, Any]) -> str | dict[str, Any] | None:
    address = row.get("@odata.id")
    if address is not None:
        return _address_key(table, str(address))
    if table.is_elastic:
        return row_key(table, row)
    row_id = row.get(table.primary_id)
    return str(row_id).lower() if row_id is not None else None


def _address_key(table: Table, address: str) -> str | dict[str, Any]:
    segments = split_path(below_root(address) or address)
    key = parse_key(segments[0].key or "") if len(segments) == 1 else None
    if key is None or segments[0].name != table.entity_set_name:
        raise refusals.bad_reference(address, table.entity_set_name)
    return key


def _values(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != table.primary_id and name not in _ANNOTATIONS}


def _message(name: str, returns: str | None = None) -> Message:
    return Message(name, is_function=False, binding=ANY_TABLE, on_collection=True, returns=returns)


BULK = (
    Registered(_message("CreateMultiple", "mscrm.CreateMultipleResponse"), create_multiple),
    Registered(_message("UpdateMultiple"), update_multiple),
    Registered(_message("UpsertMultiple"), upsert_multiple),
    Registered(_message("DeleteMultiple"), delete_multiple),
)
