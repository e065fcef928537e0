"""The roads on which rows travel: a bulk message, a batch, a request for one row. Builds requests, reads answers.

Implements "Bulk operation messages", "Bulk operation messages with elastic tables" and "Execute batch operations using
the Web API".
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from onteg_dynamics.dataverse.batch import Group, split_answers, wrap_groups
from onteg_dynamics.dataverse.bulk.job import Job, Outcome, Part, Ready, Result
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, Response, dumps, error_of, prefer
from onteg_dynamics.errors import NotFoundError

__all__ = ["Roads"]

_MESSAGES = {
    "create": "CreateMultiple",
    "update": "UpdateMultiple",
    "upsert": "UpsertMultiple",
    "delete": "DeleteMultiple",
}
_DETAILS = "Microsoft.PowerApps.CDS.ErrorDetails"
_EACH_ROW = f"@{_DETAILS}.Plugin.BulkApiErrorDetails"
_DONE: Mapping[str, Outcome] = {"create": "created", "update": "updated", "upsert": "written", "delete": "deleted"}


@dataclass
class Roads:
    """The roads of one job.

    Args:
        link: the client at work.
        job: what is done.
    """

    link: Link
    job: Job

    def __post_init__(self) -> None:
        """Ask once whether the table takes the bulk message."""
        # A version to match stands in a header, and a message has one for all its rows.
        self.has_message = not self.job.match_etag and self._takes_message()

    @property
    def most_rows(self) -> int:
        """The most rows that a request takes where nobody says: what the guide suggests, and less in a batch, in which
        rows are written one after the other.
        """
        return 100 if self.job.table.is_elastic or not self.has_message else 1000

    def by_message(self, part: Part) -> Request:
        """One request for all rows; on a standard table all or nothing."""
        path = f"{self.job.table.entity_set}/Microsoft.Dynamics.CRM.{_MESSAGES[self.job.mode]}"
        body = b'{"Targets":[' + self._targets(part) + b"]}"
        wishes = prefer(annotations=f"{_DETAILS}.*") if self.job.table.is_elastic else {}
        return Request("POST", path, body, {**JSON_BODY, **wishes})

    def by_batch(self, part: Part) -> Request:
        """One request in which each row stands for itself."""
        inner = tuple(
            self.link.with_parameters(self.by_itself(row)).with_headers(self.link.call.headers) for row in part
        )
        boundary = f"batch_{secrets.token_hex(16)}"
        return wrap_groups([Group(inner)], self.link.transport.root, boundary, go_on=True)

    def by_itself(self, row: Ready) -> Request:
        """A request for one row."""
        mode, table = self.job.mode, self.job.table
        match = {"If-Match": row.etag} if row.etag else {}
        if mode == "create":
            return Request("POST", table.entity_set, self._whole(row), JSON_BODY)
        if mode == "delete":
            return Request("DELETE", row.address + self._partition(row), headers=match)
        if mode == "update":
            return Request("PATCH", row.address, row.core, {**JSON_BODY, "If-Match": "*", **match})
        if not self.job.tell_created:
            return Request("PATCH", row.address, row.core, {**JSON_BODY, **match})
        # The representation tells a new row (201) from a changed one (200); the id alone is enough for that.
        path = row.address + query_string({"$select": table.primary_id})
        return Request("PATCH", path, row.core, {**JSON_BODY, **match, **prefer(representation=True)})

    def all_done(self, part: Part) -> list[Result]:
        """The results of rows that a message has written."""
        outcome = _DONE[self.job.mode]
        return [Result(row.index, row.id, outcome) for row in part]

    def done(self, row: Ready, answer: Response | None = None) -> Result:
        """The result of a row that was written.

        Args:
            row: the row.
            answer: to its own request, where it had one.
        """
        outcome, row_id = _DONE[self.job.mode], row.id
        if self.job.mode == "upsert" and answer is not None and answer.status in (200, 201) and answer.body:
            outcome = "created" if answer.status == 201 else "updated"
            row_id = orjson.loads(answer.body).get(self.job.table.primary_id) or row_id
        return Result(row.index, row_id, outcome)

    def read_one(self, row: Ready, answer: Response) -> Result:
        """The result that the answer to a row's own request tells."""
        error = error_of(answer) if answer.status >= 300 else None
        if error is None or (self.job.mode == "delete" and isinstance(error, NotFoundError)):
            return self.done(row, answer if error is None else None)
        return Result(row.index, row.id, "failed", error.located(row=row.index))

    def read_batch(self, part: Part, answer: Response) -> list[Result] | None:
        """The results that a batch's answer tells; None where the batch itself was refused.

        Raises:
            TransportError: the answer is damaged.
        """
        if "multipart" not in (answer.headers.get("Content-Type") or ""):
            return None
        return [self.read_one(row, one) for row, one in zip(part, split_answers(answer), strict=True)]

    def read_each(self, part: Part, answer: Response) -> list[bool] | None:
        """Of a message that an elastic table refused: whether each row was written all the same; None where the answer
        does not tell.
        """
        try:
            told = orjson.loads(orjson.loads(answer.body)["error"][_EACH_ROW])
            written = {one["RequestIndex"]: one["StatusCode"] < 300 for one in told}
            return [written[number] for number in range(len(part))]
        except (KeyError, TypeError, ValueError):
            return None

    def _takes_message(self) -> bool:
        """Whether the table takes the bulk message; asked once for each table."""
        table, message = self.job.table, _MESSAGES[self.job.mode]
        if self.job.mode == "delete":
            return table.is_elastic

        def ask() -> bool:
            condition = f"sdkmessageid/name eq {literal(message)} and primaryobjecttypecode eq {literal(table.name)}"
            options = {"$select": "sdkmessagefilterid", "$filter": condition, "$top": "1"}
            return bool(self.link.send(Request("GET", "sdkmessagefilters" + query_string(options))).data["value"])

        return self.link.metadata.once(("takes", table.name, message), ask)

    def _targets(self, part: Part) -> bytes:
        """The rows as a bulk message lists them."""
        if any(row.key is not None or row.partition is not None or row.core == b"{}" for row in part):
            return b",".join(map(self._target, part))
        begun = self._begun
        return b",".join([b'%b"%b",%b' % (begun, (row.id or "").encode(), row.core[1:]) for row in part])

    @cached_property
    def _begun(self) -> bytes:
        """What targets begin with, up to the row's id."""
        return dumps({"@odata.type": self._kind, self.job.table.primary_id: ""})[: -len('""}')]

    @property
    def _kind(self) -> str:
        return f"Microsoft.Dynamics.CRM.{self.job.table.name}"

    def _target(self, row: Ready) -> bytes:
        named: dict[str, Any] = {"@odata.type": self._kind}
        if row.key:
            named["@odata.id"] = row.address
        else:
            named[self.job.table.primary_id] = row.id
        if self.job.mode in ("update", "delete") and row.partition:
            named["partitionid"] = row.partition
        return _joined(named, row.core)

    def _whole(self, row: Ready) -> bytes:
        return _joined({self.job.table.primary_id: row.id} if row.id else {}, row.core)

    def _partition(self, row: Ready) -> str:
        if not row.partition or "partitionId" in self.link.call.parameters:
            return ""
        return query_string({"partitionId": row.partition})


def _joined(first: Mapping[str, Any], core: bytes) -> bytes:
    """A JSON object of these members and those of `core`, an object that is not parsed for it."""
    head = dumps(first)
    if core == b"{}":
        return head
    return core if head == b"{}" else head[:-1] + b"," + core[1:]
