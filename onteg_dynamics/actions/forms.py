"""A table's columns as data, and as the JSON Schema of its row, for typed forms. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from onteg_dynamics.dataverse.tables import CHOICE_TYPES, Described, Table

__all__ = ["described", "row_form"]

Schema = dict[str, Any]


def described(item: Described) -> dict[str, Any]:
    """A column as Describe Table shows it; what does not apply is left out."""
    column, details = item.column, item.details
    facts: dict[str, Any] = {
        "name": column.name,
        "label": column.label,
        "type": column.type,
        "required": column.required,
        "creatable": column.creatable,
        "updatable": column.updatable,
        "readable": column.readable,
        "help": column.help or None,
        "choices": [_choice(choice.value, choice.label, choice.state) for choice in details.choices] or None,
        "max_length": details.max_length,
        "minimum": details.minimum,
        "maximum": details.maximum,
        "precision": details.precision,
        "format": details.format,
        "behavior": details.behavior,
        "targets": [{"table": target.target, "navigation": target.navigation} for target in item.targets] or None,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _choice(value: int, label: str, state: int | None) -> dict[str, Any]:
    return {"value": value, "label": label} if state is None else {"value": value, "label": label, "state": state}


def row_form(table: Table, columns: Sequence[Described]) -> Schema:
    """The JSON Schema (draft 2020-12) of a row to write: one field for each column that can be written.

    What business needs comes first, then what it recommends, then the rest; choices are picked by label.
    """
    writable = [item for item in columns if item.column.creatable or item.column.updatable]
    writable.sort(key=lambda item: (_RANK.get(item.column.required, 2), item.column.name))
    fields = {item.column.name: _field(table, item, order) for order, item in enumerate(writable, 1)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table.label,
        "description": f"A row of the table {table.name}, to write.",
        "type": "object",
        "properties": fields,
        "x-onteg-required-by-business": [item.column.name for item in writable if _RANK.get(item.column.required) == 0],
    }


_RANK = {"ApplicationRequired": 0, "SystemRequired": 1, "Recommended": 1}
_GROUPS = {0: "Required", 1: "Recommended", 2: "More"}


def _field(table: Table, item: Described, order: int) -> Schema:
    column = item.column
    field: Schema = {"title": column.label}
    if column.help:
        field["description"] = column.help
    field.update(_type(item))
    field["x-onteg-order"] = order
    field["x-onteg-group"] = _GROUPS[_RANK.get(column.required, 2)]
    if column.is_lookup:
        constants = {"table": table.name, "column": column.name}
        field["x-onteg-choices"] = {"source": "lookup", "params": {}, "constants": constants}
    return field


def _type(item: Described) -> Schema:
    column = item.column
    if column.is_lookup:
        return _lookup(item)
    if column.type == "MultiSelectPicklist":
        return {"type": ["array", "null"], "items": _labels(item), "uniqueItems": True}
    if column.type in CHOICE_TYPES - {"Boolean"}:
        return _labels(item)
    return _SIMPLE.get(column.type, _text)(item)


def _labels(item: Described) -> Schema:
    return {"enum": [*(choice.label for choice in item.details.choices), None]}


def _lookup(item: Described) -> Schema:
    tables = ["systemuser", "team"] if item.column.type == "Owner" else sorted({to.target for to in item.targets})
    hint = f"the id or exact name of a row of {' or '.join(tables)}" if tables else "the id or exact name of a row"
    return {"type": ["string", "object", "null"], "x-onteg-hint": hint}


def _text(item: Described) -> Schema:
    length = item.details.max_length
    return {"type": ["string", "null"], **({"maxLength": length} if length else {})}


def _number(kind: str) -> Callable[[Described], Schema]:
    def number(item: Described) -> Schema:
        bounds = {"minimum": item.details.minimum, "maximum": item.details.maximum}
        return {"type": [kind, "null"], **{name: bound for name, bound in bounds.items() if bound is not None}}

    return number


def _date(item: Described) -> Schema:
    return {"type": ["string", "null"], "format": "date" if item.details.date_only else "date-time"}


_SIMPLE: Mapping[str, Callable[[Described], Schema]] = {
    "Boolean": lambda _: {"type": ["boolean", "null"]},
    "Integer": _number("integer"),
    "BigInt": _number("integer"),
    "Decimal": _number("number"),
    "Double": _number("number"),
    "Money": _number("number"),
    "DateTime": _date,
    "Uniqueidentifier": lambda _: {"type": ["string", "null"], "format": "uuid"},
}
