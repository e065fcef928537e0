"""A row → its JSON object.

Follows "Web API properties" and "Select columns using OData": null is written, annotations stand before their property.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.model import Column, Model
from onteg_dynamics.sandbox.query import Row
from onteg_dynamics.sandbox.read.annotations import FORMATTED, LOOKUP_NAVIGATION, LOOKUP_TABLE, AnnotationFilter
from onteg_dynamics.sandbox.read.formats import formatted


@dataclass(frozen=True)
class RenderContext:
    """Where rows are shown.

    Attributes:
        root: The service root, with a slash at its end.
        model: The metadata.
    """

    root: str
    model: Model


def render(row: Row, wanted: AnnotationFilter, context: RenderContext) -> dict[str, Any]:
    """The JSON object of a row.

    Args:
        row: The row.
        wanted: Which annotations to show.
        context: Where it is shown.
    """
    if row.reference:
        return {"@odata.id": f"{context.root}{row.table.entity_set_name}({row.row_id})"}
    document: dict[str, Any] = {}
    if row.version is not None:
        document["@odata.etag"] = f'W/"{row.version}"'
    values = row.values
    for column in row.columns:
        value = values[column.logical_name]
        if value is not None and (wanted.formatted or column.is_lookup):
            _annotate(document, column, row, wanted, context)
        document[column.property_name] = value if value is None else json_value(column, value)
    for name, related in row.expanded.items():
        document |= _related(name, related, row, wanted, context)
    return document


def json_value(column: Column, value: Any) -> Any:
    """A stored value as JSON has it.

    Args:
        column: The column.
        value: Its stored value; not null.
    """
    convert = _CONVERSIONS.get(column.type)
    return value if convert is None else convert(value)


def _annotate(
    document: dict[str, Any], column: Column, row: Row, wanted: AnnotationFilter, context: RenderContext
) -> None:
    name, values = column.property_name, row.values
    if not column.is_lookup:
        text = formatted(column, values[column.logical_name], values.get("__symbol"))
        if text is not None:
            document[f"{name}@{FORMATTED}"] = text
        return
    table, text = values[f"{column.logical_name}__table"], values.get(f"{column.logical_name}__name")
    if wanted.lookup_navigation and table:
        navigation = context.model.lookup_navigation(column.table, column.logical_name, table)
        if navigation is not None:
            document[f"{name}@{LOOKUP_NAVIGATION}"] = navigation
    if wanted.lookup_table and table:
        document[f"{name}@{LOOKUP_TABLE}"] = table
    if wanted.formatted and text is not None:
        document[f"{name}@{FORMATTED}"] = text


def _related(
    name: str, related: Row | list[Row] | None, row: Row, wanted: AnnotationFilter, context: RenderContext
) -> dict[str, Any]:
    if not isinstance(related, list):
        return {name: None if related is None else render(related, wanted, context)}
    document: dict[str, Any] = {name: [render(member, wanted, context) for member in related]}
    if name in row.links:
        document[f"{name}@odata.nextLink"] = context.root + row.links[name]
    return document


def _managed(value: Any) -> dict[str, Any]:
    return {"Value": bool(value), "CanBeChanged": True, "ManagedPropertyLogicalName": ""}


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {"Boolean": bool, "ManagedProperty": _managed}
