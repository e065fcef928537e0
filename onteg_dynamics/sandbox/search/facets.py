"""Rows counted by groups ("Dataverse Search query", "facets parameter")."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query.names import row_names
from onteg_dynamics.sandbox.read.formats import formatted
from onteg_dynamics.sandbox.search.asked import Asked
from onteg_dynamics.sandbox.world import World

_TABLE_NAMES = frozenset({"entityname", "@search.entityname"})
_USUAL_COUNT = 10
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")
_STEPS = {"minute": 16, "hour": 13, "day": 10, "month": 7, "year": 4}
_REST = "0000-01-01T00:00:00"
_SORTS = {"count", "-count", "value", "-value"}

Rows = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Facet:
    """How rows are to be counted.

    Attributes:
        key: What the answer calls it.
        column: Whose values are counted; empty for the table's name.
        table: The only table whose rows are counted; empty for all.
        settings: ``count``, ``sort``, ``values``, ``interval``, ``timeoffset``.
    """

    key: str
    column: str
    table: str
    settings: Mapping[str, str]


def facet_columns(asked: Asked) -> list[str]:
    """The columns that must be read to count."""
    return [facet.column for facet in map(_read, asked.facets) if facet.column]


def count_facets(world: World, asked: Asked, rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """The counts by what the answer calls them.

    Args:
        world: The sandbox.
        asked: The search.
        rows: Every row that was found, with its table.

    Raises:
        Refusal: A facet cannot be carried out.
    """
    return {facet.key: _counted(world, asked, facet, rows) for facet in map(_read, asked.facets)}


def _read(text: str) -> Facet:
    head, *parts = [part.strip() for part in text.split(",")]
    settings = dict(part.partition(":")[::2] for part in parts)
    unknown = set(settings) - {"count", "sort", "values", "interval", "timeoffset"}
    many = {"values", "interval"} <= set(settings) or (
        {"values", "interval"} & set(settings) and {"count", "sort"} & set(settings)
    )
    wrong = settings.get("sort", "count") not in _SORTS or not re.fullmatch(r"[1-9]\d{0,8}", settings.get("count", "1"))
    if not head or unknown or many or wrong or ("timeoffset" in settings and "interval" not in settings):
        raise refusals.search_parameter("facets", f"'{text}' cannot be read.")
    table, _, column = head.replace(":", ".").rpartition(".")
    is_table = head in _TABLE_NAMES
    return Facet(head, "" if is_table else column, "" if is_table else table, settings)


def _counted(world: World, asked: Asked, facet: Facet, rows: Rows) -> list[dict[str, Any]]:
    if not facet.column:
        return _by_value(facet, Counter(name for name, _ in rows), {})
    columns = _columns(asked, facet)
    mine = [row for name, row in rows if name in columns]
    values = [row[facet.column] for row in mine if row.get(facet.column) is not None]
    column = next(iter(columns.values()))
    if "values" in facet.settings:
        return _by_bounds(facet, column, values)
    if "interval" in facet.settings:
        return _by_interval(facet, column, values)
    texts = _lookup_names(world, facet, mine) if column.is_lookup else _labels(column, set(values))
    return _by_value(facet, Counter(values), texts)


def _columns(asked: Asked, facet: Facet) -> dict[str, Column]:
    """The column in each of the tables that have it."""
    fields = [one.fields for one in asked.scopes if facet.table in {"", one.name}]
    known = {one.table.logical_name: one.table.columns[facet.column] for one in fields if facet.column in one.known}
    if not known:
        raise refusals.search_column(facet.column, "facets")
    return known


def _by_value(facet: Facet, counts: Counter[Any], texts: Mapping[Any, str | None]) -> list[dict[str, Any]]:
    sort = facet.settings.get("sort", "count")
    pairs = sorted(counts.items(), key=lambda pair: pair[0])
    if sort.endswith("count"):
        pairs.sort(key=lambda pair: pair[1], reverse=sort == "count")
    elif sort == "-value":
        pairs.reverse()
    most = int(facet.settings.get("count", _USUAL_COUNT))
    return [_result("Value", number, value=value, text=texts.get(value)) for value, number in pairs[:most]]


def _by_bounds(facet: Facet, column: Column, values: Iterable[Any]) -> list[dict[str, Any]]:
    """Ranges between the bounds, each with its lower bound and without its upper one."""
    bounds = [_bound(text, column) for text in facet.settings["values"].split("|")]
    counts = Counter(bisect_right(bounds, value) for value in values)
    ends = [None, *bounds, None]
    return [_result("Range", counts[at], start=ends[at], end=ends[at + 1]) for at in range(len(bounds) + 1)]


def _bound(text: str, column: Column) -> Any:
    if column.type == "DateTime":
        day = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2})?)?Z?", text.strip())
        if day is None:
            raise refusals.search_parameter("facets", f"'{text}' is no time.")
        return text.strip() if column.is_date_only else f"{day[1]}{(day[2] or 'T00:00')[:6]}{day[3] or ':00'}Z"
    try:
        return float(text) if "." in text else int(text)
    except ValueError as error:
        raise refusals.search_parameter("facets", f"'{text}' is no number.") from error


def _by_interval(facet: Facet, column: Column, values: Iterable[Any]) -> list[dict[str, Any]]:
    interval = facet.settings["interval"]
    if column.type == "DateTime":
        offset = _offset(facet.settings.get("timeoffset", ""))
        counts = Counter(_floor(str(value), interval, offset) for value in values)
    elif re.fullmatch(r"[1-9]\d{0,12}", interval) and column.type not in {"String", "Memo"}:
        counts = Counter(value // int(interval) * int(interval) for value in values)
    else:
        raise refusals.search_parameter("facets", f"'{interval}' is no interval of {column.logical_name}.")
    return [_result("Value", counts[value], value=value) for value in sorted(counts)]


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text) if text else None
    if text and match is None:
        raise refusals.search_parameter("facets", f"'{text}' is no time offset.")
    if match is None:
        return timedelta()
    whole = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return -whole if match[1] == "-" else whole


def _floor(text: str, interval: str, offset: timedelta) -> str:
    """The beginning of a moment's interval, in UTC."""
    there = datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=timezone.utc) + offset
    start = f"{there:%Y-%m-%dT%H:%M:%S}"
    if interval == "week":
        start = f"{there - timedelta(days=(there.weekday() + 1) % 7):%Y-%m-%d}"
    elif interval == "quarter":
        start = f"{there.year:04}-{(there.month - 1) // 3 * 3 + 1:02}"
    elif interval not in _STEPS:
        raise refusals.search_parameter("facets", f"'{interval}' is no interval of time.")
    size = {"week": 10, "quarter": 7}.get(interval) or _STEPS[interval]
    whole = start[:size] + _REST[size:]
    return f"{datetime.fromisoformat(whole) - offset:%Y-%m-%dT%H:%M:%SZ}"


def _lookup_names(world: World, facet: Facet, rows: list[dict[str, Any]]) -> dict[Any, str | None]:
    wanted: dict[str, set[str]] = {}
    for row in rows:
        if row.get(facet.column) is not None:
            wanted.setdefault(str(row.get(f"{facet.column}__table") or ""), set()).add(row[facet.column])
    return {own: text for names in row_names(world, wanted).values() for own, text in names.items()}


def _labels(column: Column, values: Iterable[Any]) -> dict[Any, str | None]:
    return {value: formatted(column, value, None) for value in values} if column.options else {}


def _result(
    kind: str, count: int, *, value: Any = None, text: str | None = None, start: Any = None, end: Any = None
) -> dict[str, Any]:
    """One group, with the members that the page lists."""
    return {"count": count, "from": start, "to": end, "type": kind, "value": value, "optionalvalue": text}
