"""FetchXML text → tree ("FetchXML reference")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.fetchxml.tree import Attribute, Condition, Entity, Fetch, Filter, Link, Order
from onteg_dynamics.sandbox.query.query import MAX_ROWS

MAX_LINKS = 15
MAX_CONDITIONS = 500
_MAX_DEPTH = 100
FILTER_LINKS = frozenset({"any", "not any", "all", "not all"})
ENTITY_LINKS = frozenset({"inner", "outer", "natural", "in", "exists", "matchfirstrowusingcrossapply"})
_TABLE_PARTS = frozenset({"attribute", "all-attributes", "no-attrs", "order", "filter", "link-entity"})
_PARTS: dict[str, frozenset[str]] = {
    "fetch": frozenset({"entity"}),
    "entity": _TABLE_PARTS,
    "link-entity": _TABLE_PARTS,
    "filter": frozenset({"condition", "filter", "link-entity"}),
    "condition": frozenset({"value"}),
}
_PAGING = ("page", "count", "paging-cookie", "returntotalrecordcount")
_FLAG_CODES = {
    "distinct": "0x80041115",
    "no-lock": "0x80041118",
    "descending": "0x80041119",
    "groupby": "0x8004112E",
    "useraworderby": "0x800410fd",
}
_OTHER_FLAG = "0x80041139"
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def parse_fetch(text: str) -> Fetch:
    """The query that a FetchXML text is.

    Raises:
        Refusal: It is no XML, or no query.
    """
    root = _document(text)
    _check_parts(root)
    _check_limits(root)
    entities = list(root)
    if not entities:
        raise refusals.fetch_element_missing("entity")
    if len(entities) > 1:
        raise refusals.fetch_bad_node("entity")
    return _fetch(root, _Reader().entity(entities[0]))


def _document(text: str) -> Element:
    try:
        root: Element = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise refusals.fetch_not_xml() from error
    if root.tag != "fetch":
        raise refusals.fetch_bad_node(root.tag)
    return root


def _check_parts(element: Element, depth: int = 0) -> None:
    if depth > _MAX_DEPTH:
        raise refusals.fetch_too_many_conditions()
    for part in element:
        if part.tag not in _PARTS.get(element.tag, frozenset()):
            raise refusals.fetch_bad_node(part.tag)
        _check_parts(part, depth + 1)


def _check_limits(root: Element) -> None:
    links = sum(1 for _ in root.iter("link-entity"))
    if links > MAX_LINKS:
        raise refusals.fetch_too_many_links()
    if links + sum(1 for _ in root.iter("condition")) > MAX_CONDITIONS:
        raise refusals.fetch_too_many_conditions()


def _fetch(root: Element, entity: Entity) -> Fetch:
    _check_fetch(root)
    return Fetch(
        entity=entity,
        top=_top(root),
        count=_number(root, "count"),
        page=_number(root, "page") or 1,
        cookie=root.get("paging-cookie", ""),
        distinct=_flag(root, "distinct"),
        aggregate=_flag(root, "aggregate"),
        limit=_number(root, "aggregatelimit"),
        total=_flag(root, "returntotalrecordcount"),
        raw_order=_flag(root, "useraworderby"),
        retained=root.get("datasource") == "retained",
    )


def _check_fetch(root: Element) -> None:
    """What does not change the rows, but can be wrong."""
    _flag(root, "no-lock")
    _flag(root, "latematerialize")
    if root.get("mapping", "logical") not in {"logical", "internal"}:
        raise refusals.fetch_bad_mapping()
    if root.get("utc-offset") is not None:
        raise refusals.fetch_utc_offset()
    if root.get("datasource", "retained") != "retained":
        raise refusals.fetch_bad_value("datasource", root.get("datasource", ""))


def _top(root: Element) -> int | None:
    top = _number(root, "top")
    if top is None:
        return None
    for name in _PAGING:
        if root.get(name) is not None:
            raise refusals.fetch_top_with_paging(name)
    if top > MAX_ROWS:
        raise refusals.fetch_top_too_high(MAX_ROWS)
    return top


def _number(element: Element, name: str) -> int | None:
    text = element.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}", text.strip()):
        raise refusals.fetch_bad_value(name, text)
    if int(text) <= 0:
        raise refusals.fetch_not_positive()
    return int(text)


def _flag(element: Element, name: str) -> bool:
    text = element.get(name, "false")
    if text not in {"true", "false", "1", "0"}:
        raise refusals.fetch_bad_flag(name, _FLAG_CODES.get(name, _OTHER_FLAG))
    return text in {"true", "1"}


def _needed(element: Element, name: str) -> str:
    text = element.get(name)
    if not text:
        raise refusals.fetch_attribute_missing(element.tag, name)
    return text


def _alias(element: Element) -> str:
    text = element.get("alias", "")
    if text and not _ALIAS.fullmatch(text):
        raise refusals.fetch_bad_alias(text)
    return text


class _Reader:
    """Reads elements in their order; linked tables without a name are numbered as they come."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._aliases: set[str] = set()

    def entity(self, element: Element) -> Entity:
        tags = {part.tag for part in element}
        parts = {part: self._part(part) for part in element if part.tag in {"filter", "link-entity"}}
        return Entity(
            table=_needed(element, "name"),
            attributes=tuple(map(_attribute, element.iterfind("attribute"))),
            all_attributes="all-attributes" in tags,
            no_attributes="no-attrs" in tags,
            orders=tuple(map(_order, element.iterfind("order"))),
            filters=tuple(part for part in parts.values() if isinstance(part, Filter)),
            links=tuple(part for part in parts.values() if isinstance(part, Link)),
        )

    def _part(self, element: Element) -> Filter | Link:
        return self._filter(element) if element.tag == "filter" else self._link(element, ENTITY_LINKS)

    def _link(self, element: Element, kinds: frozenset[str]) -> Link:
        number, kind, alias = next(self._numbers), element.get("link-type", "inner"), _alias(element)
        if kind not in kinds:
            raise refusals.fetch_bad_link_type()
        name = alias or f"{_needed(element, 'name')}{number}"
        if name in self._aliases:
            raise refusals.fetch_duplicate_alias(name)
        self._aliases.add(name)
        source, target = element.get("from", ""), element.get("to", "")
        return Link(self.entity(element), kind, source, target, name, named=bool(alias))

    def _filter(self, element: Element) -> Filter:
        word = element.get("type", "and")
        if word not in {"and", "or"}:
            raise refusals.fetch_bad_filter_type()
        return Filter(word.upper(), tuple(self._filter_parts(element)))

    def _filter_parts(self, element: Element) -> Iterator[Condition | Filter | Link]:
        for part in element:
            if part.tag == "condition":
                yield _condition(part)
            elif part.tag == "filter":
                yield self._filter(part)
            else:
                yield self._link(part, FILTER_LINKS)


def _attribute(element: Element) -> Attribute:
    children = element.get("rowaggregate", "")
    if children not in {"", "CountChildren"}:
        raise refusals.fetch_bad_value("rowaggregate", children)
    return Attribute(
        name=_needed(element, "name"),
        alias=_alias(element),
        aggregate=element.get("aggregate", ""),
        group=_flag(element, "groupby"),
        part=element.get("dategrouping", ""),
        distinct=_flag(element, "distinct"),
        children=bool(children),
    )


def _order(element: Element) -> Order:
    return Order(
        attribute=element.get("attribute", ""),
        alias=element.get("alias", ""),
        entity=element.get("entityname", ""),
        descending=_flag(element, "descending"),
    )


def _condition(element: Element) -> Condition:
    if element.get("aggregate") is not None or element.get("alias") is not None:
        raise refusals.not_covered("conditions on aggregates in FetchXML")
    values = [part.text or "" for part in element]
    if element.get("value") is not None:
        values.insert(0, element.get("value", ""))
    return Condition(
        attribute=_needed(element, "attribute"),
        operator=_needed(element, "operator"),
        values=tuple(values),
        entity=element.get("entityname", ""),
        other=element.get("valueof", ""),
    )
