"""Queries in FetchXML: paged by cookie where the service gives one, by page number where it does not.

Implements "Page results using FetchXml" and "Retrieve and execute predefined queries".
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.paging import After, Page, full_pages, sheets
from onteg_dynamics.dataverse.protocol import FORMATTED, LABELS, LOOKUP_TABLE, prefer
from onteg_dynamics.dataverse.queries import told_by_field
from onteg_dynamics.dataverse.shape import Row, plain_row
from onteg_dynamics.dataverse.tables import CHOICE_TYPES, Column, Table
from onteg_dynamics.errors import InputError, Problem

__all__ = ["FetchQuery", "Shown", "next_page"]

_CRM = "Microsoft.Dynamics.CRM."
_COOKIE, _MORE = f"@{_CRM}fetchxmlpagingcookie", f"@{_CRM}morerecords"
_FORBIDDEN = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_INNER = re.compile(r'pagingcookie="([^"]*)"')
_LARGEST_PAGE = 5000


class Shown(NamedTuple):
    """A column that a query names.

    Attributes:
        name: in our rows.
        source: in the service's.
        table: where it stands.
        column: None where it is no column, but a figure of one.
        figure: ``sum``, ``count`` and the other aggregates, ``dategrouping`` for a part of a date; "" for a column.
        figure_of: the column that a figure is of, where it is known.
    """

    name: str
    source: str
    table: Table
    column: Column | None
    figure: str = ""
    figure_of: Column | None = None


_CURRENCY = "_transactioncurrencyid_value"


@dataclass
class FetchQuery:
    """A FetchXML query.

    Attributes:
        text: the FetchXML.
        page_size: rows a page, where the text says nothing.
        top: the most rows to read, None for all.
        labels: put labels and lookup tables beside the values.
    """

    text: str
    page_size: int = _LARGEST_PAGE
    top: int | None = None
    labels: bool = False
    _shown: list[Shown] = field(default_factory=list)

    @property
    def table(self) -> str:
        """Logical name of the table that is read."""
        return str(_entity(_parsed(self.text)).get("name"))

    def start(self, link: Link) -> str:
        """The path of the first page.

        Raises:
            InputError: the text is no FetchXML.
            UnknownNameError: its table does not exist.
        """
        root = _parsed(self.text)
        self._shown = list(_shown(link, _entity(root), ""))
        if root.get("top") is None and root.get("count") is None:
            wanted = self.page_size if self.top is None else min(self.page_size, self.top)
            root.set("count", str(wanted))
        if root.get("top") is None:
            root.set("page", root.get("page", "1"))
        return _path(link, root)

    def shown(self, link: Link) -> list[Shown]:
        """The columns that the query names; those of a linked table only where it has an alias."""
        return list(_shown(link, _entity(_parsed(self.text)), ""))

    def marks(self) -> Sequence[str]:
        """What else makes it another query."""
        return [str(self.labels)]

    def pages(self, link: Link, path: str, most: int | None = None) -> Iterator[Page]:
        """The page at `path` and those after it; `most` rows are wanted at the most, None for all.

        Raises:
            UnknownNameError: the service does not know a column that the query names.
            TransportError: the service gives the same page again, or only empty ones: going on would never end.
        """
        after = next_page(link)
        with told_by_field(link, {"fetchxml": self.text}):
            for sheet in sheets(link, path, self.headers(), after, most=full_pages(most, _page_size(path))):
                page = sheet.page(after, self._read)
                link.call.usage.add(pages=1, rows=len(page.rows))
                yield page

    def headers(self, annotations: str = "") -> dict[str, str]:
        """What goes with the request for each page; labels bring annotations of their own."""
        more = LABELS if self.labels else annotations
        wanted = [f"{_CRM}fetchxmlpagingcookie", f"{_CRM}morerecords", *([more] if more else [])]
        return prefer(annotations=",".join(wanted))

    def _read(self, array: memoryview) -> list[Row]:
        """Stable rows: every column that the query names, null included."""
        parts = [part for one in self._shown for part in self._parts(one)]
        # The currency comes with every money column, asked for or not.
        known = {_CURRENCY, *(source for _, source in parts)}
        return [_stable(row, parts, known) for row in orjson.loads(array)]

    def _parts(self, one: Shown) -> Iterator[tuple[str, str]]:
        """Each member of the rows that come out, with the member it comes from."""
        yield one.name, one.source
        if self.labels and one.column is not None and (one.column.is_lookup or one.column.type in CHOICE_TYPES):
            yield f"{one.name}.label", f"{one.source}@{FORMATTED}"
        if self.labels and one.column is not None and one.column.is_lookup:
            yield f"{one.name}.table", f"{one.source}@{LOOKUP_TABLE}"


def _stable(row: Row, parts: Iterable[tuple[str, str]], known: Container[str]) -> Row:
    """The columns that the query names, null included, and what the service sends beside them."""
    more = {name: value for name, value in row.items() if name not in known and "@" not in name}
    shaped = {name: row.get(source) for name, source in parts}
    return shaped | plain_row(more) if more else shaped


def _parsed(text: str) -> ET.Element:
    problem = "is no FetchXML: an element <fetch> with an <entity> that has a name was expected"
    if not _FORBIDDEN.search(text):
        try:
            root = ET.fromstring(text)  # noqa: S314 - without a document type there are no entities to expand
        except ET.ParseError as exc:
            problem = f"is not well formed (line {exc.position[0]}, column {exc.position[1]})"
        else:
            if root.tag == "fetch" and root.find("entity[@name]") is not None:
                return root
    raise InputError((Problem("fetchxml", "", problem),))


def _entity(root: ET.Element) -> ET.Element:
    found = root.find("entity[@name]")
    assert found is not None
    return found


def _shown(link: Link, entity: ET.Element, alias: str) -> Iterator[Shown]:
    """The columns that a query names."""
    table = link.table(str(entity.get("name")))
    columns = link.columns(table)
    for attribute in entity.iterfind("attribute"):
        name = str(attribute.get("name"))
        figure = attribute.get("aggregate") or ("dategrouping" if attribute.get("dategrouping") else "")
        found = columns.find(name)
        column = None if figure else found
        own = attribute.get("alias") or (f"{alias}.{name}" if alias else "")
        yield Shown(own or name, own or (column.wire_name if column else name), table, column, figure, found)
    for linked in entity.iterfind("link-entity"):
        if linked.get("alias"):  # without one the service makes a name up, and its columns come as they are
            yield from _shown(link, linked, str(linked.get("alias")))


def _path(link: Link, root: ET.Element) -> str:
    entity_set = link.table(str(_entity(root).get("name"))).entity_set
    return f"{entity_set}?fetchXml={quote(ET.tostring(root, encoding='unicode'), safe='')}"


def _page_size(path: str) -> int:
    return int(_parsed(unquote(path.partition("fetchXml=")[2])).get("count") or _LARGEST_PAGE)


def next_page(link: Link) -> After:
    """Going on by paging cookie, or by page number where there is none."""
    return lambda here, data: _next(link, here, data)


def _next(link: Link, here: str, data: Mapping[str, Any]) -> str | None:
    """The path of the next page: with its cookie, or by its number alone."""
    if not data.get(_MORE):
        return None
    root = _parsed(unquote(here.partition("fetchXml=")[2]))
    if root.get("top") is not None:
        return None
    root.set("page", str(int(root.get("page", "1")) + 1))
    inner = _INNER.search(data.get(_COOKIE) or "")
    if inner and inner[1]:
        root.set("paging-cookie", unquote(unquote(inner[1])))
    else:
        root.attrib.pop("paging-cookie", None)
    return _path(link, root)
