"""Relationships that metadata files tell of, or that their lookups need, into the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from onteg_dynamics.sandbox.importing.described import Described
from onteg_dynamics.sandbox.model import Column, ManyToMany, ManyToOne, Model, Table, stable_id
from onteg_dynamics.sandbox.schema import Change
from onteg_dynamics.sandbox.schema.attributes import link_files
from onteg_dynamics.sandbox.schema.platform import activity_links, note_links


def add_relations(change: Change, described: Described, made: Iterable[str]) -> None:
    """Many-to-one relationships that the model lacks and whose both tables are there.

    Args:
        change: The change that they are part of.
        described: What the files tell.
        made: The names of the tables that were made.
    """
    known = {(one.table, one.column, one.target) for one in change.model.many_to_one}
    taken = _Names(change.model)
    found = []
    for one in _candidates(change, described, made):
        if (
            (one.table, one.column, one.target) not in known
            and _fits(change.model, one)
            and taken.free(one.table, one.navigation)
        ):
            known.add((one.table, one.column, one.target))
            found.append(taken.take(one))
    if found:
        change.add_relations(found)
    for one in found:
        _reach(change, one)
    for name in sorted(_with_new_files(change, described)):
        link_files(change, change.table(name))


def add_pairs(change: Change, manys: Iterable[ManyToMany]) -> None:
    """Many-to-many relationships that the model lacks and whose both tables are there.

    Args:
        change: The change that they are part of.
        manys: What the files tell.
    """
    known = {many.schema_name.lower() for many in change.model.many_to_many}
    known |= {many.intersect for many in change.model.many_to_many}
    for many in manys:
        tables = change.model.tables
        if {many.schema_name.lower(), many.intersect} & known or not {many.table1, many.table2} <= tables.keys():
            continue
        names = _Names(change.model)
        if names.free(many.table1, many.navigation1) and names.free(many.table2, many.navigation2):
            _put_intersect(change, many)
            change.put_pair(many)
            known |= {many.schema_name.lower(), many.intersect}


def _with_new_files(change: Change, described: Described) -> set[str]:
    """The tables that have columns for files which were not there before."""
    found = set()
    for name, columns in described.columns.items():
        before = change.world.model.table(name)
        known = before.columns if before is not None else {}
        if name in change.model.tables and any(one.type == "File" and own not in known for own, one in columns.items()):
            found.add(name)
    return found


class _Names:
    """The navigation properties that tables have."""

    def __init__(self, model: Model) -> None:
        self._taken = {(name, navigation) for name in model.tables for navigation in model.navigations(name)}

    def free(self, table: str, name: str) -> bool:
        """True where the table has no such navigation property."""
        return (table, name) not in self._taken

    def take(self, one: ManyToOne) -> ManyToOne:
        """The relationship, its names now taken; a collection whose name another has is left out."""
        self._taken.add((one.table, one.navigation))
        if not self.free(one.target, one.collection):
            one = replace(one, collection="")
        self._taken.add((one.target, one.collection))
        return one


def _candidates(change: Change, described: Described, made: Iterable[str]) -> Iterator[ManyToOne]:
    """Relationships as told; then those that new lookups, notes and activities need where nothing was told."""
    yield from described.ones
    for name, columns in described.columns.items():
        before = change.world.model.table(name)
        for column in columns.values():
            if column.is_lookup and (before is None or column.logical_name not in before.columns):
                yield from _guessed(change.model, column)
    for name in sorted(made):
        table = change.table(name)
        yield from note_links(change.model, table) if table.has_notes else ()
        yield from activity_links(change.model, table) if table.has_activities else ()


def _guessed(model: Model, column: Column) -> Iterator[ManyToOne]:
    """The relationships of a lookup of which only the targets are told; named as the service names them by itself."""
    for target in ("owner",) if column.type == "Owner" else column.targets:
        found = model.table(target)
        if found is None:
            continue
        schema = f"{column.table}_{column.logical_name}_{target}"
        own = column.schema_name if column.is_custom else column.logical_name
        single = len(column.targets) == 1 or column.type == "Owner"
        key = "ownerid" if target == "owner" else found.primary_id
        name = own if single else f"{own}_{target}"
        yield ManyToOne(
            schema,
            column.table,
            column.logical_name,
            target,
            key,
            name,
            schema,
            stable_id("imported", schema),
            is_custom=True,
        )


def _fits(model: Model, one: ManyToOne) -> bool:
    table, target = model.table(one.table), model.table(one.target)
    column = table.columns.get(one.column) if table is not None else None
    return target is not None and column is not None and column.is_stored and column.is_lookup


def _reach(change: Change, one: ManyToOne) -> None:
    """A lookup that reaches one table more."""
    table = change.table(one.table)
    column = table.columns[one.column]
    if one.target != "owner" and one.target not in column.targets and not table.is_view:
        change.put_column(table, replace(column, targets=(*column.targets, one.target)))


def _put_intersect(change: Change, many: ManyToMany) -> None:
    """The table of a relationship's pairs: the one that is told, or a new one."""
    name = many.intersect
    known = change.model.table(name)
    table = known or _bare(name, change.model)
    missing = (own for own in (many.column1, many.column2) if own not in table.columns)
    new = [_id_column(name, own) for own in missing]
    if known is None:
        columns = {**table.columns, **{column.logical_name: column for column in new}}
        whole = replace(table, columns=columns, is_intersect=True)
        change.put_tables([whole])
        change.world.store.build(change.model)
        return
    table = change.add_columns(table, new) if new else table
    change.put_tables([replace(table, is_intersect=True)])


def _bare(name: str, model: Model) -> Table:
    """A new table for pairs, with its key and its version."""
    key = f"{name}id"
    version = stable_id("imported", name, "versionnumber")
    columns = (
        replace(_id_column(name, key), required_level="SystemRequired"),
        Column(name, "versionnumber", "VersionNumber", "BigInt", version, valid_for_update=False),
    )
    sets = {table.entity_set_name for table in model.tables.values()}
    set_name = f"{name}set" if f"{name}s" in sets else f"{name}s"
    return Table(
        logical_name=name,
        schema_name=name,
        entity_set_name=set_name,
        metadata_id=stable_id("imported", name),
        primary_id=key,
        primary_name=None,
        display_name=name,
        display_collection_name=name,
        logical_collection_name=set_name,
        collection_schema_name=set_name,
        object_type_code=max(table.object_type_code for table in model.tables.values()) + 1,
        ownership="None",
        columns={column.logical_name: column for column in columns},
        is_custom=True,
    )


def _id_column(table: str, name: str) -> Column:
    return Column(table, name, name, "Uniqueidentifier", stable_id("imported", table, name), valid_for_update=False)
