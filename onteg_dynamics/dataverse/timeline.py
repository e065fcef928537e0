"""The timeline of a row: its activities and notes, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string
from onteg_dynamics.dataverse.protocol import FORMATTED, LABELS, Request, prefer
from onteg_dynamics.errors import InputError, Problem

__all__ = ["KINDS", "Cursor", "read_cursor", "timeline"]

_ACTIVITY = "activityid,activitytypecode,subject,description,statecode,scheduledend,actualend,createdon"
_NOTE = "annotationid,subject,notetext,filename,createdon"
_TAKES_PART = "activitypointer_activity_parties/any(p:p/_partyid_value eq {0})"


@dataclass(frozen=True)
class _Kind:
    """Where entries of one kind are: entity set, key, columns, and the filter that finds those of a row."""

    entity_set: str
    key: str
    select: str
    of_row: str


def _activities(of_row: str) -> _Kind:
    return _Kind("activitypointers", "activityid", f"{_ACTIVITY},_ownerid_value", of_row)


KINDS: Mapping[str, tuple[_Kind, ...]] = {
    # Two questions: a filter that joins both with "or" is more than some environments answer.
    "Activities": (_activities("_regardingobjectid_value eq {0}"), _activities(_TAKES_PART)),
    "Notes": (_Kind("annotations", "annotationid", f"{_NOTE},_ownerid_value", "_objectid_value eq {0}"),),
}
"""By the words that the option Kinds has."""


@dataclass(frozen=True)
class Cursor:
    """Where a timeline goes on: at this moment, without the entries that were handed out.

    Attributes:
        before: ``createdon`` of the last entry.
        seen: GUIDs of the entries of that very moment.
    """

    before: str
    seen: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON that an engine keeps."""
        return {"before": self.before, "seen": list(self.seen)}


def read_cursor(data: Mapping[str, Any]) -> Cursor:
    """A cursor as an earlier answer gave it.

    Raises:
        InputError: it is none.
    """
    try:
        moment = datetime.fromisoformat(str(data["before"]).replace("Z", "+00:00"))
        return Cursor(literal(moment), tuple(str(one) for one in data["seen"]))
    except (KeyError, TypeError, ValueError):
        problem = Problem("cursor", "", "is damaged; use it exactly as the earlier step gave it")
    raise InputError((problem,))


def timeline(
    link: Link, row_id: str, kinds: Collection[str], most: int, cursor: Cursor | None = None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """What was done about a row, the newest first.

    Args:
        link: the client at work.
        row_id: the row's GUID; activities that it takes part in count too.
        kinds: of `KINDS`.
        most: entries at most.
        cursor: where an earlier reading ended.

    Returns:
        The entries, and where to go on; None at the end.
    """
    places = [place for kind in kinds for place in KINDS[kind]]
    by_id = {entry["id"]: entry for place in places for entry in _entries(link, place, row_id, most + 1, cursor)}
    found = sorted(by_id.values(), key=lambda entry: (entry["created_on"], entry["id"]), reverse=True)
    shown = found[:most]
    return shown, _after(shown, cursor) if len(found) > most else None


def _entries(link: Link, kind: _Kind, row_id: str, most: int, cursor: Cursor | None) -> list[dict[str, Any]]:
    seen = cursor.seen if cursor else ()
    condition = kind.of_row.format(row_id) + (f" and createdon le {cursor.before}" if cursor else "")
    options = {
        "$select": kind.select,
        "$filter": condition,
        "$orderby": f"createdon desc,{kind.key} desc",
        "$top": str(most + len(seen)),
    }
    path = kind.entity_set + query_string(options)
    rows = link.send(Request("GET", path, headers=prefer(annotations=LABELS))).data["value"]
    link.call.usage.add(rows=len(rows))
    return [_entry(kind, row) for row in rows if row[kind.key] not in seen]


def _entry(kind: _Kind, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "note" if kind.key == "annotationid" else "activity",
        "table": row.get("activitytypecode") or "annotation",
        "id": row[kind.key],
        "subject": row.get("subject"),
        "text": row.get("description") or row.get("notetext"),
        "state": row.get(f"statecode@{FORMATTED}"),
        "owner": row.get(f"_ownerid_value@{FORMATTED}"),
        "created_on": row["createdon"],
        "due": row.get("scheduledend"),
        "ended": row.get("actualend"),
        "file_name": row.get("filename"),
    }


def _after(shown: list[dict[str, Any]], cursor: Cursor | None) -> Cursor:
    last = shown[-1]["created_on"]
    now = tuple(entry["id"] for entry in shown if entry["created_on"] == last)
    earlier = cursor.seen if cursor and cursor.before == last else ()
    return Cursor(last, (*earlier, *now))
