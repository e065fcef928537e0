"""What an update would change: its body beside the row as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.protocol import Request, read
from onteg_dynamics.errors import NotFoundError

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.link import Link
    from onteg_dynamics.dataverse.tables import Columns

__all__ = ["changes_of", "is_unchanged", "properties_of", "same"]

_BIND = "@odata.bind"


def changes_of(link: Link, request: Request) -> list[dict[str, Any]]:
    """The columns that an update would give another value: column, from, to. None of another kind of request.

    Args:
        link: reads the row.
        request: a PATCH of one row.
    """
    if request.method != "PATCH" or not request.body or not request.path.partition("?")[0].endswith(")"):
        return []
    wanted, columns = _wanted(link, request)
    row = _row(link, request, wanted) or {}
    changed = ((columns.find(name), name, value) for name, value in wanted.items() if not same(row.get(name), value))
    return [
        {"column": column.name if column else name, "from": row.get(name), "to": value}
        for column, name, value in changed
    ]


def is_unchanged(link: Link, request: Request, etag: str | None = None) -> bool:
    """Whether the row is there and already is what an update would make it.

    Args:
        link: reads the row.
        request: a PATCH of one row.
        etag: the version that the row must have; another one is for the service to refuse.
    """
    wanted, _ = _wanted(link, request)
    row = _row(link, request, wanted)
    if row is None or etag not in (None, row.get("@odata.etag")):
        return False
    return all(same(row.get(name), value) for name, value in wanted.items())


def _wanted(link: Link, request: Request) -> tuple[dict[str, Any], Columns]:
    """The properties that the body sets, as a row that is read shows them, and the columns of its table."""
    columns = link.columns(link.table(request.path.partition("(")[0]))
    return properties_of(orjson.loads(request.body or b"{}"), columns), columns


def properties_of(body: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """The properties that a body sets, as a row that is read shows them.

    Args:
        body: of a write.
        columns: of its table.
    """
    return dict(_members(body, columns))


def _row(link: Link, request: Request, wanted: Mapping[str, Any]) -> Mapping[str, Any] | None:
    path = request.path.partition("?")[0] + query_string({"$select": ",".join(wanted)})
    try:
        row: Mapping[str, Any] = read(link.exchange(Request("GET", path))).data
    except NotFoundError:
        return None
    return row


def _members(body: Mapping[str, Any], columns: Columns) -> Iterator[tuple[str, Any]]:
    by_navigation = {item.navigation: name for name, group in columns.relationships.items() for item in group}
    for name, value in body.items():
        if name.endswith(_BIND):
            column = columns.find(by_navigation.get(name.removesuffix(_BIND), ""))
            if column is not None:
                yield column.wire_name, None if value is None else value.rpartition("(")[2].rstrip(")")
        elif "@" not in name:
            yield name, value


def same(stored: Any, wanted: Any) -> bool:
    """Whether a value is the stored one; the service keeps no empty text."""
    return bool((None if stored == "" else stored) == (None if wanted == "" else wanted))
