"""What an import has done, noted so that one that is killed at any moment is gone on with: no row twice, no gap.

Before a row is sent it is noted how far rows may have been sent, and that note is on the disk. When rows are done their
results are noted. So of each row it is known that it is done, that it was never sent, or that it may have been sent: of
those the ids are known, and they are looked for in the service.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from onteg_dynamics.dataverse.bulk.job import Result
from onteg_dynamics.dataverse.exporting.work import emptied, holds_only, locked, read_whole, write_whole
from onteg_dynamics.dataverse.ids import RowIds
from onteg_dynamics.errors import ErrorDetails, InputError

__all__ = ["Entry", "Journal"]

_OWN = re.compile(r"lock|plan\.json|rows\.jsonl|results.*|left.*|.*\.new")
_LATER = ErrorDetails(retryable=True, retry_after=10)  # it may be one that an engine has started again too soon
_MARGIN = 10  # parts: a note of how far rows were sent costs a write to the disk


@dataclass(frozen=True)
class Entry:
    """A row that is done, as it is noted.

    Attributes:
        index: its place among the rows.
        outcome: what came of it.
        id: its GUID, where it is known.
        error: why it failed, as JSON-ready data.
    """

    index: int
    outcome: str
    id: str | None
    error: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, result: Result) -> Entry:
        """The entry for a result."""
        error = None if result.error is None else result.error.as_dict()
        return cls(result.index, result.outcome, result.id, error)


@dataclass(frozen=True)
class _Plan:
    query: str
    seed: str
    start: int


class Journal:
    """The folder with the notes. Only one process may be at work in it.

    Args:
        folder: where; made when it is entered.

    Attributes:
        sent: rows before this one may have been sent.
        resumed: rows that an earlier run had done.
        ids: GUIDs of the new rows.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ids: RowIds
        self.sent = self.resumed = 0
        self._sent_before = 0
        self._done = bytearray()
        self._file: BinaryIO

    @contextmanager
    def entered(self, query: str, *, resume: bool) -> Iterator[Journal]:
        """The journal, for this process alone; of an earlier run where there was one.

        Args:
            query: fingerprint of the rows and of what is done with them.
            resume: go on where an earlier run stopped; else begin anew.

        Raises:
            InputError: another process is at work there, the folder is not ours, or the earlier run was another one.
        """
        if self.folder.is_symlink() or (self.folder.exists() and not self._is_ours()):
            raise InputError(f"{self.folder.name} is in the way; move it, or choose another Journal")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("ab") as lock:
            if not locked(lock):
                raise InputError("another import of these rows is under way", _LATER)
            self._plan(query, resume=resume)
            with (self.folder / "rows.jsonl").open("ab+") as self._file:
                self._read()
                yield self

    def is_done(self, index: int) -> bool:
        """Whether row `index` is done."""
        return index < len(self._done) and self._done[index] == 1

    def may_have_been_sent(self, index: int) -> bool:
        """Whether an earlier run may have sent row `index`."""
        return index < self._sent_before and not self.is_done(index)

    def sending(self, last: int, count: int) -> None:
        """Note that rows up to `last` are about to be sent, `count` of them at a time. It is on the disk afterwards."""
        if last < self.sent:
            return
        self.sent = last + 1 + _MARGIN * count
        self._append([{"sent": self.sent}])
        os.fsync(self._file.fileno())

    def settle(self) -> None:
        """Note that a run came to its end: rows that are not done were not sent, unless by a run before it."""
        self.sent = self._sent_before
        self._append([{"settled": self.sent}])

    def note(self, entries: Iterable[Entry]) -> None:
        """Note rows that are done."""
        found = sorted(entries, key=lambda entry: entry.index)
        self._append([_short(entry) for entry in found])
        for entry in found:
            self._mark(entry.index)

    def entries(self) -> Iterator[Entry]:
        """The rows that are done, in their order."""
        positions = self._positions()
        with (self.folder / "rows.jsonl").open("rb") as file:
            for position in positions:
                if position >= 0:
                    file.seek(position)
                    yield _long(orjson.loads(file.readline()))

    def remove(self) -> None:
        """Remove the folder with all that is ours in it."""
        self._empty()
        (self.folder / "lock").unlink(missing_ok=True)
        self.folder.rmdir()

    def _plan(self, query: str, *, resume: bool) -> None:
        earlier = read_whole(self.folder / "plan.json")
        plan = _Plan(**earlier) if earlier and resume else None
        if plan is not None and plan.query != query:
            raise InputError(
                "an import of other rows, or with other options, was stopped here. Give the same ones to go on with "
                "it, or turn off Resume to begin anew; what it wrote is then not looked for"
            )
        if plan is None:
            self._empty()
            ids = RowIds.new()
            plan = _Plan(query, ids.seed.hex(), ids.start)
            write_whole(self.folder / "plan.json", asdict(plan))
        self.ids = RowIds(bytes.fromhex(plan.seed), plan.start)

    def _read(self) -> None:
        """What an earlier run noted; a last line that was not written to its end is cut off."""
        good = 0
        self._file.seek(0)
        for line in self._file:
            noted = _line(line)
            if noted is None:
                break
            good += len(line)
            if "sent" in noted:
                self.sent = max(self.sent, noted["sent"])
            elif "settled" in noted:
                self.sent = noted["settled"]
            else:
                self._mark(noted["i"])
                self.resumed += 1
        self._file.truncate(good)
        self._sent_before = self.sent

    def _positions(self) -> array[int]:
        """Where the entry of each row stands, -1 where there is none: eight bytes for each row, however many."""
        positions = array("q")
        offset = 0
        with (self.folder / "rows.jsonl").open("rb") as file:
            for line in file:
                index = (_line(line) or {}).get("i", -1)
                if index >= len(positions):
                    positions.extend([-1] * (index + 1 - len(positions)))
                if index >= 0:
                    positions[index] = offset
                offset += len(line)
        return positions

    def _append(self, lines: Iterable[Mapping[str, Any]]) -> None:
        self._file.write(b"".join(orjson.dumps(line, default=str) + b"\n" for line in lines))
        self._file.flush()

    def _mark(self, index: int) -> None:
        if index >= len(self._done):
            self._done.extend(bytes(index + 1024 - len(self._done)))
        self._done[index] = 1

    def _empty(self) -> None:
        emptied(self.folder, _OWN)

    def _is_ours(self) -> bool:
        return holds_only(self.folder, _OWN)


def _short(entry: Entry) -> dict[str, Any]:
    noted: dict[str, Any] = {"i": entry.index, "o": entry.outcome, "id": entry.id}
    return noted if entry.error is None else {**noted, "e": entry.error}


def _long(noted: Mapping[str, Any]) -> Entry:
    return Entry(noted["i"], noted["o"], noted["id"], noted.get("e"))


def _line(line: bytes) -> dict[str, Any] | None:
    """A line that was written to its end."""
    try:
        found = orjson.loads(line) if line.endswith(b"\n") else None
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
