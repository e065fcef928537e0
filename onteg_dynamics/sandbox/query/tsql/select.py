"""What a SELECT shows and how it is ordered → attributes and orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.fetchxml.tree import Attribute, Order
from onteg_dynamics.sandbox.query.tsql.checks import only, unsupported
from onteg_dynamics.sandbox.query.tsql.tables import Named, Tables

_FUNCTIONS: dict[type[exp.Expression], str] = {exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max"}


@dataclass
class Selected:
    """What a SELECT shows.

    Attributes:
        attributes: Columns and aggregates by the alias of their tables.
        names: What is selected, by the name in the result.
        groups: What it groups by.
        is_aggregate: True where it gives groups instead of rows.
    """

    attributes: dict[str, list[Attribute]] = field(default_factory=dict)
    names: dict[str, Named | None] = field(default_factory=dict)
    groups: tuple[Named, ...] = ()
    is_aggregate: bool = False

    def add(self, column: Named, attribute: Attribute, name: str) -> None:
        """Takes in a column or aggregate."""
        self.attributes.setdefault(column.alias, []).append(attribute)
        self.names[name] = None if attribute.aggregate else column


def read_select(select: exp.Select, tables: Tables) -> Selected:
    """What a SELECT shows.

    Raises:
        Refusal: Other than columns and aggregates of columns.
    """
    groups = tuple(tables.column(one) for one in _groups(select))
    is_aggregate = bool(groups) or any(isinstance(_inside(one), exp.AggFunc) for one in select.expressions)
    selected = Selected(groups=groups, is_aggregate=is_aggregate)
    for one in select.expressions:
        _read(one, tables, selected)
    if is_aggregate and set(groups) - set(selected.names.values()):
        raise unsupported("GROUP BY a column that is not selected")
    return selected


def read_order(select: exp.Select, tables: Tables, selected: Selected) -> Iterator[Order]:
    """What a query is ordered by.

    Raises:
        Refusal: Other than columns and the names of selected ones.
    """
    order = select.args.get("order")
    if order is None:
        return
    only(order, "expressions")
    for one in order.expressions:
        only(one, "this", "desc", "nulls_first")
        yield _order(one.this, tables, selected, descending=bool(one.args.get("desc")))


def _groups(select: exp.Select) -> list[exp.Expression]:
    group = select.args.get("group")
    if group is None:
        return []
    only(group, "expressions")
    found: list[exp.Expression] = group.expressions
    return found


def _inside(node: exp.Expression) -> exp.Expression:
    return node.this if isinstance(node, exp.Alias) else node


def _read(node: exp.Expression, tables: Tables, selected: Selected) -> None:
    inside, alias = _inside(node), node.alias if isinstance(node, exp.Alias) else ""
    if isinstance(inside, exp.Star) or (isinstance(inside, exp.Column) and isinstance(inside.this, exp.Star)):
        raise unsupported("SELECT *; name the columns")
    if isinstance(inside, exp.AggFunc):
        _read_aggregate(inside, alias, tables, selected)
    elif selected.is_aggregate:
        _read_group(tables.column(inside), alias, selected)
    else:
        _read_column(tables.column(inside), alias, selected)


def _read_column(column: Named, alias: str, selected: Selected) -> None:
    """A joined table's column has its plain name where that is free, as the SDK reads it, or ``alias.column``."""
    name = alias
    if not name and column.alias and column.name not in selected.names:
        name = column.name
    plain = column.name if not column.alias else f"{column.alias}.{column.name}"
    selected.add(column, Attribute(column.name, alias=name), name or plain)


def _read_group(column: Named, alias: str, selected: Selected) -> None:
    if column not in selected.groups:
        raise unsupported(f"the column {column.name}, which is neither in an aggregate nor in GROUP BY")
    name = alias or column.name
    selected.add(column, Attribute(column.name, alias=name, group=True), name)


def _read_aggregate(node: exp.Expression, alias: str, tables: Tables, selected: Selected) -> None:
    if not alias:
        raise refusals.not_covered("an aggregate without a name in SQL; write AS")
    column, attribute = _aggregate(node, tables)
    selected.add(column, replace(attribute, alias=alias), alias)


def _aggregate(node: exp.Expression, tables: Tables) -> tuple[Named, Attribute]:
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        root = tables.model.tables[tables.tables[tables.root]]
        return Named("", root.primary_id), Attribute(root.primary_id, aggregate="count")
    function = "countcolumn" if isinstance(node, exp.Count) else _FUNCTIONS.get(type(node))
    if function is None:
        raise unsupported(f"the function {type(node).__name__}")
    only(node, "this", "big_int")
    if isinstance(node.this, exp.Distinct):
        raise refusals.not_covered("DISTINCT in an aggregate in SQL")
    column = tables.column(node.this)
    return column, Attribute(column.name, aggregate=function)


def _order(node: exp.Expression, tables: Tables, selected: Selected, *, descending: bool) -> Order:
    """A name of the result goes before a column of the same name."""
    is_plain = isinstance(node, exp.Column) and not node.table
    name = _selected_name(node.name, selected) if is_plain else None
    if selected.is_aggregate:
        return Order(alias=name or _group_name(tables.column(node), selected), descending=descending)
    column = selected.names[name] if name is not None else None
    found = column or tables.column(node)
    return Order(attribute=found.name, entity=found.alias, descending=descending)


def _selected_name(name: str, selected: Selected) -> str | None:
    return next((one for one in selected.names if one.lower() == name.lower()), None)


def _group_name(column: Named, selected: Selected) -> str:
    for name, own in selected.names.items():
        if own == column:
            return name
    raise unsupported(f"ORDER BY the column {column.name}, which is not grouped by")
