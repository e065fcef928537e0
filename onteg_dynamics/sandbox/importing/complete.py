"""Metadata files → a model and a store that have what the files tell of.

Tables that are there already keep what the sandbox knows of them, and get the columns, choices and relationships that
they lack; tables known by name only are filled; all others are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from onteg_dynamics.sandbox.importing.csdl import read_csdl
from onteg_dynamics.sandbox.importing.csdl_columns import with_known_options
from onteg_dynamics.sandbox.importing.definitions import read_definitions
from onteg_dynamics.sandbox.importing.described import Described, MetadataFileError
from onteg_dynamics.sandbox.importing.relations import add_pairs, add_relations
from onteg_dynamics.sandbox.model import Column, OptionSet, Table, stable_id
from onteg_dynamics.sandbox.schema import Change
from onteg_dynamics.sandbox.schema.tables import next_type_code
from onteg_dynamics.sandbox.seed.messages import lay_filters
from onteg_dynamics.sandbox.world import Caller, World

_BOM = b"\xef\xbb\xbf"


def import_metadata(world: World, caller: Caller, paths: Iterable[Path]) -> None:
    """Completes the tables of a sandbox by metadata files; doing so again changes nothing.

    Args:
        world: The sandbox.
        caller: Who changes the metadata.
        paths: CSDL and definitions in JSON, in any order; JSON, which tells more, is believed first.

    Raises:
        MetadataFileError: A file cannot be read.
    """
    described = _with_shared_options(_read(paths))
    with world.store.transaction():
        change = Change(world, caller)
        made = _add_tables(change, described)
        _complete_tables(change, described, made)
        add_pairs(change, described.manys)
        add_relations(change, described, made)
        _add_choices(change, described.choices)
        if change.model is not world.model:
            world.store.renew_views(change.model)
            change.finish()


def _read(paths: Iterable[Path]) -> Described:
    json, csdl = Described(), Described()
    for path in paths:
        if not path.is_file():
            raise MetadataFileError(f"{path}: There is no such file.")
        with path.open("rb") as file:
            start = file.read(1024).removeprefix(_BOM).lstrip()
        if start[:1] in {b"{", b"["}:
            json = read_definitions(path).over(json)
        else:
            csdl = read_csdl(path).over(csdl)
    return json.over(csdl)


def _with_shared_options(described: Described) -> Described:
    """Columns of a global choice have its options, wherever those are told."""

    def filled(column: Column) -> Column:
        choice = described.choices.get(column.global_option_set or "")
        return replace(column, options=choice.options) if choice is not None and not column.options else column

    columns = {
        table: {name: filled(column) for name, column in found.items()} for table, found in described.columns.items()
    }
    return replace(described, columns=columns)


def _add_tables(change: Change, described: Described) -> set[str]:
    """Tables that the sandbox does not have; gives their names."""
    codes = {table.object_type_code for table in change.model.tables.values()}
    sets = {table.entity_set_name for table in change.model.tables.values()}
    free = next_type_code(change.model)
    made: list[Table] = []
    for name, told in described.tables.items():
        if name in change.model.tables or not described.columns.get(name):
            continue
        code = told.object_type_code
        if not code or code in codes:
            code, free = free, free + 1
        set_name = told.entity_set_name if told.entity_set_name not in {"", *sets} else f"{name}s"
        sets.add(set_name)
        codes.add(code)
        columns = dict(_whole(told, described.columns[name]))
        made.append(replace(told, object_type_code=code, entity_set_name=set_name, columns=columns))
    change.put_tables(made)
    change.world.store.build(change.model)
    for table in made:
        lay_filters(change.world, table)
    return {table.logical_name for table in made}


def _whole(table: Table, columns: Mapping[str, Column]) -> Iterator[tuple[str, Column]]:
    """A new table's columns, its key among them."""
    if table.primary_id not in columns:
        key = Column(
            table.logical_name,
            table.primary_id,
            table.primary_id,
            "Uniqueidentifier",
            stable_id("imported", table.logical_name, table.primary_id),
            required_level="SystemRequired",
            valid_for_update=False,
        )
        yield table.primary_id, key
    for name, column in columns.items():
        yield name, with_known_options(column)


def _complete_tables(change: Change, described: Described, made: set[str]) -> None:
    """Tables that the sandbox has: columns, choices and keys that they lack."""
    for name, columns in described.columns.items():
        known = change.model.table(name)
        if known is None or known.is_view or name in made:
            continue
        told = described.tables.get(name)
        if known.bare and told is not None and any(_is_missing(known, one) for one in columns.values()):
            known = _filled(known, told, columns)
            change.put_tables([known])
        missing = [with_known_options(column) for column in columns.values() if _is_missing(known, column)]
        if missing:
            known = change.add_columns(known, missing)
        for own, column in columns.items():
            if own in known.columns and _has_other_options(known.columns[own], column):
                known = change.put_column(known, replace(known.columns[own], options=column.options))
        _add_keys(change, known, told)


def _is_missing(known: Table, column: Column) -> bool:
    """True for a new column, and for what only comes with one."""
    comes_along = not column.is_stored and column.attribute_of in known.columns
    return column.logical_name not in known.columns and not comes_along


def _filled(known: Table, told: Table, columns: Mapping[str, Column]) -> Table:
    """A table that was known by its name only, now that more is told of it."""
    named = told.primary_name in columns or told.primary_name in known.columns
    return replace(
        told,
        columns=known.columns,
        primary_id=known.primary_id,
        primary_name=told.primary_name if named else known.primary_name,
        entity_set_name=known.entity_set_name or told.entity_set_name,
        object_type_code=known.object_type_code or told.object_type_code,
        is_intersect=known.is_intersect,
        is_custom=known.is_custom,
        keys=known.keys,
    )


def _has_other_options(known: Column, told: Column) -> bool:
    if not told.options or known.type != told.type:
        return False
    return {(one.value, one.label, one.state) for one in known.options} != {
        (one.value, one.label, one.state) for one in told.options
    }


def _add_keys(change: Change, known: Table, told: Table | None) -> None:
    names = {key.logical_name for key in known.keys}
    for key in told.keys if told is not None else ():
        if key.logical_name not in names and set(key.columns) <= known.columns.keys():
            change.put_key(change.table(known.logical_name), key)
            change.world.store.index_key(known.logical_name, key.columns)


def _add_choices(change: Change, choices: Mapping[str, OptionSet]) -> None:
    for name, choice in choices.items():
        known = change.model.option_sets.get(name)
        if known is None:
            change.put_choice(choice)
        elif choice.options and [(one.value, one.label) for one in known.options] != [
            (one.value, one.label) for one in choice.options
        ]:
            change.put_choice(replace(known, options=choice.options))
