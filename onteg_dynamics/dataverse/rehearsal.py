"""A dry run: writes are taken down instead of sent, and compared with the rows as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, Response, read
from onteg_dynamics.errors import NotFoundError

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.link import Link
    from onteg_dynamics.dataverse.tables import Columns

__all__ = ["Rehearsal"]

_BIND = "@odata.bind"


@dataclass
class Rehearsal:
    """Takes down what would have been sent.

    Attributes:
        requests: the writes, in order.
    """

    requests: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Take `request` down; the answer is that of a write without anything to tell."""
        self.requests.append(request)
        return Response(204, {}, b"")

    def told(self, link: Link) -> dict[str, Any]:
        """What would have been sent, and what it would have changed.

        Args:
            link: reads the rows as they stand.
        """
        return {
            "dry_run": True,
            "requests": [_shown(request) for request in self.requests],
            "changes": [change for request in self.requests for change in _changes(link, request)],
        }


def _shown(request: Request) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": request.method, "path": request.path}
    headers = {name: value for name, value in request.headers.items() if name not in JSON_BODY}
    if request.body:
        text = request.body.decode("utf-8", "replace")
        shown["body"] = orjson.loads(text) if text[:1] in "[{" else text
    return {**shown, "headers": headers}


def _changes(link: Link, request: Request) -> Iterator[dict[str, Any]]:
    """The columns that an update would give another value."""
    if request.method != "PATCH" or not request.body or "(" not in request.path:
        return
    body: Mapping[str, Any] = orjson.loads(request.body)
    columns = link.columns(link.table(request.path.partition("(")[0]))
    wanted = dict(_wanted(body, columns))
    path = request.path.partition("?")[0] + query_string({"$select": ",".join(wanted)})
    try:
        row = read(link.exchange(Request("GET", path))).data
    except NotFoundError:
        row = {}
    for wire_name, value in wanted.items():
        if row.get(wire_name) != value:
            column = columns.find(wire_name)
            yield {"column": column.name if column else wire_name, "from": row.get(wire_name), "to": value}


def _wanted(body: Mapping[str, Any], columns: Columns) -> Iterator[tuple[str, Any]]:
    """The properties that a body sets, as a row that is read shows them."""
    by_navigation = {item.navigation: name for name, group in columns.relationships.items() for item in group}
    for name, value in body.items():
        if name.endswith(_BIND):
            column = columns.find(by_navigation.get(name.removesuffix(_BIND), ""))
            if column is not None:
                yield column.wire_name, None if value is None else value.rpartition("(")[2].rstrip(")")
        elif "@" not in name:
            yield name, value
