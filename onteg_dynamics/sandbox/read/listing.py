"""A line of a listing → its JSON object: what has no value is left out ("Retrieve and execute predefined queries")."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.query.cells import Cell, Line, Listing, offsets
from onteg_dynamics.sandbox.read.annotations import FORMATTED, LOOKUP_NAVIGATION, LOOKUP_TABLE, AnnotationFilter
from onteg_dynamics.sandbox.read.formats import formatted
from onteg_dynamics.sandbox.read.render import RenderContext, json_value

ATTRIBUTE_NAME = "OData.Community.Display.V1.AttributeName"


def render_listing(listing: Listing, wanted: AnnotationFilter, context: RenderContext) -> list[dict[str, Any]]:
    """The JSON objects of a listing's lines.

    Args:
        listing: The listing.
        wanted: Which annotations to show.
        context: Where it is shown.
    """
    writer = _Writer(listing, wanted, context)
    return [writer.document(line) for line in listing.lines]


class _Writer:
    def __init__(self, listing: Listing, wanted: AnnotationFilter, context: RenderContext) -> None:
        self._listing = listing
        self._wanted = wanted
        self._context = context
        self._cells = list(zip(listing.cells, offsets(listing.cells), strict=True))
        self._attributes = wanted.wants(ATTRIBUTE_NAME)

    def document(self, line: Line) -> dict[str, Any]:
        document: dict[str, Any] = {}
        if line.version is not None:
            document["@odata.etag"] = f'W/"{line.version}"'
        for cell, position in self._cells:
            value = line.values[position]
            if value is not None:
                self._add(document, cell, value, line.values[position + 1] if cell.kind or cell.currency else None)
        return document

    def _add(self, document: dict[str, Any], cell: Cell, value: Any, beside: str | None) -> None:
        if cell.kind:
            self._point(document, cell, beside or "")
        if cell.attribute and self._attributes:
            document[f"{cell.key}@{ATTRIBUTE_NAME}"] = cell.attribute
        text = self._words(cell, value, beside) if self._wanted.formatted else None
        if text is not None:
            document[f"{cell.key}@{FORMATTED}"] = text
        document[cell.key] = value if cell.column is None else json_value(cell.column, value)

    def _point(self, document: dict[str, Any], cell: Cell, table: str) -> None:
        """Where a lookup leads; columns with a name of their own have no navigation property."""
        column, model = cell.column, self._context.model
        if self._wanted.lookup_navigation and column is not None and cell.key == column.property_name:
            navigation = model.lookup_navigation(column.table, column.logical_name, table)
            if navigation is not None:
                document[f"{cell.key}@{LOOKUP_NAVIGATION}"] = navigation
        if self._wanted.lookup_table and table:
            document[f"{cell.key}@{LOOKUP_TABLE}"] = table

    def _words(self, cell: Cell, value: Any, beside: str | None) -> str | None:
        if cell.kind:
            return self._listing.names.get(beside or "", {}).get(value)
        if cell.words is not None:
            return cell.words(value)
        if cell.column is None:
            return None
        symbol = self._listing.symbols.get(beside or "")
        return formatted(cell.column, value, symbol)
