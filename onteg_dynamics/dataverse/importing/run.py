"""Import: many rows of a file or of an earlier step into a table, each exactly once.

Builds on "Bulk operation messages". The rows are read piece by piece, and what came of them goes to a journal: memory
does not grow with them, and a run that is killed is gone on with.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from onteg_dynamics.dataverse.bulk.engine import Made, Stock, blocks, carrier_for, fitting, run_parts
from onteg_dynamics.dataverse.bulk.job import Job, Part, Ready, Result
from onteg_dynamics.dataverse.bulk.prepare import Numbered, Preparer
from onteg_dynamics.dataverse.bulk.sizes import Sizes, parts
from onteg_dynamics.dataverse.exporting.target import Target
from onteg_dynamics.dataverse.importing.journal import Entry, Journal
from onteg_dynamics.dataverse.importing.mapping import Mapper
from onteg_dynamics.dataverse.importing.reports import rows_left, told_entry, write_left, write_results
from onteg_dynamics.dataverse.importing.sources import ListSource, Raw, Source
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.progress import Progress
from onteg_dynamics.errors import InputError, OntegError

__all__ = ["INLINE", "Import", "Imported", "Reports"]

INLINE = 1000
"""The most results that are handed out in a step's output; more go to a file."""

_BLOCK = 1000  # rows made ready at a time
_FORM = 2  # how GUIDs follow from a journal; notes of another form are not gone on with
_REHEARSED = 100  # rows of a dry run that are shown as requests


