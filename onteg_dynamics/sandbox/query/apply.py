"""``$apply``: groups and aggregates ("Aggregate data using OData")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.cells import Cell, Listing
from onteg_dynamics.sandbox.query.fetchxml.aggregates import LIMIT, aggregate_cell, check_limit, count_cell
from onteg_dynamics.sandbox.query.labels import lookup_name
from onteg_dynamics.sandbox.query.order import SortKey, open_token
from onteg_dynamics.sandbox.query.parse import parse_filter, parse_operand
from onteg_dynamics.sandbox.query.query import MAX_ROWS, Base, Order
from onteg_dynamics.sandbox.query.run import based
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.split import pieces
from onteg_dynamics.sandbox.query.sql import Select, Sql, Value, joined
from onteg_dynamics.sandbox.query.statement import Statement, Stretch, run_statement
from onteg_dynamics.sandbox.query.tree import Expression, Path
from onteg_dynamics.sandbox.query.where import where
from onteg_dynamics.sandbox.world import Caller, World

_STEP = re.compile(r"\s*(?P<name>\w+)\s*\((?P<inside>.*)\)\s*", re.DOTALL)
_LIST = re.compile(r"\s*\((?P<inside>[^()]*)\)\s*")
_COUNT = re.compile(r"\s*\$count\s+as\s+(?P<alias>[A-Za-z_]\w*)\s*")
_OF = re.compile(r"\s*(?P<path>[A-Za-z_][\w/]*)\s+with\s+(?P<method>[\w.]+)\s+as\s+(?P<alias>[A-Za-z_]\w*)\s*")
_METHODS = {"sum": "sum", "average": "avg", "min": "min", "max": "max"}
_BY_ALIAS = "The query node SingleValueOpenPropertyAccess is not supported"


@dataclass(frozen=True)
class Aggregate:
    """One aggregate: a method over a property, or ``$count`` without either."""

    alias: str
    method: str = ""
    path: Path | None = None


@dataclass(frozen=True)
class Apply:
    """What ``$apply`` asks for: filters, then groups and aggregates."""

    filters: tuple[Expression, ...] = ()
    groups: tuple[Path, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()


@dataclass(frozen=True)
class ApplyWish:
    """What goes with ``$apply``: order and pages of the groups, and how to show them."""

    order: tuple[Order, ...] = ()
    top: int | None = None
    count: bool = False
    token: str | None = None
    page_size: int | None = None
    base: Base | None = None
    names: bool = False


@dataclass
class _Compiled:
    """Cells, the groups among them, and what to sort each group by."""

    cells: dict[str, Cell] = field(default_factory=dict)
    groups: dict[tuple[str, ...], str] = field(default_factory=dict)

    def add(self, cell: Cell) -> None:
        if cell.key in self.cells:
            raise refusals.fetch_duplicate_alias(cell.key)
        self.cells[cell.key] = cell


def parse_apply(text: str, aliases: Mapping[str, str]) -> Apply:
    """What ``$apply`` asks for.

    Args:
        text: The value of ``$apply``, percent-decoded.
        aliases: Parameter aliases with their texts.

    Raises:
        Refusal: It cannot be read, or asks for what Dataverse does not do.
    """
    *filters, last = [_step(piece, text) for piece in pieces(text, "/")]
    if any(name != "filter" for name, _ in filters) or last[0] not in {"groupby", "aggregate"}:
        raise refusals.query_error("The $apply transformations must be filters and then one groupby or aggregate.")
    found = tuple(parse_filter(inside, aliases) for _, inside in filters)
    if last[0] == "aggregate":
        return Apply(found, (), tuple(_aggregates(last[1])))
    groups, aggregates = _grouped(last[1])
    return Apply(found, groups, aggregates)


def run_apply(world: World, table: Table, apply: Apply, wish: ApplyWish, caller: Caller) -> Listing:
    """One page of groups.

    Args:
        world: The sandbox.
        table: The table.
        apply: Groups and aggregates.
        wish: Their order, pages and the like.
        caller: Who asks.

    Raises:
        Refusal: A property that does not exist or cannot be grouped by or aggregated; too many rows.
    """
    scope = Scope(world, caller, Select(world.model, caller.rights).place(table))
    compiled = _compiled(apply, scope)
    keys = tuple(_key(order, compiled, apply, scope) for order in wish.order)
    source = _source(world, apply, wish, scope)
    check_limit(world, source, LIMIT)
    parts = [part for name in apply.groups for part in compiled.cells[_name(scope.value(name), name)].selected]
    keys = (*keys, *(SortKey("", part) for part in parts))
    group = f"GROUP BY {', '.join(dict.fromkeys(parts))}" if parts else ""
    statement = Statement(table, tuple(compiled.cells.values()), source, keys, group=group)
    return run_statement(world, statement, _stretch(wish), names=wish.names, count=wish.count)


def _step(piece: str, text: str) -> tuple[str, str]:
    match = _STEP.fullmatch(piece)
    if match is None or match["name"] not in {"filter", "groupby", "aggregate"}:
        raise refusals.query_error(f"Syntax error at position {text.find(piece)} in '{text[:200]}'.")
    return match["name"], match["inside"]


def _grouped(inside: str) -> tuple[tuple[Path, ...], tuple[Aggregate, ...]]:
    parts = list(pieces(inside, ","))
    match = _LIST.fullmatch(parts[0])
    if match is None or len(parts) > 2 or not match["inside"].strip():
        raise refusals.query_error(f"Syntax error at position 0 in 'groupby({inside[:200]})'.")
    groups = tuple(_path(piece.strip()) for piece in match["inside"].split(","))
    if len(parts) == 1:
        return groups, ()
    name, aggregates = _step(parts[1], parts[1])
    if name != "aggregate":
        raise refusals.query_error("Within groupby only aggregate is supported.")
    return groups, tuple(_aggregates(aggregates))


def _aggregates(inside: str) -> Iterator[Aggregate]:
    for piece in pieces(inside, ","):
        count, of = _COUNT.fullmatch(piece), _OF.fullmatch(piece)
        if count is not None:
            yield Aggregate(count["alias"])
        elif of is None:
            raise refusals.query_error(f"Syntax error at position 0 in 'aggregate({inside[:200]})'.")
        elif of["method"] not in _METHODS:
            raise refusals.query_error(f"The aggregate method '{of['method']}' is not supported.")
        else:
            yield Aggregate(of["alias"], _METHODS[of["method"]], _path(of["path"]))


def _path(text: str) -> Path:
    operand = parse_operand(text, {})
    if not isinstance(operand, Path):
        raise refusals.query_error(f"'{text[:100]}' is no property.")
    return operand


def _compiled(apply: Apply, scope: Scope) -> _Compiled:
    compiled = _Compiled()
    for path in apply.groups:
        value = scope.value(path)
        if value.column.type == "DateTime":
            raise refusals.query_error("The groupby transformation does not support properties of type DateTime.")
        compiled.add(_group_cell(_name(value, path), value))
        own = lookup_name(value.place, value.column) if value.column.is_lookup else value.sql.text
        compiled.groups[path.steps] = own
    for aggregate in apply.aggregates:
        compiled.add(_aggregate_cell(aggregate, scope))
    return compiled


def _name(value: Value, path: Path) -> str:
    """A property behind a lookup is named after its table: ``contact_fullname``."""
    return path.steps[-1] if len(path.steps) == 1 else f"{value.place.table.logical_name}_{path.steps[-1]}"


def _group_cell(key: str, value: Value) -> Cell:
    column = value.column
    kind = value.place.column(f"{column.logical_name}__table") if column.is_lookup else ""
    return Cell(key, value.sql.text, column, kind=kind)


def _aggregate_cell(aggregate: Aggregate, scope: Scope) -> Cell:
    if aggregate.path is None:
        return count_cell(aggregate.alias)
    value = scope.value(aggregate.path)
    return aggregate_cell(aggregate.alias, aggregate.method, value.column, value.sql.text)


def _key(order: Order, compiled: _Compiled, apply: Apply, scope: Scope) -> SortKey:
    steps = order.operand.steps if isinstance(order.operand, Path) else ()
    if steps in compiled.groups:
        return SortKey("", compiled.groups[steps], order.descending)
    if len(steps) == 1 and steps[0] in {one.alias for one in apply.aggregates}:
        raise refusals.query_error(_BY_ALIAS)
    scope.value(Path(steps))
    raise refusals.query_error(f"'{'/'.join(steps)}' is not grouped by and cannot be ordered by.")


def _source(world: World, apply: Apply, wish: ApplyWish, scope: Scope) -> Sql:
    """FROM and WHERE; made last, as following lookups adds joins."""
    place = scope.place
    parts: Sequence[Sql] = [where(one, scope) for one in apply.filters]
    if wish.base is not None:
        parts = [based(world, place, wish.base), *parts]
    condition = joined(parts, "AND") if parts else Sql("1")
    return Sql(f"FROM {place.source}{''.join(place.select.joins)} WHERE {condition.text}", condition.parameters)


def _stretch(wish: ApplyWish) -> Stretch:
    """``$top`` counts for nothing where a page size is asked for, as with rows."""
    if wish.top is not None and wish.page_size is None:
        return Stretch(wish.top, goes_on=False)
    page = 1 if wish.token is None else open_token(wish.token)[0]
    size = min(wish.page_size or MAX_ROWS, MAX_ROWS)
    return Stretch(size, (page - 1) * size, page=page)
