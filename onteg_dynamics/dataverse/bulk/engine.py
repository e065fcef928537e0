"""Writes many rows of one table, several parts at a time, as many as the service bears.

Implements "Bulk operation messages", "Send parallel requests" and "Service protection API limits".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from operator import attrgetter
from typing import Any

from onteg_dynamics.dataverse.bulk.carrier import Carrier, RefusedError
from onteg_dynamics.dataverse.bulk.job import Job, Part, Ready, Result
from onteg_dynamics.dataverse.bulk.prepare import Numbered, Preparer
from onteg_dynamics.dataverse.bulk.roads import Roads
from onteg_dynamics.dataverse.bulk.sizes import Sizes, parts
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.errors import InputError, OntegError, Problem

__all__ = ["Done", "Made", "Stock", "blocks", "carrier_for", "fitting", "run_parts", "write_many"]

_STOCK = 4  # blocks made ready before they can be sent
_BLOCK = 1000  # rows made ready at a time, so that their lookups take few questions

Made = tuple[Sequence[Ready], Sequence[Result]]
"""Rows that were made ready together: those that fit, and what is wrong with the others."""

Done = Callable[[Sequence[Result]], None]
"""Told of the results of each part, in the thread that runs the work."""


def write_many(link: Link, job: Job, rows: Sequence[Mapping[str, Any]]) -> list[Result]:
    """Write rows; the results stand in their order.

    Args:
        link: the client at work.
        job: how.
        rows: see `PayloadWriter.write`; a row to change or delete has its id in the primary key or in ``id``, or the
            key columns of the job.

    Raises:
        InputError: rows do not fit the table, and the job does not go on. Nothing was sent.
        ServiceError: the service refuses a row, and the job does not go on; says what was written.
        OntegError: there is no use in going on.
    """
    results: list[Result] = []
    preparer = Preparer(link, job)
    made = (preparer.prepare(block) for block in blocks(enumerate(rows), _BLOCK))
    ready: Iterable[Sequence[Ready]] = fitting(made, results.extend)
    if not job.go_on:  # all rows are looked at before the first is sent
        ready = list(ready)
        if results:
            raise InputError(_problems(results))
    carrier, stock = carrier_for(link, job, len(rows)), Stock(ready)
    run_parts(carrier, parts(stock, carrier.sizes), results.extend, stock.lay_in)
    return sorted(results, key=attrgetter("index"))


class Stock:
    """Blocks of rows, some of them made ready before they are asked for.

    Args:
        blocks: the rows.
    """

    def __init__(self, blocks: Iterable[Sequence[Ready]]) -> None:
        self._blocks = iter(blocks)
        self._ready: deque[Sequence[Ready]] = deque()

    def lay_in(self) -> bool:
        """Make another block ready; whether there was one, and room for it."""
        block = next(self._blocks, None) if len(self._ready) < _STOCK else None
        if block is not None:
            self._ready.append(block)
        return block is not None

    def __iter__(self) -> Iterator[Sequence[Ready]]:
        """All blocks."""
        while self._ready or self.lay_in():
            yield self._ready.popleft()


def fitting(made: Iterable[Made], done: Done) -> Iterator[Sequence[Ready]]:
    """The rows that fit, while they are asked for; `done` is told of the others."""
    for ready, refused in made:
        done(refused)
        yield ready


def _problems(results: Iterable[Result]) -> tuple[Problem, ...]:
    errors = (result.error for result in results)
    return tuple(problem for error in errors if isinstance(error, InputError) for problem in error.problems)


def carrier_for(link: Link, job: Job, total: int | None, uncertain: Callable[[Ready], bool] | None = None) -> Carrier:
    """What carries parts, with parts of a size that fits.

    Args:
        link: the client at work.
        job: how.
        total: about how many rows there are; None where that is not known.
        uncertain: see `Carrier`.
    """
    roads = Roads(link, job)
    most, together = job.chunk or roads.most_rows, link.transport.gate.limit
    sizes = Sizes(most, None if job.chunk else total, job.parallel, together)
    return Carrier(link, job, roads, sizes, uncertain)


def run_parts(
    carrier: Carrier, some: Iterable[Part], done: Done, meanwhile: Callable[[], bool] = lambda: False
) -> None:
    """Carry all parts, several at a time.

    Args:
        carrier: carries them.
        some: the parts; taken as they can be sent, so that memory does not grow with them.
        done: told of the results.
        meanwhile: does something useful while nothing can be sent; returns whether there was something to do.

    Raises:
        OntegError: a row was refused and the job does not go on, or there is no use in going on; what was under way
            was brought to its end, and `done` was told of it.
    """
    if carrier.link.call.rehearsal is not None or carrier.job.parallel == 1:
        with _Crew(carrier, done, meanwhile, None) as alone:
            alone.work(some)
        return
    with ThreadPoolExecutor(carrier.job.parallel, "onteg-bulk") as pool, _Crew(carrier, done, meanwhile, pool) as crew:
        crew.work(some)


class _Crew:
    """The parts under way."""

    def __init__(
        self, carrier: Carrier, done: Done, meanwhile: Callable[[], bool], pool: ThreadPoolExecutor | None
    ) -> None:
        self._carrier, self._done, self._meanwhile, self._pool = carrier, done, meanwhile, pool
        self._busy: dict[Future[list[Result]], frozenset[str]] = {}
        self._changing: set[str] = set()  # the rows in them that may come again
        self._count = 0

    def __enter__(self) -> _Crew:  # noqa: PYI034 - typing.Self needs Python 3.11
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """What was not begun is let go. What is under way ends its request; after a failure it begins no other."""
        if kind is not None:
            self._carrier.delivery.halt()
        for future in self._busy:
            future.cancel()

    def work(self, some: Iterable[Part]) -> None:
        try:
            source = iter(some)
            while (part := self._next(source)) is not None:
                self._begin(part)
            while self._busy:
                self._collect()
        except RefusedError as exc:
            raise self._stopped(exc) from None

    def _next(self, source: Iterator[Part]) -> Part | None:
        """The next part, cut only when it can be sent: the answers until then tell how large it is to be."""
        while len(self._busy) >= self._most():
            if any(future.done() for future in self._busy) or not self._meanwhile():
                self._collect()
        return next(source, None)

    def _begin(self, part: Part) -> None:
        if self._pool is None:
            self._tell(self._carrier.carry(part))
            return
        names = self._names(part)
        while not names.isdisjoint(self._changing):
            self._collect()
        self._changing |= names
        self._busy[self._pool.submit(self._carrier.carry, part)] = names

    def _most(self) -> int:
        return min(self._carrier.link.transport.gate.limit, self._carrier.job.parallel)

    def _names(self, part: Part) -> frozenset[str]:
        """The rows that a part changes; another part that changes one of them waits, so that the later row wins."""
        return frozenset(row.address or row.id or "" for row in part if not row.is_new_id)

    def _collect(self) -> None:
        """Wait for one part, or several, to end."""
        ended, _ = wait(self._busy, return_when=FIRST_COMPLETED)
        for future in ended:
            self._changing -= self._busy.pop(future)
        problems = [problem for future in ended if (problem := self._take(future)) is not None]
        if problems:
            raise problems[0]

    def _take(self, future: Future[list[Result]]) -> Exception | None:
        try:
            self._tell(future.result())
        except Exception as exc:  # noqa: BLE001 - raised when the others are told of
            return exc
        return None

    def _tell(self, results: Sequence[Result]) -> None:
        outcomes = [result.outcome for result in results]
        count = len(outcomes) - outcomes.count("failed") - outcomes.count("unsent")
        self._count += count
        self._carrier.link.call.usage.add(rows=count)
        self._done(results)

    def _stopped(self, exc: RefusedError) -> OntegError:
        """The error, when all that was under way has ended; with what was written."""
        self._tell(exc.results)
        for future in [future for future in self._busy if not future.cancel()]:
            problem = self._take(future)
            if isinstance(problem, RefusedError):
                self._tell(problem.results)
        self._busy.clear()
        rows = [row.index for row in exc.part]
        where = f"It stopped at rows {min(rows)} to {max(rows)}; {self._count} rows were done."
        return exc.error.followed(where)


def blocks(rows: Iterable[Numbered], size: int) -> Iterator[list[Numbered]]:
    """The rows in lists of at most `size`."""
    source = iter(rows)
    while block := list(islice(source, size)):
        yield block
