"""Merge: one of two rows takes over what belongs to the other, which becomes inactive.

Follows "Merge table rows using the Web API": accounts, contacts and leads are merged by the system itself once the
caller may write both; cases by the caller, and ``UpdateContent`` counts for nothing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import ManyToOne, Table
from onteg_dynamics.sandbox.people.references import row_argument
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write import update_row
from onteg_dynamics.sandbox.write.draft import lookup_values
from onteg_dynamics.sandbox.write.update import change_row

# The state of a subordinate, and the columns that hold its parents.
_STATES: Mapping[str, dict[str, int]] = {
    "account": {"statecode": 1},
    "contact": {"statecode": 1},
    "incident": {"statecode": 2, "statuscode": 2000},
    "lead": {"statecode": 2, "statuscode": 7},
}
_PARENTS: Mapping[str, tuple[str, ...]] = {
    "account": ("parentaccountid",),
    "contact": ("parentcustomerid",),
    "incident": ("customerid",),
    "lead": ("parentaccountid", "parentcontactid"),
}
_CASES = "incident"
Row = dict[str, Any]


def merge(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Merges the subordinate into the target."""
    world, caller = request.world, request.caller
    table, target, subordinate = _pair(world, arguments)
    if caller.rights is not None:
        caller.rights.demand("prvMerge")
        caller.rights.check("Write", table, target)
        caller.rights.check("Write", table, subordinate)
    if arguments.get("PerformParentingChecks") is True:
        _check_parents(table, target, subordinate)
    acting = caller if table.logical_name == _CASES else replace(caller, rights=None)
    content = _content(table, arguments)
    if content:
        update_row(world, acting, table, target, content)
    _move(world, acting, table, target, subordinate)
    _retire(world, acting, table, target, subordinate)
    return Response(204)


def _pair(world: World, arguments: dict[str, Any]) -> tuple[Table, Row, Row]:
    """The two rows: of one table that can be merged, different, and both active."""
    table, target = row_argument(world, arguments, "Target")
    other, subordinate = row_argument(world, arguments, "Subordinate")
    if table.logical_name not in _STATES:
        raise refusals.abstract_table(table.logical_name)
    if other is not table:
        raise refusals.wrong_odata_type(other.type_name, table.type_name, "Subordinate")
    if target[table.primary_id] == subordinate[table.primary_id]:
        raise refusals.merge_identical()
    if target["statecode"] != 0 or subordinate["statecode"] != 0:
        raise refusals.merge_inactive()
    return table, target, subordinate


def _check_parents(table: Table, target: Row, subordinate: Row) -> None:
    for column in _PARENTS[table.logical_name]:
        if subordinate.get(column) and subordinate[column] != target.get(column):
            raise refusals.merge_parents(lost=target.get(column) is None)


def _content(table: Table, arguments: dict[str, Any]) -> Row:
    """What is written into the target, without what only tells what it is."""
    content = arguments.get("UpdateContent")
    if content is None or table.logical_name == _CASES:
        return {}
    kind = str(content.get("@odata.type", "")).lstrip("#") if isinstance(content, dict) else ""
    if kind != table.type_name:
        raise refusals.abstract_argument("UpdateContent")
    return {name: value for name, value in content.items() if name not in {"@odata.type", table.primary_id}}


def _move(world: World, caller: Caller, table: Table, target: Row, subordinate: Row) -> None:
    """What points at the subordinate points at the target from now on, where the relationship merges."""
    for relation in world.model.pointing_at(table.logical_name):
        source = world.model.tables[relation.table]
        column = source.columns.get(relation.column)
        if relation.cascade.merge != "Cascade" or source.is_view or column is None or not column.is_lookup:
            continue
        match = {relation.column: subordinate[table.primary_id], f"{relation.column}__table": table.logical_name}
        for child in world.store.select(source.logical_name, match):
            _adopt(world, caller, relation, child, target)


def _adopt(world: World, caller: Caller, relation: ManyToOne, child: Row, target: Row) -> None:
    source, table = world.model.tables[relation.table], world.model.tables[relation.target]
    own = str(target[table.primary_id])
    itself = source is table and str(child[source.primary_id]) == own
    if caller.rights is not None:
        caller.rights.check("Write", source, child)
    link = lookup_values(relation.column, None if itself else relation.target, None if itself else own)
    change_row(world, caller, source, child, link)


def _retire(world: World, caller: Caller, table: Table, target: Row, subordinate: Row) -> None:
    """The subordinate becomes inactive and says into which row it went."""
    row = world.store.get(table, str(subordinate[table.primary_id])) or subordinate
    master = lookup_values("masterid", table.logical_name, str(target[table.primary_id]))
    change_row(world, caller, table, row, {**_STATES[table.logical_name], **master, "merged": 1})


MERGE = (
    Registered(
        Message(
            "Merge",
            is_function=False,
            parameters={
                "Target": "mscrm.crmbaseentity",
                "Subordinate": "mscrm.crmbaseentity",
                "UpdateContent": "mscrm.crmbaseentity",
                "PerformParentingChecks": "Edm.Boolean",
            },
        ),
        merge,
    ),
)
