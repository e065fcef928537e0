"""Alternate keys: made, tried again, taken away ("Work with alternate keys")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Key, Table
from onteg_dynamics.sandbox.schema.attributes import check_open
from onteg_dynamics.sandbox.schema.body import read_definition
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.elastic import check_free_of
from onteg_dynamics.sandbox.schema.names import COLUMN_LENGTH, check_name
from onteg_dynamics.sandbox.schema.stamps import stamped
from onteg_dynamics.sandbox.schema.words import read_labels
from onteg_dynamics.sandbox.write.values import new_id

MOST_KEYS, MOST_COLUMNS, MOST_BYTES = 10, 16, 900
_BYTES = {"Integer": 4, "Picklist": 4, "Decimal": 13, "DateTime": 8, "Lookup": 16, "Customer": 16}


def create_key(change: Change, table: Table, document: Any) -> Key:
    """A new alternate key; it is Failed where rows have the same values already.

    Raises:
        Refusal: The name or the columns are taken, a column does not exist or cannot be part of a key, too much.
    """
    check_open(table)
    check_free_of([table], "an alternate key of one's own")
    definition = read_definition(document, "EntityKeyMetadata", declared="EntityKeyMetadata")
    schema = check_name(definition.get("SchemaName"), "EntityKey", COLUMN_LENGTH)
    names = tuple(definition.need("KeyAttributes"))
    _check_new(table, schema.lower(), names)
    columns = [_column(table, name) for name in names]
    _check_size(columns)
    labels = read_labels(dict(definition.members), {"DisplayName": "display_name"})
    key = Key(
        table.logical_name,
        schema.lower(),
        schema,
        labels.own("display_name") or schema,
        names,
        new_id(),
        translations=labels.foreign(),
        settings={**stamped(), **definition.settings()},
    )
    return _index(change, table, key)


def retry_key(change: Change, table: Table, key: Key) -> None:
    """Makes the index of a key anew that could not be made before.

    Raises:
        Refusal: The key is not Failed.
    """
    if key.is_active:
        raise refusals.key_is_not_failed()
    _index(change, table, key)


def delete_key(change: Change, table: Table, key: Key) -> None:
    """Takes an alternate key away, with its index."""
    change.world.store.drop_key_index(table.logical_name, key.columns)
    change.drop_key(table, key)


def _index(change: Change, table: Table, key: Key) -> Key:
    store = change.world.store
    failed = store.has_doubles(table.logical_name, key.columns)
    if not failed:
        store.index_key(table.logical_name, key.columns)
    key = replace(key, status="Failed" if failed else "Active")
    change.put_key(table, key)
    return key


def _check_new(table: Table, name: str, columns: tuple[str, ...]) -> None:
    if any(key.logical_name == name for key in table.keys):
        raise refusals.key_name_taken(name, table.logical_name)
    if any(set(key.columns) == set(columns) for key in table.keys):
        raise refusals.key_columns_taken()
    if len(table.keys) >= MOST_KEYS:
        raise refusals.bad_definition(f"A table can have no more than {MOST_KEYS} alternate keys.")
    if not 1 <= len(columns) <= MOST_COLUMNS or len(set(columns)) != len(columns):
        raise refusals.bad_definition(f"An alternate key has between 1 and {MOST_COLUMNS} columns, each once.")


def _column(table: Table, name: str) -> Column:
    column = table.columns.get(name)
    if column is None:
        raise refusals.no_such_column(table.logical_name, name)
    if column.type not in {*_BYTES, "String"} or column.attribute_of is not None:
        raise refusals.bad_definition(f"A column of type {column.type} cannot be part of an alternate key: '{name}'.")
    if not column.valid_for_create:
        raise refusals.key_column_not_valid(name, column.metadata_id)
    return column


def _check_size(columns: list[Column]) -> None:
    size = sum(_BYTES.get(column.type, 2 * (column.max_length or 0)) for column in columns)
    if size > MOST_BYTES:
        raise refusals.bad_definition(f"The alternate key takes {size} bytes; there is room for {MOST_BYTES}.")
