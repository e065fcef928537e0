"""The folder in which a file is made: rows as they come, and how far each stream of them was read.

After each page its rows are appended first, then the note of how far they go takes the place of the earlier one, in
one step. So a run that is killed at any moment leaves notes that are true: what lies beyond the noted length is cut
off, and reading goes on at the noted page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from onteg_dynamics.errors import ErrorDetails, InputError

__all__ = ["Note", "Plan", "Work", "emptied", "holds_only", "locked", "read_whole", "write_whole"]

_LATER = ErrorDetails(retryable=True, retry_after=10)  # it may be one that an engine has started again too soon
_OWN = re.compile(r"lock|plan\.json|result|\d{4}\.(rows|json)|.*\.new")


@dataclass(frozen=True)
class Plan:
    """What is read, settled before the first row.

    Attributes:
        query: fingerprint of all that the file depends on.
        started: seconds since 1970.
        paths: the first page of each stream, in the order in which their rows come in the file.
        total: how many rows there will be; None where that is not known.
        why_one: why there is a single stream, "" where that is no wonder.
    """

    query: str
    started: float
    paths: Sequence[str]
    total: int | None = None
    why_one: str = ""


@dataclass(frozen=True)
class Note:
    """How far a stream was read.

    Attributes:
        link: path of the page to read next, None when there is none.
        length: bytes of its rows.
        rows: how many they are.
    """

    link: str | None
    length: int = 0
    rows: int = 0


class Work:
    """The folder. Only one process may be at work in it.

    Args:
        folder: where; made when it is entered.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def entered(self) -> Iterator[Work]:
        """The folder, for this process alone.

        Raises:
            InputError: another process is at work there, or it is not ours.
        """
        if self.folder.is_symlink() or (self.folder.exists() and not self._is_ours()):
            raise InputError(f"{self.folder.name} is in the way; move it, or choose another path")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("ab") as lock:
            if not locked(lock):
                raise InputError("another export to this path is under way", _LATER)
            yield self

    def plan(self) -> Plan | None:
        """What an earlier run settled, None where there was none."""
        data = read_whole(self.folder / "plan.json")
        return Plan(**data) if data else None

    def begin(self, plan: Plan) -> None:
        """Start afresh with this plan."""
        self._empty()
        write_whole(self.folder / "plan.json", asdict(plan))

    def note(self, number: int, first: str) -> Note:
        """How far stream `number`, which begins with the page `first`, was read."""
        data = read_whole(self.folder / f"{number:04}.json")
        note = Note(**data) if data else Note(first)
        file = self.rows(number)
        there = file.stat().st_size if file.exists() else 0
        return note if there >= note.length else Note(first)

    def keep(self, number: int, note: Note) -> None:
        """Note how far stream `number` was read."""
        write_whole(self.folder / f"{number:04}.json", asdict(note))

    def rows(self, number: int) -> Path:
        """The file with the rows of stream `number`."""
        return self.folder / f"{number:04}.rows"

    @contextmanager
    def appending(self, number: int, length: int) -> Iterator[BinaryIO]:
        """The rows of stream `number`, open for what follows their first `length` bytes."""
        with self.rows(number).open("ab") as file:
            file.truncate(length)
            yield file

    @property
    def result(self) -> Path:
        """Where the whole file is put together."""
        return self.folder / "result"

    def remove(self) -> None:
        """Remove the folder with all that is ours in it."""
        self._empty()
        (self.folder / "lock").unlink(missing_ok=True)
        self.folder.rmdir()

    def sweep(self) -> None:
        """Remove what is left of a run that was killed while it removed the folder: the plan goes first."""
        if self._is_ours() and self.plan() is None:
            with suppress(InputError), self.entered():  # another process may be at work
                self.remove()

    def _empty(self) -> None:
        emptied(self.folder, _OWN)

    def _is_ours(self) -> bool:
        return holds_only(self.folder, _OWN)


def emptied(folder: Path, own: re.Pattern[str]) -> None:
    """Remove the files of a working folder whose names are ours, but for its lock."""
    # The plan goes first: without it nothing here is gone on with.
    (folder / "plan.json").unlink(missing_ok=True)
    for file in folder.iterdir():
        if file.name != "lock" and own.fullmatch(file.name):
            file.unlink(missing_ok=True)


def holds_only(folder: Path, own: re.Pattern[str]) -> bool:
    """Whether a folder is there and has no files but ours."""
    return folder.is_dir() and all(own.fullmatch(file.name) for file in folder.iterdir())


def read_whole(file: Path) -> Mapping[str, Any] | None:
    """The JSON object in a file; None where there is none."""
    try:
        data = orjson.loads(file.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    return data if isinstance(data, dict) else None


def write_whole(file: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON object in one step: whoever reads the file meets the old one or the new one, whole."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(orjson.dumps(data))
    os.replace(fresh, file)  # noqa: PTH105 - says what it does


def locked(file: BinaryIO) -> bool:
    """Lock `file` until it is closed; a process that is killed lets go too. False where another one holds it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
