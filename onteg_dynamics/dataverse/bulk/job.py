"""What is written, how, and what came of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from onteg_dynamics.dataverse.pace import MOST
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import OntegError

__all__ = ["Budget", "Job", "Mode", "Outcome", "Part", "Ready", "Result"]

Mode = Literal["create", "update", "upsert", "delete"]

Outcome = Literal["created", "updated", "written", "unchanged", "deleted", "failed", "unsent"]
"""``written``: created or updated, nobody asked which. ``unsent``: not tried, the budget was used up."""

_UNDONE = frozenset({"failed", "unsent"})


@dataclass(frozen=True)
class Budget:
    """What a piece of work may take; None for no limit. What is under way is brought to its end.

    Attributes:
        requests: HTTP requests, repeats included.
        seconds: from its beginning.
    """

    requests: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Job:
    """How many rows of one table are written.

    Attributes:
        table: their table.
        mode: what is done with them.
        key_columns: columns of the alternate key that names a row, none for its id.
        go_on: go on with the other rows when one cannot be written.
        chunk: rows a request; None to choose.
        parallel: the most requests under way at a time.
        skip_unchanged: read the rows first, and leave alone those that are already as they should be.
        tell_created: of an upsert, tell which rows are new; takes a query for each part.
        match_etag: change a row only if it still has the version in its ``etag`` or ``@odata.etag``.
        budget: what it may take.
    """

    table: Table
    mode: Mode
    key_columns: Sequence[str] = ()
    go_on: bool = False
    chunk: int | None = None
    parallel: int = MOST
    skip_unchanged: bool = False
    tell_created: bool = True
    match_etag: bool = False
    budget: Budget = field(default_factory=Budget)


@dataclass(slots=True)
class Ready:
    """A row ready to go. There are very many, and to freeze one takes several times as long as to make it; it is
    not changed all the same.

    Attributes:
        index: its place among the rows, from 0.
        core: JSON object of what is set.
        id: its GUID, where it is known.
        address: path of the row it changes, "" for a new one.
        key: alternate key by property, typed, where that names the row.
        etag: the version it must have.
        is_new_id: whether the GUID was made here, so that no other row can have it.
        partition: of a row of an elastic table.
    """

    index: int
    core: bytes
    id: str | None
    address: str = ""
    key: Mapping[str, Any] | None = None
    etag: str | None = None
    is_new_id: bool = False
    partition: str | None = None

    @property
    def size(self) -> int:
        """About how many bytes it takes in a request."""
        return len(self.core) + len(self.address) + 150


Part = Sequence[Ready]
"""Rows that travel together."""


@dataclass(slots=True)
class Result:
    """What came of one row. Not frozen for the same reason as `Ready`.

    Attributes:
        index: its place among the rows, from 0.
        id: its GUID where it is known.
        outcome: what came of it.
        error: why it failed.
    """

    index: int
    id: str | None
    outcome: Outcome
    error: OntegError | None = None

    @property
    def done(self) -> bool:
        """Whether the row is as it should be."""
        return self.outcome not in _UNDONE
