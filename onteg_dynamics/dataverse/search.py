"""Full-text search over many tables.

Implements "Search for Dataverse records" (Dataverse search, version 2.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, dumps, read
from onteg_dynamics.errors import BadRequestError, ErrorDetails, TransportError

__all__ = ["LARGEST_PAGE", "Found", "Hit", "Search", "search"]

LARGEST_PAGE = 100
_PATH = "/api/search/v2.0/query"
_MARKS = re.compile(r"\{/?crmhit\}")
_FORMATTED = "@OData.Community.Display.V1.FormattedValue"


@dataclass(frozen=True)
class Search:
    """What to look for.

    Attributes:
        text: words; with `lucene` also AND, OR, NOT, "phrases" and prefixes*.
        tables: logical names, none for all that the environment searches.
        select: columns of the answer, none for each table's own choice.
        filter: OData text that all tables understand.
        order_by: columns with ``asc`` or ``desc``; none for the best first.
        facets: columns to count the values of.
        top: the most rows, 1 to 100.
        skip: rows to pass over.
        every_word: all words must be found, not one of them.
        lucene: `text` is in Lucene's syntax.
    """

    text: str
    tables: Sequence[str] = ()
    select: Sequence[str] = ()
    filter: str = ""
    order_by: Sequence[str] = ()
    facets: Sequence[str] = ()
    top: int = 50
    skip: int = 0
    every_word: bool = False
    lucene: bool = False


@dataclass(frozen=True)
class Hit:
    """A row that was found: its table, its id, how well it fits, columns, and where the words stand."""

    table: str
    id: str
    score: float
    row: Mapping[str, Any]
    highlights: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        hits: the rows, the best first unless ordered otherwise.
        count: how many there are in all.
        facets: values and their counts, by column.
    """

    hits: Sequence[Hit]
    count: int
    facets: Mapping[str, Sequence[Mapping[str, Any]]]


def search(link: Link, wanted: Search) -> Found:
    """Look for rows.

    Args:
        link: the client at work.
        wanted: what to look for.

    Raises:
        ServiceError: search is off in the environment, or the service refuses the request.
    """
    # It only reads, so a dry run sends it too.
    answer = read(link.transport.send(Request("POST", _PATH, dumps(_body(wanted)), JSON_BODY), link.call)).data
    data = _document(answer)
    if data.get("Error"):
        raise BadRequestError(str(data["Error"].get("message") or "The search was refused."))
    link.call.usage.add(pages=1, rows=len(data["Value"]))
    return Found([_hit(one) for one in data["Value"]], int(data["Count"]), _facets(data.get("Facets") or {}))


def _body(wanted: Search) -> dict[str, Any]:
    """Lists and objects travel as texts of JSON."""
    entities = [
        {"name": name, **({"selectColumns": list(wanted.select)} if wanted.select else {})} for name in wanted.tables
    ]
    options = {
        "querytype": "lucene" if wanted.lucene else "simple",
        "searchmode": "all" if wanted.every_word else "any",
    }
    body = {
        "search": wanted.text,
        "count": True,
        "top": wanted.top,
        "skip": wanted.skip,
        "options": _text(options),
        "entities": _text(entities) if entities else None,
        "filter": wanted.filter or None,
        "orderby": _text(list(wanted.order_by)) if wanted.order_by else None,
        "facets": _text(list(wanted.facets)) if wanted.facets else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _document(answer: Any) -> Mapping[str, Any]:
    """The document that stands, as a text, in the answer."""
    try:
        data = orjson.loads(answer["response"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        data = None
    if not isinstance(data, dict):
        raise TransportError("The answer of the search is not whole.", ErrorDetails(retryable=True))
    return data


def _hit(found: Mapping[str, Any]) -> Hit:
    attributes = {name: value for name, value in found["Attributes"].items() if not name.startswith("@")}
    row = {_plain(name): value for name, value in attributes.items() if "@" not in name or name.endswith(_FORMATTED)}
    marked = {name: [_MARKS.sub("", text) for text in texts] for name, texts in (found.get("Highlights") or {}).items()}
    return Hit(found["EntityName"], found["Id"], found["Score"], row, marked)


def _plain(name: str) -> str:
    """``createdon@OData…FormattedValue`` is ``createdon.label``."""
    return f"{name.partition('@')[0]}.label" if "@" in name else name


def _facets(facets: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [{"value": one["value"], "label": one.get("optionalvalue"), "count": one["count"]} for one in groups]
        for name, groups in facets.items()
    }
