"""Custom APIs as messages: what a call is checked for and answered with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.processes.arguments import check
from onteg_dynamics.sandbox.processes.custom.declared import CustomApi
from onteg_dynamics.sandbox.processes.custom.files import ENTITY
from onteg_dynamics.sandbox.processes.custom.keep import known_apis
from onteg_dynamics.sandbox.processes.custom.templates import filled
from onteg_dynamics.sandbox.read.render import json_value
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.service.resources import OneRow, stored_row
from onteg_dynamics.sandbox.world import World


def custom_messages(world: World) -> Iterator[Registered]:
    """The messages that an environment declares for itself; those that cannot be called are left out."""
    for api in known_apis(world):
        if api.is_callable and (not api.table or world.model.table(api.table) is not None):
            yield Registered(api.message, _Answer(api), is_hidden=api.is_private)


@dataclass(frozen=True)
class _Answer:
    """What a custom API does: it answers, and changes nothing."""

    api: CustomApi

    def __call__(self, request: Request, arguments: dict[str, Any], target: Target) -> Response:
        api = self.api
        if api.privilege and request.caller.rights is not None:
            request.caller.rights.demand(api.privilege)
        check(api.message, arguments)
        values = dict(arguments)
        if isinstance(target, OneRow):
            values[ENTITY] = _readable(request, target)
        given = {part.name: filled(api.answers.get(part.name), values) for part in api.properties}
        if not api.properties:
            return Response(204)
        rows = api.rows
        if rows is None:
            return result(request, f"{api.name}Response", given)
        return _rows(request, rows.edm, rows.table, given[rows.name])


def _readable(request: Request, target: OneRow) -> dict[str, Any]:
    row = stored_row(request.world, target)
    if request.caller.rights is not None:
        request.caller.rights.check("Read", target.table, row)
    return _members(target.table, row)


def _members(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The columns of a row by their logical names, as JSON has them."""
    found = {}
    for name, column in table.columns.items():
        value = row.get(name) if column.valid_for_read else None
        found[name] = None if value is None else json_value(column, value)
    return found


def _rows(request: Request, edm: str, name: str, value: Any) -> Response:
    """An answer that is a row, or some."""
    table = request.world.model.table(name)
    if edm.startswith("Collection("):
        kind = table.entity_set_name if table is not None else edm
        return Response.json({"@odata.context": f"{request.root}$metadata#{kind}", "value": value or []})
    if value is None:
        return Response(204)
    kind = f"{table.entity_set_name}/$entity" if table is not None else edm
    return Response.json({"@odata.context": f"{request.root}$metadata#{kind}", **value})
