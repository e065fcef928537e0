"""Rows as people write them → rows ready to go, many at a time, so that lookups take few questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from onteg_dynamics.dataverse.bulk.job import Job, Ready, Result
from onteg_dynamics.dataverse.ids import RowIds, guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.matching import typed_values
from onteg_dynamics.dataverse.odata import key_segment, row_path
from onteg_dynamics.dataverse.protocol import dumps
from onteg_dynamics.dataverse.rows import PARTITION, in_partition
from onteg_dynamics.dataverse.targets import KnownRows
from onteg_dynamics.errors import InputError, Problem

__all__ = ["ETAGS", "PARTITION", "Numbered", "Preparer"]

Numbered = tuple[int, Mapping[str, Any]]
"""A row with its place among the rows."""

ETAGS = ("@odata.etag", "etag")


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
        self._known.learn((one for _, row in rows for one in self._writer.wanted(row)), self.link.fetch)
        ready: list[Ready] = []
        refused: list[Result] = []
        for index, row in rows:
            try:
                ready.append(self._ready(index, row))
            except InputError as exc:
                problems = tuple(replace(one, path=f"rows.{index}.{one.path}") for one in exc.problems)
                error = type(exc)(problems, replace(exc.details, row=index))
                refused.append(Result(index, None, "failed", error))
        return ready, refused

    def _ready(self, index: int, row: Mapping[str, Any]) -> Ready:
        own = _own_id(row.get(self.job.table.primary_id) or row.get("id"))
        etag = self._etag(row)
        partition = row.get(PARTITION) or self.link.call.parameters.get("partitionId")
        made = self._by_key(index, row, own) if self.job.key_columns else self._by_id(index, row, own)
        if etag is None and not partition:
            return made
        return replace(made, etag=etag, partition=str(partition) if partition else None)

    def _by_key(self, index: int, row: Mapping[str, Any], own: str | None) -> Ready:
        key = {name: row.get(name) for name in self.job.key_columns}
        if missing := [name for name, value in key.items() if value is None or value == ""]:
            raise InputError(tuple(Problem(name, "", "is required: it is part of the key") for name in missing))
        named = typed_values(self.link, self.job.table, key, "key")
        address = self.job.table.entity_set + key_segment(named)
        return Ready(index, self._core(row), own, address, named)

    def _by_id(self, index: int, row: Mapping[str, Any], own: str | None) -> Ready:
        if own is None and self.job.mode in ("update", "delete"):
            raise InputError((Problem(self.job.table.primary_id, "", "is required: the id of the row to change"),))
        row_id = own or self.ids.of(index)
        address = "" if self.job.mode == "create" else row_path(self.job.table.entity_set, row_id)
        return Ready(index, self._core(row), row_id, address, is_new_id=own is None)

    def _core(self, row: Mapping[str, Any]) -> bytes:
        if self.job.mode == "delete":
            return b"{}"
        values = {name: value for name, value in row.items() if name not in self._hidden}
        return dumps({**self._begun, **self._writer.write(values, self.job.mode)})

    @cached_property
    def _begun(self) -> dict[str, str]:
        """What every new row begins with."""
        return {} if self.job.mode == "update" else in_partition(self.link, self.job.table)

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


def _own_id(value: Any) -> str | None:
    if value is None or value == "":
        return None
    guid = guid_of(str(value))
    if guid is None:
        raise InputError((Problem("id", "", "is not a GUID"),))
    return guid
