"""A FetchXML query as data; SQL queries become the same tree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attribute:
    """A column to show.

    Attributes:
        name: The column's logical name.
        alias: The name in the result, or empty.
        aggregate: ``count``, ``countcolumn``, ``sum``, ``avg``, ``min``, ``max``, or empty.
        group: True to group by it.
        part: The part of a date to group by, or empty.
        distinct: Count different values only.
        children: Count the rows below each row in its hierarchy.
    """

    name: str
    alias: str = ""
    aggregate: str = ""
    group: bool = False
    part: str = ""
    distinct: bool = False
    children: bool = False


@dataclass(frozen=True)
class Order:
    """What to order by: a column, that of a linked table, or an aggregate's alias."""

    attribute: str = ""
    alias: str = ""
    entity: str = ""
    descending: bool = False


@dataclass(frozen=True)
class Condition:
    """A comparison.

    Attributes:
        attribute: The column's logical name.
        operator: The operator as FetchXML writes it.
        values: Its values as texts.
        entity: The linked table that the column belongs to, or empty for the one around.
        other: The column to compare with, perhaps as ``alias.column``, or empty.
    """

    attribute: str
    operator: str
    values: tuple[str, ...] = ()
    entity: str = ""
    other: str = ""


@dataclass(frozen=True)
class Filter:
    """Conditions of which all hold (``AND``) or one holds (``OR``)."""

    word: str
    parts: tuple[Condition | Filter | Link, ...]


@dataclass(frozen=True)
class Entity:
    """A table and what is asked of it; orders of linked tables come after those of the tables around them."""

    table: str
    attributes: tuple[Attribute, ...] = ()
    all_attributes: bool = False
    no_attributes: bool = False
    orders: tuple[Order, ...] = ()
    filters: tuple[Filter, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Link:
    """A linked table.

    Attributes:
        entity: The table.
        kind: The type of link.
        source: The linked table's column (``from``), or empty.
        target: The column of the table around (``to``), or empty.
        alias: Its name in the query; made up where none was given.
        named: True where the alias was given.
    """

    entity: Entity
    kind: str
    source: str
    target: str
    alias: str
    named: bool = True


@dataclass(frozen=True)
class Fetch:
    """A whole query.

    Attributes:
        entity: What to read.
        top: At most so many rows, without paging; None for pages.
        count: Rows per page, or None.
        page: The page's number.
        cookie: What the page before gave along, or empty.
        offset: Rows to leave out; SQL has it, FetchXML does not.
        distinct: Leave out rows that look the same.
        aggregate: Give aggregates instead of rows.
        limit: A lower limit for the rows under an aggregate, or None.
        total: Tell the number of all rows.
        raw_order: Order choices by their values, not by their labels.
        retained: Ask the long-term store, which is empty here.
    """

    entity: Entity
    top: int | None = None
    count: int | None = None
    page: int = 1
    cookie: str = ""
    offset: int = 0
    distinct: bool = False
    aggregate: bool = False
    limit: int | None = None
    total: bool = False
    raw_order: bool = False
    retained: bool = False
