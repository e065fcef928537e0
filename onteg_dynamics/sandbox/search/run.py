"""A search carried out: matched, filtered, put in order, cut, counted by groups, shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.names import row_names
from onteg_dynamics.sandbox.read.formats import formatted
from onteg_dynamics.sandbox.read.render import json_value
from onteg_dynamics.sandbox.search.asked import Asked, Scope
from onteg_dynamics.sandbox.search.facets import count_facets, facet_columns
from onteg_dynamics.sandbox.search.match import Look, highlights, hits
from onteg_dynamics.sandbox.search.rows import read_rows, sort_key
from onteg_dynamics.sandbox.search.syntax import parse_search
from onteg_dynamics.sandbox.search.tree import Node, blurred
from onteg_dynamics.sandbox.world import Caller, World

SCORE = "@search.score"
_FORMATTED = "OData.Community.Display.V1.FormattedValue"
_LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
_TRUE = frozenset({"true", "1"})


@dataclass(frozen=True)
class Found:
    """One row that was found.

    Attributes:
        scope: Its table.
        look: Where its document stands.
        document: The document.
        row: Its stored values.
        score: How well it matches.
        node: What it matches.
    """

    scope: Scope
    look: Look
    document: int
    row: dict[str, Any]
    score: float
    node: Node

    @property
    def id(self) -> str:
        """The row's id."""
        return str(self.row[self.scope.fields.table.primary_id])


def run_search(world: World, caller: Caller, asked: Asked) -> dict[str, Any]:
    """The document that answers a search.

    Args:
        world: The sandbox.
        caller: Who asks.
        asked: The search.

    Raises:
        Refusal: It cannot be carried out.
    """
    found = find(world, caller, asked, _tree(asked))
    if not found and asked.options.get("besteffortsearchenabled") in _TRUE:
        found = find(world, caller, asked, blurred(_tree(asked)))
    facets = count_facets(world, asked, [(one.scope.name, one.row) for one in found])
    page = _ordered(found, asked)[asked.skip : asked.skip + asked.top]
    names = _names_of(world, page)
    return {
        "Error": None,
        "Value": [_shown(one, names) for one in page],
        "Facets": facets,
        "QueryContext": None,
        "Count": len(found) if asked.count else -1,
    }


def find(world: World, caller: Caller, asked: Asked, node: Node) -> list[Found]:
    """Every row that matches and that the caller may read, in no order.

    Args:
        world: The sandbox.
        caller: Who asks.
        asked: The search.
        node: What the text asks for.

    Raises:
        Refusal: A filter, the order or a facet cannot be carried out.
    """
    _check_order(asked)
    return [one for scope in asked.scopes for one in _in_table(world, caller, asked, scope, node)]


def _tree(asked: Asked) -> Node:
    kind, mode = asked.options.get("querytype", "simple"), asked.options.get("searchmode", "any")
    if kind not in {"simple", "lucene", "full"} or mode not in {"any", "all"}:
        raise refusals.search_parameter("options", "querytype is simple or lucene, searchmode any or all.")
    return parse_search(asked.text, lucene=kind != "simple", match_all=mode == "all")


def _check_order(asked: Asked) -> None:
    every = {name for scope in asked.scopes for name in scope.fields.known}
    for name, _ in asked.order:
        if name != SCORE and name not in every:
            raise refusals.search_column(name, "orderby")


def _in_table(world: World, caller: Caller, asked: Asked, scope: Scope, node: Node) -> Iterable[Found]:
    shelf = world.search.shelf(world.store, scope.fields)
    look = Look(shelf, scope.searched)
    matched = hits(node, look)
    ids = {own: document for document, own in shelf.ids(matched).items()}
    wanted = [*scope.shown, *(name for name, _ in asked.order), *facet_columns(asked)]
    for row in read_rows(world, caller, asked, scope, ids, wanted):
        document = ids[row[scope.fields.table.primary_id]]
        yield Found(scope, look, document, row, matched[document], node)


def _ordered(found: list[Found], asked: Asked) -> list[Found]:
    """By score, or as asked; rows of one table stay together where grouping is asked for."""
    rows = sorted(found, key=lambda one: (-one.score, one.id))
    for name, descending in reversed(asked.order):
        if name == SCORE:
            rows.sort(key=lambda one: one.score, reverse=descending)
        else:
            rows.sort(key=lambda one, name=name: sort_key(one.row, name), reverse=descending)  # type: ignore[misc]
    if asked.options.get("grouprankingenabled") in _TRUE:
        best: dict[str, float] = {}
        for one in rows:
            best[one.scope.name] = max(best.get(one.scope.name, 0.0), one.score)
        rows.sort(key=lambda one: (-best[one.scope.name], one.scope.name))
    return rows


def _shown(one: Found, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    table = one.scope.fields.table
    attributes: dict[str, Any] = {"@search.objecttypecode": table.object_type_code}
    for name in one.scope.shown:
        attributes |= attribute(one, name, names)
    return {
        "Id": one.id,
        "EntityName": table.logical_name,
        "ObjectTypeCode": 0,  # so the service answers; the code itself stands among the attributes
        "Attributes": attributes,
        "Highlights": highlights(one.node, one.look, one.document),
        "Score": round(one.score, 6),
    }


def attribute(one: Found, name: str, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A column of a row that was found, with its text for people.

    Args:
        one: The row.
        name: The column.
        names: Names of rows that lookups point at, by table and id.
    """
    column, value = one.scope.fields.table.columns[name], one.row[name]
    if value is None:
        return {name: None}
    if column.is_lookup:
        table = str(one.row[f"{name}__table"] or "")
        text = names.get(table, {}).get(value)
        return {name: value, f"{name}@{_FORMATTED}": text, f"{name}@{_LOOKUP_TABLE}": table}
    shown = formatted(column, value, None)
    more = {} if shown is None else {f"{name}@{_FORMATTED}": shown}
    return {name: json_value(column, value), **more}


def _names_of(world: World, page: list[Found]) -> dict[str, dict[str, str]]:
    wanted: dict[str, set[str]] = {}
    for one in page:
        for name in one.scope.shown:
            if one.scope.fields.table.columns[name].is_lookup and one.row[name] is not None:
                wanted.setdefault(str(one.row[f"{name}__table"] or ""), set()).add(one.row[name])
    return row_names(world, wanted)
