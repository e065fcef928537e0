"""Rows as people write them → rows ready to go, many at a time, so that lookups take few questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import Any

import orjson

from onteg_dynamics.dataverse.bulk.job import Job, Ready, Result
from onteg_dynamics.dataverse.ids import RowIds, guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.matching import typed_values
from onteg_dynamics.dataverse.odata import key_segment
from onteg_dynamics.dataverse.rows import PARTITION, in_partition
from onteg_dynamics.dataverse.targets import KnownRows
from onteg_dynamics.errors import InputError, Problem

__all__ = ["ETAGS", "PARTITION", "Numbered", "Preparer"]

Numbered = tuple[int, Mapping[str, Any]]
"""A row with its place among the rows."""

Body = Mapping[str, Any] | InputError
"""What a row sets, or why it cannot be written."""

ETAGS = ("@odata.etag", "etag")
_INDEX = attrgetter("index")


@dataclass
class Preparer:
    """Makes rows ready.

    Args:
        link: the client at work.
        job: what is done with them.
        ids: GUIDs of new rows.
    """

    link: Link
    job: Job
    ids: RowIds = field(default_factory=RowIds.new)

    def __post_init__(self) -> None:
        """One writer for all rows: it remembers which rows lookups mean."""
        self._known = KnownRows()
        self._writer = replace(self.link.writer(self.job.table), known=self._known)

    def prepare(self, rows: Sequence[Numbered]) -> tuple[list[Ready], list[Result]]:
        """The rows that are ready, and the results of those that do not fit.

        Args:
            rows: see `PayloadWriter.write`; a row to change has its id in the primary key or in ``id``.
        """
        groups = _alike(rows)
        bare = [self._bare([row for _, row in alike]) for alike in groups.values()]
        if self.job.mode != "delete":
            wanted = (one for some in bare for one in self._writer.wanted(some, self.job.mode))
            self._known.learn(wanted, self.link.fetch)
        ready: list[Ready] = []
        refused: list[Result] = []
        for alike, some in zip(groups.values(), bare, strict=True):
            self._make_ready(alike, self._bodies(some), ready, refused)
        if len(groups) > 1:
            ready.sort(key=_INDEX)
            refused.sort(key=_INDEX)
        return ready, refused

    def _make_ready(
        self, rows: Sequence[Numbered], bodies: Sequence[Body], ready: list[Ready], refused: list[Result]
    ) -> None:
        """Rows with the same columns."""
        if self._are_new(rows[0][1]) and not any(isinstance(body, InputError) for body in bodies):
            ready += self._new([index for index, _ in rows], bodies)
            return
        for (index, row), body in zip(rows, bodies, strict=True):
            try:
                ready.append(self._named(index, row, body))
            except InputError as exc:
                problems = tuple(replace(one, path=f"rows.{index}.{one.path}") for one in exc.problems)
                error = type(exc)(problems, replace(exc.details, row=index))
                refused.append(Result(index, None, "failed", error))

    def _are_new(self, row: Mapping[str, Any]) -> bool:
        """Whether rows with the columns of this one get their ids here, and nothing else is to be looked at."""
        job = self.job
        creates = job.mode == "create" and not job.match_etag and not job.key_columns
        return creates and not self._partition and row.keys().isdisjoint(("id", job.table.primary_id, PARTITION))

    def _new(self, indexes: Sequence[int], bodies: Sequence[Body]) -> list[Ready]:
        """As `_named`, for rows that are new and fit: that is all of nearly every long list."""
        made = zip(indexes, map(self._core, bodies) if self._begun else map(orjson.dumps, bodies), strict=True)
        return [
            Ready(index, core, own, "", None, None, True)  # noqa: FBT003 - names take longer
            for (index, core), own in zip(made, self.ids.many(indexes), strict=True)
        ]

    def _named(self, index: int, row: Mapping[str, Any], body: Body) -> Ready:
        own = _own_id(row.get(self.job.table.primary_id) or row.get("id"))
        etag = self._etag(row)
        partition = row.get(PARTITION) or self._partition
        made = self._by_key(index, row, body, own) if self.job.key_columns else self._by_id(index, body, own)
        if etag is None and not partition:
            return made
        return replace(made, etag=etag, partition=str(partition) if partition else None)

    def _by_key(self, index: int, row: Mapping[str, Any], body: Body, own: str | None) -> Ready:
        key = {name: row.get(name) for name in self.job.key_columns}
        if missing := [name for name, value in key.items() if value is None or value == ""]:
            raise InputError(tuple(Problem(name, "", "is required: it is part of the key") for name in missing))
        named = typed_values(self.link, self.job.table, key, "key")
        address = self.job.table.entity_set + key_segment(named)
        return Ready(index, self._core(body), own, address, named)

    def _by_id(self, index: int, body: Body, own: str | None) -> Ready:
        if own is None and self.job.mode in ("update", "delete"):
            raise InputError((Problem(self.job.table.primary_id, "", "is required: the id of the row to change"),))
        row_id = own or self.ids.of(index)
        address = "" if self.job.mode == "create" else f"{self.job.table.entity_set}({row_id})"
        return Ready(index, self._core(body), row_id, address, is_new_id=own is None)

    def _bodies(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Body]:
        return [{}] * len(rows) if self.job.mode == "delete" else self._writer.write_alike(rows, self.job.mode)

    def _core(self, body: Body) -> bytes:
        if isinstance(body, InputError):
            raise body
        return orjson.dumps({**self._begun, **body} if self._begun else body)

    def _bare(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Rows with the same columns without what names them or their version: that is not written."""
        if rows[0].keys().isdisjoint(self._hidden):
            return rows
        names = [name for name in rows[0] if name not in self._hidden]
        return [{name: row[name] for name in names} for row in rows]

    @cached_property
    def _partition(self) -> str | None:
        """Where the call's rows lie."""
        return self.link.call.parameters.get("partitionId")

    @cached_property
    def _begun(self) -> dict[str, str]:
        """What every new row begins with."""
        return {} if self.job.mode in ("update", "delete") else in_partition(self.link, self.job.table)

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """What names a row or its version, and is not written."""
        hidden = {"id", self.job.table.primary_id, ETAGS[0], *self.job.key_columns}
        hidden |= {ETAGS[1]} if self.job.match_etag else set()
        hidden |= {PARTITION} if self.job.table.is_elastic and self.job.mode == "update" else set()
        return frozenset(hidden)

    def _etag(self, row: Mapping[str, Any]) -> str | None:
        if not self.job.match_etag:
            return None
        etag = next((row[name] for name in ETAGS if row.get(name)), None)
        if etag is None:
            raise InputError((Problem(ETAGS[1], "", "is required: the version that the row must still have"),))
        return str(etag)


def _alike(rows: Iterable[Numbered]) -> Mapping[tuple[str, ...], Sequence[Numbered]]:
    """The rows by their columns."""
    groups: dict[tuple[str, ...], list[Numbered]] = {}
    for one in rows:
        groups.setdefault(tuple(one[1]), []).append(one)
    return groups


def _own_id(value: Any) -> str | None:
    if value is None or value == "":
        return None
    guid = guid_of(str(value))
    if guid is None:
        raise InputError((Problem("id", "", "is not a GUID"),))
    return guid
