"""The body of a search request, read and checked.

Follows "Dataverse Search query", "… suggest" and "… autocomplete": lists and dictionaries come as texts of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.search.columns import Fields

MAX_TEXT = 100
MAX_TOP = 100
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*)'")


@dataclass(frozen=True)
class Scope:
    """One table to search.

    Attributes:
        fields: The table and its columns in the index.
        shown: The columns of the answer.
        searched: The columns to look into.
        filter: Which rows; empty for all.
    """

    fields: Fields
    shown: tuple[str, ...]
    searched: tuple[str, ...]
    filter: str = ""

    @property
    def name(self) -> str:
        """The table's logical name."""
        return self.fields.table.logical_name


@dataclass(frozen=True)
class Asked:
    """A search.

    Attributes:
        text: What was typed.
        scopes: The tables to search.
        filter: Which rows of all of them; empty for all.
        order: Column and "descending" for each clause; ``@search.score`` is a column here.
        facets: How the rows are to be counted by groups.
        options: Options by name, in small letters, with their values as text.
        top: How many rows.
        skip: How many rows to pass over.
        count: True where all rows are counted.
        fuzzy: True where a mistake is allowed.
    """

    text: str
    scopes: tuple[Scope, ...]
    filter: str
    order: tuple[tuple[str, bool], ...]
    facets: tuple[str, ...]
    options: Mapping[str, str]
    top: int
    skip: int
    count: bool
    fuzzy: bool


def read_asked(body: Mapping[str, Any], indexed: Mapping[str, Fields], *, least: int, top: int) -> Asked:
    """A search request.

    Args:
        body: The request's parameters.
        indexed: The tables in the index.
        least: How long the text must be.
        top: How many rows where nothing is said.

    Raises:
        Refusal: A parameter cannot be used.
    """
    given = {name: value for name, value in body.items() if value is not None}
    return Asked(
        text=_search_text(given, least),
        scopes=_scopes(_inside(given, "entities", list), indexed),
        filter=_text(given, "filter"),
        order=tuple(_clause(text) for text in _texts(given, "orderby")),
        facets=tuple(_texts(given, "facets")),
        options={name.lower(): _word(value) for name, value in _inside(given, "options", dict).items()},
        top=_number(given, "top", top, 1, MAX_TOP),
        skip=_number(given, "skip", 0, 0, 100_000),
        count=_flag(given, "count"),
        fuzzy=_flag(given, "fuzzy"),
    )


def _search_text(given: Mapping[str, Any], least: int) -> str:
    text = _text(given, "search")
    if not least <= len(text.strip()) <= len(text) <= MAX_TEXT:
        raise refusals.search_text_length(least, MAX_TEXT)
    return text


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise refusals.search_parameter(name, "a text was expected.")
    return value


def _number(given: Mapping[str, Any], name: str, usual: int, least: int, most: int) -> int:
    value = given.get(name, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise refusals.search_parameter(name, f"a number from {least} to {most} was expected.")
    return value


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise refusals.search_parameter(name, "true or false was expected.")
    return value


def _inside(given: Mapping[str, Any], name: str, kind: type) -> Any:
    """The JSON inside a text; single quotes are read too, as Microsoft's own samples write them."""
    text = _text(given, name).strip()
    if text in {"", "null"}:
        return kind()
    found = _json(text, name)
    if not isinstance(found, kind):
        what = "a list" if kind is list else "a dictionary"
        raise refusals.search_parameter(name, f"{what} was expected in the text.")
    return found


def _json(text: str, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(_SINGLE.sub(lambda match: orjson.dumps(match[1]).decode(), text))
    except orjson.JSONDecodeError as error:
        raise refusals.search_parameter(name, "the text holds no JSON.") from error


def _texts(given: Mapping[str, Any], name: str) -> list[str]:
    found: list[Any] = _inside(given, name, list)
    if not all(isinstance(one, str) for one in found):
        raise refusals.search_parameter(name, "a list of texts was expected.")
    return found


def _word(value: Any) -> str:
    """An option's value, which may be a text or the thing itself."""
    return str(value).lower()


def _clause(text: str) -> tuple[str, bool]:
    words = text.split()
    if not words or len(words) > 2 or (len(words) == 2 and words[1].lower() not in {"asc", "desc"}):
        raise refusals.search_parameter("orderby", f"'{text}' is no column with asc or desc behind it.")
    return words[0], words[-1].lower() == "desc" and len(words) == 2


def _scopes(entities: list[Any], indexed: Mapping[str, Fields]) -> tuple[Scope, ...]:
    """The tables that are named, or all of them with all of their columns."""
    if not entities:
        every = indexed.values()
        return tuple(Scope(one, (str(one.table.primary_name),), one.searched) for one in every)
    return tuple(_scope(entity, indexed) for entity in entities)


def _scope(entity: Any, indexed: Mapping[str, Fields]) -> Scope:
    if not isinstance(entity, dict):
        raise refusals.search_parameter("entities", "a list of objects was expected in the text.")
    lowered = {str(name).lower(): value for name, value in entity.items() if value is not None}
    name = lowered.get("name")
    if not isinstance(name, str) or name not in indexed:
        raise refusals.search_table(str(name or ""))
    fields, primary = indexed[name], str(indexed[name].table.primary_name)
    shown = _columns(lowered, "selectcolumns", fields) or (primary,)
    searched = _columns(lowered, "searchcolumns", fields) or (primary,)
    kept = tuple(one for one in shown if one in fields.known)  # columns that are not in the index do not come
    return Scope(fields, kept, searched, _text(lowered, "filter"))


def _columns(entity: Mapping[str, Any], name: str, fields: Fields) -> tuple[str, ...]:
    found = entity.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise refusals.search_parameter("entities", f"a list of texts was expected as {name}.")
    for one in found:
        if one not in fields.table.columns:
            raise refusals.search_column(one, name)
    return tuple(found)