@dataclass(frozen=True)
class Reports:
    """Where the results go.

    Attributes:
        results: file for what came of each row; None for none.
        always: write it even where all results stand in the output.
        results_form: ``CSV`` or ``JSON Lines``.
        left: file for the rows that were not written; None for none.
    """

    results: Target | None = None
    always: bool = False
    results_form: str = "JSON Lines"
    left: Target | None = None


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        outcomes: rows by outcome.
        complete: whether every row was tried.
        resumed: rows that an earlier run had done.
        results: what came of each row, the first `INLINE` of them.
        failures: the first failures, in full.
        left: rows of an earlier step that were not written; those that were not tried only where no journal lasts.
        has_results_file, has_left_file: which files were written.
    """

    outcomes: Mapping[str, int]
    complete: bool
    resumed: int
    results: Sequence[Mapping[str, Any]]
    failures: Sequence[Mapping[str, Any]]
    left: Sequence[Raw]
    has_results_file: bool = False
    has_left_file: bool = False


@dataclass
class Import:
    """One import.

    Args:
        link: the client at work.
        job: what is done with the rows.
        source: the rows.
        mapper: from the columns of the rows to those of the table.
        journal: folder with the notes; None keeps them for this run alone.
        reports: where results go.
        resume: go on where an earlier run was stopped.
        keep_journal: leave the notes when all is done, so that the same import, run again, finds nothing to do.
    """

    link: Link
    job: Job
    source: Source
    mapper: Mapper
    journal: Path | None = None
    reports: Reports = field(default_factory=Reports)
    resume: bool = True
    keep_journal: bool = False

    def run(self) -> Imported:
        """Do it.

        Raises:
            InputError: the rows do not fit, or another import of them is under way.
            OntegError: a row was refused and the job does not go on, or there is no use in going on. The same import,
                run again, goes on where this one stopped.
        """
        if self.source.names is not None:
            self.mapper.check(self.source.names)
        for target in (self.reports.results, self.reports.left):
            if target is not None:
                target.check()
        with self._journal() as journal, _told_how_to_go_on(journal, lasting=self.journal is not None):
            work = _Work(self, journal)
            work.run()
            done = self._finish(journal, complete=not work.is_spent)
            if done.complete and not self.keep_journal:
                journal.remove()
            return done

    def rehearse(self) -> list[Result]:
        """Look at all rows, and show the requests of the first ones; the rows that do not fit.

        Raises:
            InputError: rows do not fit, and the job does not go on.
        """
        if self.source.names is not None:
            self.mapper.check(self.source.names)
        with _passing("") as journal:
            work = _Work(self, journal)
            ready = chain.from_iterable(work.ready())
            carrier = carrier_for(self.link, self.job, _REHEARSED)
            run_parts(carrier, parts([list(islice(ready, _REHEARSED))], carrier.sizes), lambda _: None)
            for _ in ready:
                pass
            return work.refused

    @contextmanager
    def _journal(self) -> Iterator[Journal]:
        query = self._query()
        if self.journal is not None:
            with Journal(self.journal).entered(query, resume=self.resume) as journal:
                yield journal
            return
        with _passing(query) as journal:
            yield journal

    def _query(self) -> str:
        """Fingerprint of the rows and of what is done with them; how fast and how much of it does not matter."""
        job = asdict(self.job)
        for how in ("chunk", "parallel", "budget", "go_on", "tell_created"):
            del job[how]
        who = [sorted(self.link.call.headers.items()), sorted(self.link.call.parameters.items())]
        how_read = [sorted(self.mapper.given.items()), self.mapper.clears]
        what = [_FORM, self.link.transport.root, self.source.mark(), job, who, how_read]
        return hashlib.sha256(repr(what).encode()).hexdigest()

    def _finish(self, journal: Journal, *, complete: bool) -> Imported:
        """Write the files, and tell."""
        outcomes, failed = Counter[str](), dict[int, Entry]()
        shown: list[Mapping[str, Any]] = []
        for entry in journal.entries():
            outcomes[entry.outcome] += 1
            if entry.error is not None:
                failed[entry.index] = entry
            if len(shown) < INLINE:
                shown.append(told_entry(entry))
        count = sum(outcomes.values())
        reported = self.reports.results is not None and (self.reports.always or count > INLINE)
        if self.reports.results is not None and reported:
            file = journal.folder / "results"
            write_results(file, self.reports.results_form, journal.entries())
            self.reports.results.publish(file)
        if self.reports.left is not None and failed:
            file = journal.folder / "left"
            write_left(file, self.source, rows_left(self.source, failed))
            self.reports.left.publish(file)
        left = self._left(journal, failed, complete=complete) if isinstance(self.source, ListSource) else []
        failures = [
            {"index": one.index, "id": one.id, "error": one.error} for one in islice(failed.values(), INLINE // 10)
        ]
        in_files = (reported, self.reports.left is not None and bool(failed))
        return Imported(outcomes, complete, journal.resumed, shown, failures, left, *in_files)

    def _left(self, journal: Journal, failed: Mapping[int, Entry], *, complete: bool) -> list[Raw]:
        """Rows to be given again: what failed, and what was not tried where no lasting journal knows that."""
        if complete or self.journal is not None:
            return list(rows_left(self.source, failed)) if failed else []
        return list(rows_left(self.source, failed, lambda index: not journal.is_done(index)))


@contextmanager
def _passing(query: str) -> Iterator[Journal]:
    """A journal for this run alone."""
    with tempfile.TemporaryDirectory(prefix="onteg-import-") as folder:
        kept = Journal(Path(folder) / "journal")
        with kept.entered(query, resume=False) as journal:
            yield journal


@contextmanager
def _told_how_to_go_on(journal: Journal, *, lasting: bool) -> Iterator[None]:
    """An error that ends the work says that it can be gone on with; a journal without a row is not kept."""
    try:
        yield
    except OntegError as exc:
        if not any(True for _ in journal.entries()) and journal.sent == 0:
            journal.remove()
        elif lasting and not isinstance(exc, InputError):
            exc.followed("Run the same import again to go on where it stopped.")
        raise


class _Work:
    """An import under way."""

    def __init__(self, of: Import, journal: Journal) -> None:
        self._of, self._journal = of, journal
        self._preparer = Preparer(of.link, of.job, journal.ids)
        self._began = time.monotonic()
        self._count = 0
        self.refused: list[Result] = []
        self.is_spent = False

    def run(self) -> None:
        """Write all rows that are not done."""
        of = self._of
        about = of.source.about
        left = None if about is None else max(about - self._journal.resumed, 1)
        carrier = carrier_for(of.link, of.job, left, self._uncertain if self._journal.sent else None)
        stock = Stock(self.ready())
        run_parts(carrier, self._parts(stock, carrier.sizes), self._done, stock.lay_in)
        self._journal.settle()

    def ready(self) -> Iterator[Sequence[Ready]]:
        """The rows that are not done, ready to go. Those that do not fit are noted.

        Raises:
            InputError: rows do not fit, and the job does not go on.
        """
        return fitting(self._made(), self._refuse)

    def _made(self) -> Iterator[Made]:
        for block in blocks(self._numbered(), _BLOCK):
            rows, refused = self._mapped(block)
            ready, more = self._preparer.prepare(rows)
            yield ready, [*refused, *more]

    def _uncertain(self, row: Ready) -> bool:
        return self._journal.may_have_been_sent(row.index)

    def _numbered(self) -> Iterator[tuple[int, Any]]:
        for index, raw in enumerate(self._of.source.rows()):
            if self.is_spent:
                return
            if not self._journal.is_done(index):
                yield index, raw

    def _mapped(self, block: Sequence[tuple[int, Any]]) -> tuple[list[Numbered], list[Result]]:
        rows: list[Numbered] = []
        refused: list[Result] = []
        for index, raw in block:
            try:
                rows.append((index, _readable(raw, self._of.mapper.row)))
            except InputError as exc:
                refused.append(Result(index, None, "failed", exc.located(row=index)))
        return rows, refused

    def _refuse(self, refused: Sequence[Result]) -> None:
        if not refused:
            return
        if not self._of.job.go_on and isinstance(refused[0].error, InputError):
            raise refused[0].error
        self.refused = [*self.refused, *refused][:INLINE]
        self._done(refused)

    def _parts(self, stock: Stock, sizes: Sizes) -> Iterator[Part]:
        for part in parts(stock, sizes):
            self._journal.sending(part[-1].index, len(part))
            yield part

    def _done(self, results: Sequence[Result]) -> None:
        """Note results. What an earlier failure stopped is tried again by the next run, and so is what was not sent."""
        self.is_spent = self.is_spent or any(result.outcome == "unsent" for result in results)
        noted = [one for one in results if one.done or (one.outcome == "failed" and self._of.job.go_on)]
        self._journal.note(map(Entry.of, noted))
        self._count += len(noted)
        report = self._of.link.call.report
        if report is not None:
            done, earlier = self._journal.resumed + self._count, self._journal.resumed
            report(Progress(done, self._of.source.total, time.monotonic() - self._began, earlier))


def _readable(raw: Any, mapped: Callable[[Raw], dict[str, Any]]) -> dict[str, Any]:
    """A row of the source as a row of the table.

    Raises:
        InputError: the row could not be read, or does not fit.
    """
    if isinstance(raw, InputError):
        raise raw
    return mapped(raw)
