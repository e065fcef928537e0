"""An export on its way: streams read at the same time, noted page by page, put together, given their place."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Protocol

import orjson

from onteg_dynamics.dataverse.exporting.arrow import ArrowPages, require_arrow, write_parquet
from onteg_dynamics.dataverse.exporting.fields import Field
from onteg_dynamics.dataverse.exporting.sources import Source, Split
from onteg_dynamics.dataverse.exporting.target import Target
from onteg_dynamics.dataverse.exporting.text import Csv, JsonLines
from onteg_dynamics.dataverse.exporting.work import Note, Plan, Work
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.paging import fingerprint, sheets
from onteg_dynamics.dataverse.progress import Progress
from onteg_dynamics.errors import InputError, OntegError, StoppedError

__all__ = ["Export", "Exported"]

OLDEST = 24 * 3600.0
"""Seconds after which what an earlier run left is no longer gone on with: its rows would be too old."""


class Pages(Protocol):
    """A format: turns the rows of a page into bytes of the file, or of what the file is made of."""

    def header(self) -> bytes:
        """What stands before all rows."""

    def encode(self, array: memoryview) -> tuple[bytes | memoryview, int]:
        """The bytes for the rows of a page, a JSON array, and how many they are."""


@dataclass(frozen=True)
class Exported:
    """What became of it.

    Attributes:
        rows: in the file.
        bytes: size of the file.
        fields: its columns.
        streams: how many were read.
        why_one: why there was only one, "" where that is no wonder.
        resumed: rows that an earlier run had read.
        started: when reading began, that of the earlier run where it was gone on with; seconds since 1970.
    """

    rows: int
    bytes: int
    fields: Sequence[Field]
    streams: int
    why_one: str
    resumed: int
    started: float


@dataclass
class Export:
    """One export.

    Args:
        link: the client at work.
        source: the rows.
        target: where the file goes.
        format: ``Parquet``, ``CSV`` or ``JSON Lines``.
        parallel: how many streams may be read at a time; 1 does not split.
        resume: go on where an earlier run of the same export was stopped.
        clock: seconds since 1970.
    """

    link: Link
    source: Source
    target: Target
    format: str
    parallel: int = 4
    resume: bool = True
    clock: Callable[[], float] = time.time
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> Exported:
        """Do it.

        Raises:
            InputError: no file can be written there, or another export to it is under way.
            OntegError: what reading met. The same export, run again, goes on where this one stopped.
        """
        if self.format == "Parquet":
            require_arrow()
        work = Work(self.target.work)
        if work.plan() is None or not self.target.has(work.result):
            self._check(work)
        fields = self.source.fields(self.link)
        with work.entered(), self._tidied(work):
            plan = self._plan(work, fields)
            resumed = sum(note.rows for note in self._notes(work, plan))
            pages = self._pages(fields)
            self._read(work, plan, pages, resumed)
            size = self._finish(work, plan, pages)
            rows = sum(note.rows for note in self._notes(work, plan))
            work.remove()
        return Exported(rows, size, fields, len(plan.paths), plan.why_one, resumed, plan.started)

    def _check(self, work: Work) -> None:
        try:
            self.target.check()
        except InputError:
            work.sweep()
            raise

    @contextmanager
    def _tidied(self, work: Work) -> Iterator[None]:
        """Leave no folder behind where nothing was read that would be worth going on with; else say how to go on."""
        try:
            yield
        except Exception as exc:
            plan = work.plan()
            if plan is None or not any(note.rows for note in self._notes(work, plan)):
                work.remove()
            elif isinstance(exc, OntegError) and not isinstance(exc, InputError):
                exc.followed("Run the same export again to go on where it stopped.")
            raise

    def _pages(self, fields: Sequence[Field]) -> Pages:
        if self.format == "Parquet":
            return ArrowPages(fields)
        return Csv(fields) if self.format == "CSV" else JsonLines(fields)

    def _plan(self, work: Work, fields: Sequence[Field]) -> Plan:
        """What an earlier run of the same export settled, or what is settled now."""
        query = self._query(fields)
        earlier = work.plan()
        if self.resume and earlier and earlier.query == query and self.clock() - earlier.started < OLDEST:
            return earlier
        one = self.parallel < 2
        split = Split([self.source.whole(self.link)]) if one else self.source.split(self.link, self.parallel)
        plan = Plan(query, self.clock(), list(split.paths), split.total, split.why_one)
        work.begin(plan)
        return plan

    def _query(self, fields: Sequence[Field]) -> str:
        transport = self.link.transport
        what = [transport.root, self.source.whole(self.link), *map(str, sorted(self.source.headers().items()))]
        who = [*map(str, sorted(self.link.call.headers.items())), *map(str, sorted(self.link.call.parameters.items()))]
        columns = orjson.dumps([asdict(one) for one in fields]).decode()
        return fingerprint([*what, *who, columns, self.format, str(self.parallel > 1)])

    def _notes(self, work: Work, plan: Plan) -> list[Note]:
        return [work.note(number, path) for number, path in enumerate(plan.paths)]

    def _read(self, work: Work, plan: Plan, pages: Pages, resumed: int) -> None:
        meter = _Meter(self, plan.total, resumed)
        workers = max(1, min(self.parallel, len(plan.paths)))
        # One thread makes bytes of all pages: it keeps up with the network, and what it needs is needed once.
        with ThreadPoolExecutor(1) as self._encoder, ThreadPoolExecutor(workers) as pool:
            tasks = [pool.submit(self._stream, work, plan, number, pages, meter) for number in range(len(plan.paths))]
            try:
                wait(tasks, return_when=FIRST_EXCEPTION)
            finally:
                self._stop.set()
                for task in tasks:
                    task.cancel()
        # The first that failed tells why; those that were stopped because of it do not.
        errors = [error for task in tasks if not task.cancelled() and (error := task.exception())]
        for error in sorted(errors, key=lambda one: isinstance(one, _HaltedError)):
            raise error

    def _stream(self, work: Work, plan: Plan, number: int, pages: Pages, meter: _Meter) -> None:
        """Read one stream to its end, on from where it was left."""
        note = work.note(number, plan.paths[number])
        after = self.source.after(self.link)
        if note.link is None:
            return
        with work.appending(number, note.length) as file:
            if note.length == 0 and number == 0:
                header = pages.header()
                file.write(header)
                note = replace(note, length=len(header))
            alone = self.parallel < 2 or len(plan.paths) < 2
            for sheet in sheets(self.link, note.link or "", self.source.headers(), after, ahead=alone):
                if self._stop.is_set():
                    raise _HaltedError("Another stream failed.")
                payload, rows = self._encoder.submit(pages.encode, sheet.array).result()
                file.write(payload)
                file.flush()
                note = Note(after(sheet.link, sheet.frame), note.length + len(payload), note.rows + rows)
                work.keep(number, note)
                meter.add(rows)
                del sheet, payload  # before the next page comes

    def _finish(self, work: Work, plan: Plan, pages: Pages) -> int:
        """Put the streams together, in their order, and give the file its place."""
        files = [file for number in range(len(plan.paths)) if (file := work.rows(number)).exists()]
        if self.target.has(work.result):
            return work.result.stat().st_size
        if isinstance(pages, ArrowPages):
            write_parquet(pages.batches(files), pages.schema, work.result, pages.repeating)
        else:
            _join(files, work.result)
        size = work.result.stat().st_size
        self.target.publish(work.result)
        return size


class _HaltedError(StoppedError):
    """A stream that was stopped because another one failed."""


@dataclass
class _Meter:
    """Tells how far all streams have come."""

    export: Export
    total: int | None
    resumed: int
    rows: int = 0
    started: float = field(default_factory=time.monotonic)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rows: int) -> None:
        report = self.export.link.call.report
        self.export.link.call.usage.add(pages=1, rows=rows)
        with self.guard:
            self.rows += rows
            done, seconds = self.resumed + self.rows, time.monotonic() - self.started
            if report is not None:
                report(Progress(done, self.total, seconds, self.resumed))


def _join(files: Sequence[Path], result: Path) -> None:
    with result.open("wb") as whole:
        for file in files:
            with file.open("rb") as part:
                shutil.copyfileobj(part, whole, 1024 * 1024)
