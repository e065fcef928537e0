"""Full text: Search Records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onteg_dynamics.actions.targets import table_of
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl


def search_records(context: Context, options: Mapping[str, Any]) -> Outcome:
    """Find rows of many tables by words, the best first."""
    from onteg_dynamics.dataverse.search import Search, search

    dataverse = context.dataverse
    wanted = Search(
        options["text"],
        [table_of(context, name, "tables").name for name in options.get("tables", ())],
        options.get("select", ()),
        options.get("filter", ""),
        options.get("order_by", ()),
        _facets(options.get("facets", ())),
        options.get("top", 50),
        options.get("skip", 0),
        every_word=options.get("every_word", False),
        lucene=options.get("syntax", "Simple") == "Lucene",
    )
    found = search(dataverse, wanted)
    end = wanted.skip + len(found.hits)
    return Outcome(
        {
            "rows": [vars(hit) for hit in found.hits],
            "count": found.count,
            "facets": found.facets,
            "complete": end >= found.count,
            "next_skip": end if end < found.count else None,
        }
    )


def _facets(texts: Iterable[str]) -> list[str]:
    """``ownerid,count:10`` typed into a form comes as two texts, and is one facet."""
    found: list[str] = []
    for text in texts:
        if found and text.partition(":")[0] in ("count", "sort", "interval", "values"):
            found[-1] += f",{text}"
        else:
            found.append(text)
    return found


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (Action("search_records", search_records, Annotations(read_only=True, idempotent=True, paginates=True)),)
