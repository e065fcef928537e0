"""Copies of the row that a webhook is sent beside what changed: as it was before, as it became.

Implements "Define entity images" of "Register a plug-in".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.dataverse.rows import create, delete, update

__all__ = ["ALIAS", "Images", "settle_images"]

ALIAS = "row"
"""The key of our images."""

_TABLE = "sdkmessageprocessingstepimage"
_BEFORE, _AFTER, _BOTH = 0, 1, 2
_PROPERTY = {"Create": "Id", "Update": "Target", "Delete": "Target"}


@dataclass(frozen=True)
class Images:
    """Which copies are wanted: before and after the change, with these columns (none for all)."""

    before: bool = False
    after: bool = False
    columns: Sequence[str] = ()

    def kind(self, message: str) -> int | None:
        """The kind of image that a message can have of these; None for none.

        What is created was nothing before, what is deleted is nothing afterwards.
        """
        before, after = self.before and message != "Create", self.after and message != "Delete"
        if before and after:
            return _BOTH
        return _BEFORE if before else _AFTER if after else None


def settle_images(link: Link, step_id: str, message: str, images: Images, *, is_new: bool) -> bool:
    """Give a step the image that is wanted, and no other of ours; tells whether anything changed.

    Args:
        link: the client at work.
        step_id: GUID of the step.
        message: what the step is about.
        images: which are wanted.
        is_new: the step was just made.
    """
    kind, attributes = images.kind(message), ",".join(images.columns) or None
    row = None if is_new else _there(link, step_id)
    table = link.table(_TABLE)
    if kind is None:
        if row is not None:
            delete(link, table, row[table.primary_id])
        return row is not None
    wanted = {"imagetype": kind, "attributes": attributes}
    if row is None:
        named = {"name": ALIAS, "entityalias": ALIAS, "messagepropertyname": _PROPERTY[message]}
        create(link, table, {**named, **wanted, "sdkmessageprocessingstepid": step_id})
    elif any(row.get(name) != value for name, value in wanted.items()):
        update(link, table, row[table.primary_id], wanted)
    else:
        return False
    return True


def _there(link: Link, step_id: str) -> Mapping[str, Any] | None:
    condition = f"_sdkmessageprocessingstepid_value eq {step_id} and entityalias eq '{ALIAS}'"
    options = {"$select": "imagetype,attributes", "$filter": condition, "$top": "1"}
    rows = link.send(Request("GET", f"{_TABLE}s{query_string(options)}")).data["value"]
    return rows[0] if rows else None
