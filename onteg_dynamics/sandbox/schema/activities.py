"""Custom activities: tables that have what all activities have ("Custom activities").

Columns and relationships are copied from letters, the plainest activity; its primary name is always the subject.
"""

from __future__ import annotations

import re
from dataclasses import replace

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, ManyToOne, Model
from onteg_dynamics.sandbox.schema.body import Definition
from onteg_dynamics.sandbox.schema.limits import check_length
from onteg_dynamics.sandbox.schema.names import plural
from onteg_dynamics.sandbox.schema.stamps import stamped
from onteg_dynamics.sandbox.schema.words import read_labels
from onteg_dynamics.sandbox.write.values import new_id

SUBJECT, KEY = "subject", "activityid"
_SOURCE = "letter"
_ALSO = frozenset({"importsequencenumber", "overriddencreatedon"})
_NAME = re.compile(f"{_SOURCE}(s?)", re.IGNORECASE)
_LABELS = {"DisplayName": "display_name", "Description": "description"}


def check_activity(definition: Definition) -> None:
    """Refuses an activity table with settings that activities do not have."""
    if definition.need("OwnershipType") != "UserOwned":
        raise refusals.wrong_ownership()
    if definition.get("IsAvailableOffline", True) is False:
        raise refusals.bad_definition("A custom activity table must have offline availability.")
    if definition.value("IsMailMergeEnabled", default=False):
        raise refusals.bad_definition("Mail merge cannot be enabled for a custom activity table.")


def activity_columns(model: Model, table: str, now: str) -> list[Column]:
    """The columns that every activity has, and the party lists of letters."""
    shared = {*model.tables["activitypointer"].columns, *_ALSO}
    return [
        replace(column, table=table, metadata_id=new_id(), settings=stamped(now))
        for name, column in model.tables[_SOURCE].columns.items()
        if name in shared or column.type == "PartyList"
    ]


def subject_column(column: Column, definition: Definition | None) -> Column:
    """The subject with the labels and the length that the table's definition gives it.

    Raises:
        Refusal: The primary name is another column.
    """
    if definition is None:
        return column
    if str(definition.get("SchemaName")).lower() != SUBJECT:
        raise refusals.activity_needs_subject()
    labels = read_labels(dict(definition.members), _LABELS)
    return replace(
        column,
        display_name=labels.own("display_name") or column.display_name,
        description=labels.own("description"),
        translations=labels.foreign(),
        max_length=check_length(definition, "String", None),
    )


def activity_relations(model: Model, table: str, columns: dict[str, Column]) -> list[ManyToOne]:
    """The relationships of the lookups that every activity has, and the one of its parties."""
    own = [one for one in model.lookups_of(_SOURCE) if one.column in columns]
    parties = [one for one in model.pointing_at(_SOURCE) if (one.table, one.column) == ("activityparty", KEY)]
    found = [replace(_renamed(one, table), table=table) for one in own]
    return [*found, *(replace(_renamed(one, table), target=table) for one in parties)]


def _renamed(relation: ManyToOne, table: str) -> ManyToOne:
    """A relationship of letters under the names that it has for another activity."""

    def named(text: str) -> str:
        return _NAME.sub(lambda match: plural(table) if match[1] else table, text)

    schema = named(relation.schema_name)
    if relation.column == "regardingobjectid":
        schema = f"{relation.target}_{plural(table)}"
    return replace(
        relation,
        schema_name=schema,
        navigation=named(relation.navigation),
        collection=schema,
        metadata_id=new_id(),
        settings=stamped(),
    )
