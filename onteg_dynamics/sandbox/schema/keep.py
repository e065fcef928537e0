"""Changed definitions as documents beside the rows, so that a sandbox with a file finds its tables again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import orjson

from onteg_dynamics.sandbox.model import (
    Cascade,
    Column,
    Key,
    ManyToMany,
    ManyToOne,
    Model,
    Option,
    OptionSet,
    Table,
    Words,
    load_model,
)
from onteg_dynamics.sandbox.store import Store

TABLES, ONES, MANYS, CHOICES, CHANGES = (
    "schema.table",
    "schema.one",
    "schema.many",
    "schema.choice",
    "schema.change",
)
Kept = Table | ManyToOne | ManyToMany | OptionSet


def kept_model(store: Store) -> Model:
    """The standard model with the changes that a store has kept.

    Args:
        store: A store that was built; where it has changes, its tables are there already.
    """
    model = load_model()
    tables = {name: table_from(orjson.loads(body)) for name, body in store.notes(TABLES)}
    ones = {name: _one_from(orjson.loads(body)) for name, body in store.notes(ONES)}
    manys = {name: _many_from(orjson.loads(body)) for name, body in store.notes(MANYS)}
    choices = {name: _choice_from(orjson.loads(body)) for name, body in store.notes(CHOICES)}
    version = model.version + len(list(store.notes(CHANGES)))
    if version == model.version:
        return model
    return replace(
        model,
        tables={**model.tables, **tables},
        many_to_one=_merged(model.many_to_one, ones),
        many_to_many=_merged(model.many_to_many, manys),
        option_sets={**model.option_sets, **choices},
        version=version,
    )


def body_of(kept: Kept) -> bytes:
    """The document of a definition."""
    if isinstance(kept, Table):
        columns = [_own(column) for column in kept.columns.values()]
        return orjson.dumps({**_own(kept), "columns": columns, "keys": [_own(key) for key in kept.keys]}, default=list)
    return orjson.dumps(_own(kept), default=list)


def _own(kept: Any) -> dict[str, Any]:
    """The fields of a definition; orjson writes those of the definitions inside."""
    return {field.name: getattr(kept, field.name) for field in fields(kept) if field.init}


def table_from(source: dict[str, Any]) -> Table:
    """The table of a document."""
    columns = {row["logical_name"]: _column_from(row) for row in source["columns"]}
    keys = tuple(Key(**{**row, "columns": tuple(row["columns"]), **_words(row)}) for row in source["keys"])
    return Table(**{**source, "columns": columns, "keys": keys, **_words(source)})


def _column_from(source: dict[str, Any]) -> Column:
    options = tuple(map(_option_from, source["options"]))
    return Column(**{**source, "options": options, "targets": tuple(source["targets"]), **_words(source)})


def _option_from(source: dict[str, Any]) -> Option:
    return Option(**{**source, **_words(source)})


def _choice_from(source: dict[str, Any]) -> OptionSet:
    return OptionSet(**{**source, "options": tuple(map(_option_from, source["options"])), **_words(source)})


def _one_from(source: dict[str, Any]) -> ManyToOne:
    return ManyToOne(**{**source, "cascade": Cascade(**source["cascade"])})


def _many_from(source: dict[str, Any]) -> ManyToMany:
    return ManyToMany(**source)


def _words(source: dict[str, Any]) -> dict[str, tuple[Words, ...]]:
    return {"translations": tuple(Words(*words) for words in source["translations"])}


def _merged(standard: tuple[Any, ...], kept: Mapping[str, Any]) -> tuple[Any, ...]:
    replaced = tuple(kept.get(relation.metadata_id, relation) for relation in standard)
    known = {relation.metadata_id for relation in standard}
    return replaced + tuple(relation for name, relation in kept.items() if name not in known)
