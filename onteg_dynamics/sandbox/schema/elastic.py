"""What makes a table elastic: its own columns and key, and definitions that it refuses.

Follows "Create elastic tables using code".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.elastic import LIFE, PARTITION
from onteg_dynamics.sandbox.model import Column, Key, Table
from onteg_dynamics.sandbox.schema.stamps import stamped
from onteg_dynamics.sandbox.write.values import new_id

KINDS = ("Standard", "Elastic")
_KEY = "KeyForNoSqlEntityWithPKPartitionId"
_KEY_LABEL = "Entity key for NoSql Entity that contains PrimaryKey and PartitionId attributes"
_LONGEST = 1024
_MOST_SECONDS = 2_147_483_647
_ABSENT = frozenset({"statecode", "statuscode", "timezoneruleversionnumber", "utcconversiontimezonecode"})
_REFUSED = frozenset({"Money", "MultiSelectPicklist", "State", "Status", "File", "Image"})
_FEATURES = ("IsActivity", "HasActivities", "HasNotes")
_CASCADES = frozenset({"NoCascade", "RemoveLink"})


def check_kind(members: Mapping[str, Any]) -> None:
    """Refuses a table of a kind that there is not, and an elastic one with what only standard tables have.

    Args:
        members: The members of the table's definition.
    """
    kind = members.get("TableType") or "Standard"
    if kind not in KINDS:
        raise refusals.bad_definition(f"The TableType '{kind}' is not supported; there are: {', '.join(KINDS)}.")
    if kind != "Elastic":
        return
    for name in _FEATURES:
        if members.get(name):
            raise refusals.not_for_elastic(name)


def check_column(table: Table, column: Column) -> None:
    """Refuses a column of a type that elastic tables have not."""
    if table.is_elastic and (column.type in _REFUSED or column.settings.get("SourceType")):
        raise refusals.not_for_elastic(f"a column of type {column.type}")


def check_cascade(tables: Iterable[Table], cascade: Mapping[str, str]) -> None:
    """Refuses a relationship of an elastic table that hands anything on."""
    if any(table.is_elastic for table in tables) and not _CASCADES.issuperset(cascade.values()):
        raise refusals.not_for_elastic("cascading behavior")


def check_free_of(tables: Iterable[Table], what: str) -> None:
    """Refuses something that elastic tables take no part in."""
    if any(table.is_elastic for table in tables):
        raise refusals.not_for_elastic(what)


def elastic_columns(table: Table, columns: Mapping[str, Column], now: str) -> dict[str, Column]:
    """The columns that the platform gives to an elastic table: no states, but a partition and a time to live."""
    kept = {
        name: column for name, column in columns.items() if name not in _ABSENT and column.attribute_of not in _ABSENT
    }
    return {**kept, PARTITION: _partition(table, now), LIFE: _life(table, now)}


def elastic_key(table: Table) -> Key:
    """The one alternate key of an elastic table."""
    columns = (table.primary_id, PARTITION)
    return Key(table.logical_name, _KEY.lower(), _KEY, _KEY_LABEL, columns, new_id(), settings=stamped())


def _partition(table: Table, now: str) -> Column:
    return Column(
        table.logical_name,
        PARTITION,
        "PartitionId",
        "String",
        new_id(),
        display_name="Partition Id",
        description="Logical partition id. A logical partition consists of a set of records with same partition id.",
        max_length=_LONGEST,
        format="Text",
        valid_for_update=False,
        settings=stamped(now),
    )


def _life(table: Table, now: str) -> Column:
    return Column(
        table.logical_name,
        LIFE,
        "TTLInSeconds",
        "Integer",
        new_id(),
        display_name="Time to live",
        description="Time to live in seconds.",
        format="None",
        min=-1,
        max=_MOST_SECONDS,
        settings=stamped(now),
    )
