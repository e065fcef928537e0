"""Numbers about rows: ``$apply`` and exact counts.

Implements "Aggregate data using OData" and "Count rows".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.paging import follow
from onteg_dynamics.dataverse.protocol import FORMATTED, LABELS, LOOKUP_TABLE, Request, prefer
from onteg_dynamics.dataverse.queries import LARGEST_PAGE, checked_text, told_by_field
from onteg_dynamics.dataverse.selection import named
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.dataverse.tables import CHOICE_TYPES, Column, Table
from onteg_dynamics.errors import BadRequestError, InputError, Problem

__all__ = ["Figure", "aggregate", "count", "estimate", "read_figure"]

FUNCTIONS = {"sum": "sum", "average": "average", "avg": "average", "minimum": "min", "min": "min", "maximum": "max"}
FUNCTIONS |= {"max": "max"}
_FIGURE = re.compile(r"\s*(?P<function>\w+)\s*\(\s*(?P<column>\w*)\s*\)\s*(?:as\s+(?P<alias>\w+)\s*)?")
_LIMIT_MET = "0x8004e023"


@dataclass(frozen=True)
class Figure:
    """One aggregate: a function over a column, under a name; counting needs no column."""

    function: str
    column: str
    alias: str


def read_figure(value: Any) -> Figure:
    """An aggregate as people write it: ``sum(estimatedvalue) as total``, or an object.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, Mapping):
        function, column = str(value.get("function", "")).lower(), str(value.get("column", ""))
        alias = str(value.get("alias") or "")
    else:
        match = _FIGURE.fullmatch(str(value))
        if match is None:
            raise ValueError("an aggregate looks like sum(estimatedvalue) as total")
        function, column, alias = match["function"].lower(), match["column"], match["alias"] or ""
    if function != "count" and (function not in FUNCTIONS or not column):
        raise ValueError("an aggregate is count, sum, average, min or max of a column")
    return Figure(function, column, alias or f"{function}_{column}".rstrip("_"))


def aggregate(link: Link, table: Table, groups: Sequence[str], figures: Sequence[Figure], condition: str) -> list[Row]:
    """Groups of rows with their aggregates; labels stand beside choices and lookups.

    Args:
        link: the client at work.
        table: the rows' table.
        groups: columns to group by, none for one row over all.
        figures: aggregates.
        condition: ``$filter`` text, "" for all rows.

    Raises:
        UnknownNameError: a column does not exist.
        BadRequestError: more than 50,000 rows, or what the service does not aggregate.
    """
    columns = link.columns(table)
    grouped = named(columns, groups, "group_by")
    summed = {
        one.column: column for one in figures if one.column for column in named(columns, [one.column], "aggregates")
    }
    apply = _apply(grouped, figures, summed, checked_text("filter", condition, link.columns(table)))
    path = table.entity_set + query_string({"$apply": apply})
    with told_by_field(link, {"filter": condition}):
        data = link.send(Request("GET", path, headers=prefer(annotations=LABELS))).data
    link.call.usage.add(rows=len(data["value"]))
    return [_row(row, grouped, figures) for row in data["value"]]


def count(link: Link, table: Table, condition: str) -> tuple[int, str]:
    """How many rows match, exactly, and how that was found out: ``aggregate``, or ``pages`` above 50,000 rows.

    Args:
        link: the client at work.
        table: the rows' table.
        condition: ``$filter`` text, "" for all rows.
    """
    text = checked_text("filter", condition, link.columns(table))
    apply = query_string({"$apply": _apply((), (_COUNT,), {}, text)})
    try:
        with told_by_field(link, {"filter": condition}):
            data = link.send(Request("GET", table.entity_set + apply)).data
    except BadRequestError as exc:
        if (exc.details.code or "").lower() != _LIMIT_MET:
            raise
    else:
        rows = data["value"]
        return (int(rows[0].get("count", 0)) if rows else 0), "aggregate"
    path = table.entity_set + query_string({"$select": table.primary_id, "$filter": text or None})
    pages = follow(link, path, page_size=LARGEST_PAGE, annotations=None)
    return sum(len(page.rows) for page in pages), "pages"


def estimate(link: Link, table: Table) -> int:
    """How many rows the table had, within the last 24 hours."""
    path = f'RetrieveTotalRecordCount(EntityNames=@p1)?@p1=["{table.name}"]'
    data = link.send(Request("GET", path)).data["EntityRecordCountCollection"]
    return int(dict(zip(data["Keys"], data["Values"], strict=True))[table.name])


_COUNT = Figure("count", "", "count")


def _apply(groups: Sequence[Column], figures: Sequence[Figure], summed: Mapping[str, Column], condition: str) -> str:
    parts = [f"filter({condition})"] if condition else []
    totals = ",".join(_figure(one, summed) for one in figures)
    if groups:
        names = ",".join(column.wire_name for column in groups)
        parts.append(f"groupby(({names}),aggregate({totals}))" if totals else f"groupby(({names}))")
    elif totals:
        parts.append(f"aggregate({totals})")
    else:
        raise InputError((Problem("aggregates", "", "is required when Group By is empty"),))
    return "/".join(parts)


def _figure(one: Figure, summed: Mapping[str, Column]) -> str:
    if one.function == "count":
        return f"$count as {one.alias}"
    return f"{summed[one.column].wire_name} with {FUNCTIONS[one.function]} as {one.alias}"


def _row(row: Row, groups: Sequence[Column], figures: Sequence[Figure]) -> Row:
    shaped: Row = {}
    for column in groups:
        shaped[column.name] = row.get(column.wire_name)
        if column.is_lookup or column.type in CHOICE_TYPES:
            shaped[f"{column.name}.label"] = row.get(f"{column.wire_name}@{FORMATTED}")
        if column.is_lookup:
            shaped[f"{column.name}.table"] = row.get(f"{column.wire_name}@{LOOKUP_TABLE}")
    return shaped | {one.alias: row.get(one.alias) for one in figures}
