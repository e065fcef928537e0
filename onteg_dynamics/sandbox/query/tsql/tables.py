"""What names mean in a SQL query: tables, their aliases, columns; letters' case does not count."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Model
from onteg_dynamics.sandbox.query.fetchxml.plan import table_of
from onteg_dynamics.sandbox.query.tsql.checks import only, unsupported


@dataclass(frozen=True)
class Named:
    """A column of one of the query's tables; the first table's alias is empty."""

    alias: str
    name: str


@dataclass
class Tables:
    """The tables of a query, in the order of their joins.

    Args:
        model: The metadata.
        tables: Logical names by alias.
        root: The alias of the first table.
    """

    model: Model
    tables: dict[str, str] = field(default_factory=dict)
    root: str = ""

    def add(self, source: exp.Expression) -> str:
        """Takes in a table and returns its alias.

        Raises:
            Refusal: It is no table, has hints and the like, or its name is taken.
        """
        if not isinstance(source, exp.Table):
            raise unsupported("subqueries")
        only(source, "this", "alias")
        alias = source.args.get("alias")
        if alias is not None:
            only(alias, "this")
        name, own = source.name.lower(), source.alias_or_name.lower()
        table_of(self.model, name)
        if own in self.tables:
            raise unsupported(f"the table name {own} twice")
        self.tables[own] = name
        self.root = self.root or own
        return own

    def column(self, node: exp.Expression) -> Named:
        """The column that a part names.

        Raises:
            Refusal: It is no column, or not one of these tables'.
        """
        if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
            raise unsupported("expressions and functions in place of a column")
        only(node, "this", "table")
        name, alias = node.name.lower(), node.table.lower() or self._owner(node.name.lower())
        if alias not in self.tables:
            raise unsupported(f"the table name {alias}, which the query does not have")
        if name not in table_of(self.model, self.tables[alias]).columns:
            raise refusals.fetch_no_column(self.tables[alias], name)
        return Named(self.short(alias), name)

    def short(self, alias: str) -> str:
        """An alias, empty for the first table."""
        return "" if alias == self.root else alias

    def _owner(self, name: str) -> str:
        owners = [alias for alias, table in self.tables.items() if name in table_of(self.model, table).columns]
        if len(owners) > 1:
            raise unsupported(f"the ambiguous column name {name}")
        return owners[0] if owners else self.root
