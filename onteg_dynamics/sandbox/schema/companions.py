"""Columns that come with a column: names of choices and lookups, amounts in the base currency, parts of files.

Follows "Column (attribute) definitions" (logical columns), "File columns" and "Image columns".
"""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.model import Column, ManyToOne, Model, Table
from onteg_dynamics.sandbox.schema.platform import currency_columns, platform_relations
from onteg_dynamics.sandbox.schema.stamps import stamped
from onteg_dynamics.sandbox.write.values import new_id

_PEOPLE = frozenset({"account", "contact", "systemuser"})
_BASE_RANGE = 922_337_203_685_477
_BIG = 2**63
_MANY_TARGETS = 2


def with_companions(column: Column, now: str) -> list[Column]:
    """A column and the ones that belong to it, itself first."""
    return [column, *_COMPANIONS.get(column.type, _none)(column, now)]


def money_companions(model: Model, table: Table, now: str) -> tuple[list[Column], list[ManyToOne]]:
    """The currency of a table that gets money, with its relationship; nothing where it has one."""
    if "transactioncurrencyid" in table.columns:
        return [], []
    columns = currency_columns(model, table.logical_name, now)
    return columns, platform_relations(model, table.logical_name, columns)


def _none(_column: Column, _now: str) -> list[Column]:
    return []


def _labelled(column: Column, now: str) -> list[Column]:
    return [_child(column, "name", "Virtual", now, odata=False)]


def _money(column: Column, now: str) -> list[Column]:
    shown = f"{column.display_name or column.schema_name} (Base)"
    limits: dict[str, Any] = {"min": -_BASE_RANGE, "max": _BASE_RANGE, "precision": 4, "precision_source": 2}
    base = _child(column, "_base", "Money", now, display_name=shown, **limits)
    return [base]


def _lookup(column: Column, now: str) -> list[Column]:
    text: dict[str, Any] = {"format": "Text", "max_length": 100, "odata": False}
    found = [_child(column, "name", "String", now, **text)]
    if _PEOPLE & set(column.targets):
        found.append(_child(column, "yominame", "String", now, **text))
    if column.type == "Customer" or len(column.targets) >= _MANY_TARGETS:
        found.append(_child(column, "type", "EntityName", now, odata=False))
    return found


def _file(column: Column, now: str) -> list[Column]:
    return [_child(column, "_name", "String", now, format="Text", max_length=200)]


def _image(column: Column, now: str) -> list[Column]:
    own = _child(column, "id", "Uniqueidentifier", now, attribute_of=None)
    of = {"attribute_of": own.logical_name}
    return [
        own,
        _child(column, "_timestamp", "BigInt", now, min=-_BIG, max=_BIG - 1, **of),
        _child(column, "_url", "String", now, format="Url", max_length=200, **of),
    ]


def _child(column: Column, ending: str, kind: str, now: str, **fields: Any) -> Column:
    name = column.logical_name + ending
    endings = {"name": "Name", "yominame": "YomiName", "type": "Type", "id": "Id"}
    schema = column.schema_name + endings.get(ending, ending.title().replace("Url", "URL"))
    of = {"attribute_of": column.logical_name} if kind != "Money" else {}
    return Column(
        column.table,
        name,
        schema,
        kind,
        new_id(),
        **{
            "valid_for_create": False,
            "valid_for_update": False,
            "settings": stamped(now),
            "is_custom": True,
            **of,
            **fields,
        },
    )


_COMPANIONS = {
    "Boolean": _labelled,
    "Picklist": _labelled,
    "MultiSelectPicklist": _labelled,
    "Money": _money,
    "Lookup": _lookup,
    "Customer": _lookup,
    "File": _file,
    "Image": _image,
}
