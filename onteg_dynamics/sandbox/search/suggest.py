"""Suggestions while a person types, and the word that he is about to type.

Follows "Dataverse Search suggest" and "… autocomplete". Suggestions look into primary columns only, as the legacy page
says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox.search import tree
from onteg_dynamics.sandbox.search.asked import Asked, Scope
from onteg_dynamics.sandbox.search.match import AFTER, BEFORE, highlights
from onteg_dynamics.sandbox.search.rows import sort_key
from onteg_dynamics.sandbox.search.run import SCORE, Found, attribute, find
from onteg_dynamics.sandbox.search.tree import All, Everything, Fuzzy, Node, Words
from onteg_dynamics.sandbox.search.words import distance, folded, words_of
from onteg_dynamics.sandbox.world import Caller, World

LEAST = 3
USUAL_TOP = 5


def run_suggest(world: World, caller: Caller, asked: Asked) -> dict[str, Any]:
    """The document with rows whose names go on as the text begins.

    Args:
        world: The sandbox.
        caller: Who asks.
        asked: The text, and where to look.

    Raises:
        Refusal: A filter cannot be carried out.
    """
    named = replace(asked, scopes=tuple(_primary(scope) for scope in asked.scopes))
    rows = sorted(find(world, caller, named, _typed(asked)), key=lambda one: (-one.score, one.id))
    for name, descending in reversed(asked.order):
        if name != SCORE:
            rows.sort(key=lambda one, name=name: sort_key(one.row, name), reverse=descending)  # type: ignore[misc]
    typed = "".join(words_of(asked.text)[-1:])
    found = [_suggestion(one, typed) for one in rows[: asked.top]]
    return {"Error": None, "Value": found, "QueryContext": None}


def run_autocomplete(world: World, caller: Caller, asked: Asked) -> dict[str, Any]:
    """The document with the text, its last word completed by the one that is found most often.

    Args:
        world: The sandbox.
        caller: Who asks.
        asked: The text, and where to look.

    Raises:
        Refusal: A filter cannot be carried out.
    """
    *before, last = words_of(asked.text) or [""]
    counts: Counter[str] = Counter()
    if last:
        for one in find(world, caller, asked, _typed(asked)):
            counts.update(_endings(one, last, fuzzy=asked.fuzzy))
    best = min(counts, key=lambda word: (-counts[word], word), default=None)
    text = None if best is None else f"{BEFORE}{' '.join([*before, best])}{AFTER}"
    return {"Error": None, "Value": text, "QueryContext": None}


def _primary(scope: Scope) -> Scope:
    """A table, as far as its primary column."""
    name = str(scope.fields.table.primary_name)
    shown = scope.shown if name in scope.shown else (name, *scope.shown)
    return replace(scope, searched=(name,), shown=shown)


def _typed(asked: Asked) -> Node:
    """All words but the last as they are, and the last as a beginning; with a mistake where that is allowed."""
    *before, last = words_of(asked.text) or [""]
    if not last:
        return Everything() if asked.text.strip() == "*" else tree.Any(())
    whole: list[Node] = [_one(word, fuzzy=asked.fuzzy) for word in before]
    ending: Node = Words(last, prefix=True)
    return All((*whole, tree.Any((ending, Fuzzy(last, 1))) if asked.fuzzy else ending))


def _one(word: str, *, fuzzy: bool) -> Node:
    return Fuzzy(word, 1) if fuzzy else Words(word)


def _suggestion(one: Found, typed: str) -> dict[str, Any]:
    table = one.scope.fields.table
    primary = str(table.primary_name)
    text = highlights(one.node, one.look, one.document).get(primary, [str(one.row[primary] or "")])[0]
    document = {
        "@search.objectid": one.id,
        "@search.entityname": table.logical_name,
        "@search.objecttypecode": table.object_type_code,
    }
    shown = [name for name in one.scope.shown if not table.columns[name].is_lookup]
    for name in shown:
        document |= attribute(one, name, {})
    return {"Text": _started(text, typed), "Document": document}


def _started(text: str, typed: str) -> str:
    """Marks only as much of the last word as was typed: ``{crmhit}Mar{/crmhit}ia``."""
    first, *parts = text.split(BEFORE)
    done = [first]
    for part in parts:
        word, _, rest = part.partition(AFTER)
        size = len(typed) if folded(word).startswith(typed) else len(word)
        done.append(f"{BEFORE}{word[:size]}{AFTER}{word[size:]}{rest}")
    return "".join(done)


def _endings(one: Found, last: str, *, fuzzy: bool) -> set[str]:
    """The words of a row that the last word may become."""
    names = [name for name in one.look.columns if name in one.look.shelf.columns]
    words = {word for text in one.look.shelf.texts(one.document, names) for word in words_of(text)}
    near = {word for word in words if distance(last, word, 1) <= 1} if fuzzy else set()
    return {word for word in words if word.startswith(last)} | near
