"""``$orderby`` as SQL, and paging by the last row of a page: each row comes once, whatever changes meanwhile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.labels import lookup_name
from onteg_dynamics.sandbox.query.query import Order
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import NEVER, Sql, joined
from onteg_dynamics.sandbox.query.tree import Path

NUMERIC = frozenset({"Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double", "Edm.Boolean"})
_TOKEN = re.compile(r'<cookie pagenumber="(?P<page>[0-9]{1,9})" pagingcookie="(?P<cookie>[^"]*)" istracking="\w+" />')
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|_(?=x[0-9A-F]{4}_)")
_WRITTEN = re.compile("_x([0-9A-F]{4})_")


@dataclass(frozen=True)
class SortKey:
    """One column that rows are ordered by."""

    name: str
    sql: str
    descending: bool = False
    numeric: bool = False


def sort_keys(order: Sequence[Order], scope: Scope) -> tuple[SortKey, ...]:
    """What rows are ordered by; the primary key comes last, so that the order is total.

    Raises:
        Refusal: A property does not exist.
    """
    keys = [_sort_key(one, scope) for one in order]
    return (*keys, SortKey(scope.place.table.primary_id, scope.place.key))


def order_by(keys: Sequence[SortKey]) -> str:
    """The list after ORDER BY."""
    return ", ".join(f"{key.sql} DESC" if key.descending else key.sql for key in keys)


def beyond(keys: Sequence[SortKey], last: Sequence[Any]) -> Sql:
    """The condition that a row comes after another one; null comes first, as in SQL Server."""
    ways: list[Sql] = []
    for position, key in enumerate(keys):
        after = _after(key, last[position])
        if after is NEVER:
            continue
        same = [Sql(f"{earlier.sql} IS ?", (value,)) for earlier, value in zip(keys[:position], last, strict=False)]
        ways.append(joined([*same, after], "AND"))
    return joined(ways, "OR")


def token(page: int, keys: Sequence[SortKey], first: Sequence[Any], last: Sequence[Any]) -> str:
    """The ``$skiptoken`` that leads to the page after this one; clients must not read it.

    Args:
        page: The number of the page that ends here.
        keys: What rows are ordered by.
        first: The sort values of the page's first row.
        last: Those of its last row.
    """
    cookie = Element("cookie", page=str(page))
    for key, begin, end in zip(keys, first, last, strict=True):
        marks = {} if end is None else {"last": _shown(end), "first": _shown(begin)}
        SubElement(cookie, key.name, {**marks, **({"lastnull": "1"} if end is None else {})})
    text = quote(quote(tostring(cookie, encoding="unicode"), safe=""), safe="")
    return f'<cookie pagenumber="{page + 1}" pagingcookie="{text}" istracking="False" />'


def read_token(text: str, keys: Sequence[SortKey]) -> tuple[int, list[Any]]:
    """The page that a token leads to, and the sort values of the row before it.

    Raises:
        Refusal: It is no token of this query.
    """
    page, cookie = open_token(text)
    try:
        _, values = cookie_values(cookie, keys)
    except ValueError as error:
        raise _malformed() from error
    return page, values


def open_token(text: str) -> tuple[int, str]:
    """The page that a token leads to, and the cookie in it.

    Raises:
        Refusal: It is no token.
    """
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise _malformed()
    return int(match["page"]), unquote(unquote(match["cookie"]))


def cookie_values(cookie: str, keys: Sequence[SortKey]) -> tuple[str, list[Any]]:
    """What a cookie tells: the page that ended there, as written, and the sort values of its last row.

    Raises:
        ValueError: It is no XML, or the cookie of a query that is ordered otherwise.
    """
    try:
        root = fromstring(cookie)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(cookie) from error
    parts = list(root)
    if [part.tag for part in parts] != [key.name for key in keys]:
        raise ValueError(cookie)
    return root.get("page", ""), [_value(key, part) for key, part in zip(keys, parts, strict=True)]


def _sort_key(order: Order, scope: Scope) -> SortKey:
    assert isinstance(order.operand, Path)
    value = scope.value(order.operand)
    name = "_".join(order.operand.steps)
    if value.column.is_lookup:
        return SortKey(name, lookup_name(value.place, value.column), order.descending)
    return SortKey(name, value.sql.text, order.descending, numeric=value.kind in NUMERIC)


def _after(key: SortKey, value: Any) -> Sql:
    if key.descending:
        return NEVER if value is None else Sql(f"({key.sql} < ? OR {key.sql} IS NULL)", (value,))
    return Sql(f"{key.sql} IS NOT NULL") if value is None else Sql(f"{key.sql} > ?", (value,))


def _shown(value: Any) -> str:
    """A value as XML takes it; control characters are written as .NET writes them."""
    text = repr(value) if isinstance(value, float) else str(value)
    return _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _value(key: SortKey, part: Element) -> Any:
    text = part.get("last")
    if text is None or not key.numeric:
        return text and _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)
    return float(text) if set(text) & set(".einf") else int(text)


def _malformed() -> refusals.Refusal:
    return refusals.query_error("Malformed XML in the Paging Cookie")
