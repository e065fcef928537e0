"""Which row is meant: an id, an alternate key, or the exact name of one row. The table is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.lookups import Target, read_target
from onteg_dynamics.dataverse.matching import equals
from onteg_dynamics.dataverse.odata import literal
from onteg_dynamics.dataverse.rows import find
from onteg_dynamics.dataverse.selection import Selection, choose
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import InputError, LookupTextError, Problem

__all__ = ["row_meant"]

_WORDS = frozenset({"table", "id", "key", "name"})


def row_meant(link: Link, table: Table, value: Any, field: str) -> str:
    """The GUID of the row that a value names.

    Args:
        link: the client at work.
        table: the row's table.
        value: a GUID, ``accounts(GUID)``, an exact name, ``{"id" | "key" | "name"}``, or an alternate key's columns and
            values.
        field: what it is called where something is wrong with it.

    Raises:
        InputError: it names nothing, or a row of another table.
        LookupTextError: no row has this name or key, or several have.
    """
    target = _read(value, field)
    if target.table and link.table(target.table).name != table.name:
        raise InputError((Problem(field, "", f"must be a row of {table.name}"),))
    return target.id or _found(link, table, target, field)


def _read(value: Any, field: str) -> Target:
    if isinstance(value, Mapping) and not _WORDS & set(value):
        return Target(key=value)
    try:
        return read_target(value)
    except ValueError as exc:
        problem = Problem(field, "", str(exc))
    raise InputError((problem,))


def _found(link: Link, table: Table, target: Target, field: str) -> str:
    found = find(link, table, _condition(link, table, target, field), _only_id(link, table), most=2)
    if len(found) == 1:
        return found[0].id
    told = f"more than one row of {table.name} has" if found else f"no row of {table.name} has"
    hint = "; give its id" if found else ""
    raise LookupTextError((Problem(field, "", f"{told} this {'key' if target.key else 'name'}{hint}"),))


def _condition(link: Link, table: Table, target: Target, field: str) -> str:
    if target.key:
        return equals(link, table, target.key, field)
    if not table.primary_name:
        raise InputError((Problem(field, "", f"rows of {table.name} have no name; give an id"),))
    return f"{table.primary_name} eq {literal(target.text or '')}"


def _only_id(link: Link, table: Table) -> Selection:
    return Selection(table, choose(link.columns(table), (table.primary_id,)))
