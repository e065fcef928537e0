"""Columns of tables that are there: made, described anew, taken away.

Follows "Create and update column definitions using the Web API".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files.settle import forget_column
from onteg_dynamics.sandbox.model import Column, ManyToOne, Table
from onteg_dynamics.sandbox.schema.body import read_definition
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.columns import changed_column, new_column
from onteg_dynamics.sandbox.schema.companions import money_companions, with_companions
from onteg_dynamics.sandbox.schema.elastic import check_column
from onteg_dynamics.sandbox.schema.platform import file_links, retargeted

_DAY = 10


def create_column(change: Change, table: Table, document: Any) -> Column:
    """A new column of a table, with what comes with it.

    Raises:
        Refusal: The table takes no columns, the name is none or taken, the definition does not fit.
    """
    check_open(table)
    definition = read_definition(document, "AttributeMetadata")
    column = new_column(change.model, table.logical_name, definition, now=change.now)
    check_column(table, column)
    column = with_image_parent(column)
    columns = with_companions(column, change.now)
    extra, relations = money_companions(change.model, table, change.now) if column.type == "Money" else ([], [])
    check_free(table, columns)
    table = change.add_columns(table, [*columns, *extra], relations)
    settle_primary_image(change, table, column)
    if column.type == "File":
        link_files(change, table)
    return column


def replace_column(change: Change, table: Table, column: Column, document: Any) -> None:
    """A column as a new definition describes it; its options stay as they are.

    Raises:
        Refusal: Another type or name, or a member that does not fit.
    """
    check_open(table)
    definition = read_definition(document, "AttributeMetadata")
    changed = changed_column(change.model, column, definition, now=change.now, merge=change.merge_labels)
    if changed.is_date_only and not column.is_date_only:
        change.world.store.cut(table.logical_name, column.logical_name, _DAY)
    table = change.put_column(table, changed)
    settle_primary_image(change, table, changed)


def delete_column(change: Change, table: Table, column: Column) -> None:
    """Takes a column away, with its values, its companions and, for a lookup, its relationships.

    Raises:
        Refusal: It belongs to the platform, to another column, or to an alternate key.
    """
    _check_deletable(table, column)
    users = sum(column.logical_name in key.columns for key in table.keys)
    if users:
        raise refusals.component_in_use("Attribute", column.metadata_id, users)
    if column.is_lookup:
        own = change.model.lookups_of(table.logical_name)
        change.drop_relations([one for one in own if one.column == column.logical_name])
    if column.type in {"File", "Image"}:
        forget_column(change.world, table, column)
    change.drop_columns(table, family(table, column))
    if table.primary_image == column.logical_name:
        change.put_tables([replace(change.table(table.logical_name), primary_image=None)])


def link_files(change: Change, table: Table) -> None:
    """The files of a table's columns are described by rows of FileAttachment."""
    relations = file_links(change.model, table)
    change.add_relations(relations)
    retarget(change, relations)


def retarget(change: Change, relations: Iterable[ManyToOne], *, gone: bool = False) -> None:
    """Lookups reach the targets of new relationships, or no more those of relationships that go."""
    for relation in relations:
        column = retargeted(change.model, relation, gone=gone)
        if column is not None:
            change.put_column(change.table(relation.table), column)


def family(table: Table, column: Column) -> list[str]:
    """A column and its companions, by logical name, itself first."""
    parents = [name for name in (column.logical_name, column.attribute_of) if name]
    names = [name for name, other in table.columns.items() if other.attribute_of in parents and name not in parents]
    base = f"{column.logical_name}_base"
    return [*parents, *names, *([base] if column.type == "Money" and base in table.columns else [])]


def check_open(table: Table) -> None:
    """Refuses tables that only show the rows of others, and those of many-to-many relationships."""
    if table.is_intersect:
        raise refusals.table_is_intersect()
    if table.is_view:
        raise refusals.not_customizable()


def check_free(table: Table, columns: Iterable[Column]) -> None:
    """Refuses columns whose names the table has."""
    for column in columns:
        if column.logical_name in table.columns:
            raise refusals.column_exists(column.logical_name, table.logical_name)


def with_image_parent(column: Column) -> Column:
    """An image belongs to the column of its id, not the other way round."""
    return replace(column, attribute_of=f"{column.logical_name}id") if column.type == "Image" else column


def settle_primary_image(change: Change, table: Table, column: Column) -> None:
    """A table has one primary image: the newest that wants to be."""
    if column.type != "Image":
        return
    name = column.logical_name
    if not column.is_primary_image:
        if table.primary_image == name:
            change.put_tables([replace(table, primary_image=None)])
        return
    columns = {
        other: replace(found, is_primary_image=other == name) if found.type == "Image" else found
        for other, found in table.columns.items()
    }
    change.put_tables([replace(table, columns=columns, primary_image=name)])


def _check_deletable(table: Table, column: Column) -> None:
    if not column.is_custom:
        raise refusals.cannot_delete_metadata(column.logical_name, column.metadata_id)
    if table.primary_name == column.logical_name:
        raise refusals.cannot_delete_primary_name()
    if column.type == "Money" and not column.valid_for_create:
        raise refusals.cannot_delete_base_money()
    parent = column.attribute_of
    if (parent is not None and column.type != "Image") or _is_image_id(table, column):
        raise refusals.cannot_delete_child_column()


def _is_image_id(table: Table, column: Column) -> bool:
    return any(other.type == "Image" and other.attribute_of == column.logical_name for other in table.columns.values())
