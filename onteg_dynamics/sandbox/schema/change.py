"""A change of the metadata in the making: the model as it will be, the store as it goes along, and what to keep.

Nothing is seen from outside until `Change.finish`; until then the store's transaction can take it all back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.choices import own_set_id
from onteg_dynamics.sandbox.model import Column, Key, ManyToMany, ManyToOne, Model, OptionSet, Table
from onteg_dynamics.sandbox.people.roles import lay_table_privileges, lift_table_privileges
from onteg_dynamics.sandbox.schema.keep import CHANGES, CHOICES, MANYS, ONES, TABLES, body_of
from onteg_dynamics.sandbox.seed.messages import lay_filters, lift_filters
from onteg_dynamics.sandbox.store.ddl import column_definitions
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write.numbers import forget_numbers

TABLE, COLUMN, RELATIONSHIP, CHOICE, KEY = "Default", "Attribute", "Relationship", "OptionSet", "Key"


class Change:
    """One change of the metadata, made of many steps.

    Args:
        world: The sandbox; a transaction of its store is open.
        caller: Who changes.
        merge_labels: True where labels in languages that a definition does not name are kept.
    """

    def __init__(self, world: World, caller: Caller, *, merge_labels: bool = False) -> None:
        self.world = world
        self.caller = caller
        self.merge_labels = merge_labels
        self.now = world.now()
        self._model = world.model
        self._notes: dict[tuple[str, str], bytes | None] = {}
        self._log: dict[str, tuple[str, bool]] = {}

    @property
    def model(self) -> Model:
        """The model as far as the change has come."""
        return self._model

    def table(self, logical_name: str) -> Table:
        """A table by its logical name.

        Raises:
            Refusal: There is none.
        """
        found = self._model.table(logical_name)
        if found is None:
            raise refusals.no_such_table("LogicalName", logical_name)
        return found

    def add_table(self, table: Table, relations: Iterable[ManyToOne] = ()) -> None:
        """A new table with its columns and with the relationships in which it holds the lookup."""
        self.put_tables([table])
        self.add_relations(relations)
        self.world.store.add_table(self._model, table)
        lay_filters(self.world, table)
        lay_table_privileges(self.world, table)
        for column in table.columns.values():
            self._changed(COLUMN, column.metadata_id)

    def put_tables(self, tables: Iterable[Table]) -> None:
        """Tables that are new or described anew; the store is left as it is."""
        for table in tables:
            self._put(table)
            self._changed(TABLE, table.metadata_id)

    def drop_table(self, table: Table) -> None:
        """A table goes, with its columns and rows."""
        tables = {name: other for name, other in self._model.tables.items() if name != table.logical_name}
        self._model = replace(self._model, tables=tables)
        self.world.store.drop_table(self._model, table.logical_name)
        lift_filters(self.world, table)
        lift_table_privileges(self.world, table)
        self._notes[TABLES, table.logical_name] = None
        self._changed(TABLE, table.metadata_id, deleted=True)
        for column in table.columns.values():
            self._column_gone(column)

    def add_columns(self, table: Table, columns: Iterable[Column], relations: Iterable[ManyToOne] = ()) -> Table:
        """New columns of a table that is there already, with the relationships that some of them carry."""
        found = list(columns)
        table = replace(table, columns={**table.columns, **{column.logical_name: column for column in found}})
        self._put(table)
        for column in found:
            self._changed(COLUMN, column.metadata_id)
            if column.is_stored:
                self._store_column(table, column)
        self.add_relations(relations)
        self._renew(table)
        return table

    def put_column(self, table: Table, column: Column) -> Table:
        """A column described anew."""
        changed = replace(table, columns={**table.columns, column.logical_name: column})
        self._put(changed)
        self._changed(COLUMN, column.metadata_id)
        return changed

    def drop_columns(self, table: Table, names: Iterable[str]) -> Table:
        """Columns go, with their values."""
        gone = {name: table.columns[name] for name in names}
        columns = {name: column for name, column in table.columns.items() if name not in gone}
        changed = replace(table, columns=columns)
        self._put(changed)
        stored = [column for column in gone.values() if column.is_stored]
        self.world.store.drop_columns(self._model, table.logical_name, stored)
        for column in gone.values():
            self._column_gone(column)
        return changed

    def put_key(self, table: Table, key: Key) -> None:
        """An alternate key that is new or has another state."""
        others = tuple(other for other in table.keys if other.metadata_id != key.metadata_id)
        self._put(replace(table, keys=(*others, key)))
        self._changed(KEY, key.metadata_id)

    def drop_key(self, table: Table, key: Key) -> None:
        """An alternate key goes."""
        self._put(replace(table, keys=tuple(other for other in table.keys if other is not key)))
        self._changed(KEY, key.metadata_id, deleted=True)

    def add_relations(self, relations: Iterable[ManyToOne]) -> None:
        """One-to-many relationships that are new or described anew."""
        found = {relation.metadata_id: relation for relation in relations}
        known = {relation.metadata_id for relation in self._model.many_to_one}
        merged = [found.get(relation.metadata_id, relation) for relation in self._model.many_to_one]
        merged += [relation for name, relation in found.items() if name not in known]
        self._model = replace(self._model, many_to_one=tuple(merged))
        self._keep_relations(ONES, found)

    def drop_relations(self, relations: Iterable[ManyToOne]) -> None:
        """One-to-many relationships go; their columns are not touched."""
        gone = {relation.metadata_id for relation in relations}
        kept = tuple(relation for relation in self._model.many_to_one if relation.metadata_id not in gone)
        self._model = replace(self._model, many_to_one=kept)
        self._forget_relations(ONES, gone)

    def put_pair(self, relation: ManyToMany) -> None:
        """A many-to-many relationship that is new or described anew."""
        others = [other for other in self._model.many_to_many if other.metadata_id != relation.metadata_id]
        self._model = replace(self._model, many_to_many=(*others, relation))
        self._keep_relations(MANYS, {relation.metadata_id: relation})

    def drop_pair(self, relation: ManyToMany) -> None:
        """A many-to-many relationship goes; its table is not touched."""
        kept = tuple(other for other in self._model.many_to_many if other.metadata_id != relation.metadata_id)
        self._model = replace(self._model, many_to_many=kept)
        self._forget_relations(MANYS, {relation.metadata_id})

    def put_choice(self, choice: OptionSet) -> None:
        """A global choice that is new or described anew."""
        self._model = replace(self._model, option_sets={**self._model.option_sets, choice.name: choice})
        self._notes[CHOICES, choice.name] = body_of(choice)
        self._changed(CHOICE, choice.metadata_id)

    def drop_choice(self, choice: OptionSet) -> None:
        """A global choice goes."""
        kept = {name: other for name, other in self._model.option_sets.items() if name != choice.name}
        self._model = replace(self._model, option_sets=kept)
        self._notes[CHOICES, choice.name] = None
        self._changed(CHOICE, choice.metadata_id, deleted=True)

    def touch_choice(self, column: Column) -> None:
        """A column's own options have changed."""
        self._changed(CHOICE, own_set_id(column))

    def finish(self) -> None:
        """The world has the new model, and the store keeps it."""
        store, version = self.world.store, self.world.model.version + 1
        for (kind, name), body in self._notes.items():
            store.note(kind, name, body)
        items = [[kind, identity, deleted] for identity, (kind, deleted) in self._log.items()]
        store.note(CHANGES, f"{version:09d}", orjson.dumps({"at": self.now, "items": items}))
        self.world.model = replace(self._model, version=version)

    def _put(self, table: Table) -> None:
        self._model = self._model.with_tables([table])
        self._notes[TABLES, table.logical_name] = body_of(table)

    def _changed(self, kind: str, identity: str, *, deleted: bool = False) -> None:
        self._log[identity] = (kind, deleted)

    def _column_gone(self, column: Column) -> None:
        self._changed(COLUMN, column.metadata_id, deleted=True)
        if column.auto_number:
            forget_numbers(self.world, column)
        if column.options and not column.global_option_set:
            self._changed(CHOICE, own_set_id(column), deleted=True)

    def _store_column(self, table: Table, column: Column) -> None:
        for definition in column_definitions(column):
            self.world.store.add_column(table.logical_name, definition)
        if column.is_lookup:
            self.world.store.index_lookup(table.logical_name, column.logical_name)

    def _renew(self, table: Table) -> None:
        if table.is_activity:
            self.world.store.renew_views(self._model)

    def _keep_relations(self, kind: str, relations: Mapping[str, Any]) -> None:
        for name, relation in relations.items():
            self._notes[kind, name] = body_of(relation)
            self._changed(RELATIONSHIP, name)

    def _forget_relations(self, kind: str, names: Iterable[str]) -> None:
        for name in names:
            self._notes[kind, name] = None
            self._changed(RELATIONSHIP, name, deleted=True)
