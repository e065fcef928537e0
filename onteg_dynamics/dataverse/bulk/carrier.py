"""Carries one part of the rows to the service, whatever happens on the way: each row once, and a result for each.

A part that is refused is split until the guilty rows stand alone. A part whose answer was lost is looked for in the
service before anything is sent again. A part that is too large or takes too long is halved.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from onteg_dynamics.dataverse.bulk.delivery import Delivery, Lost, SpentError
from onteg_dynamics.dataverse.bulk.job import Job, Part, Ready, Result
from onteg_dynamics.dataverse.bulk.roads import Roads
from onteg_dynamics.dataverse.bulk.sizes import Sizes
from onteg_dynamics.dataverse.bulk.standing import Standing
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import RETRYABLE_CODES, Response, error_of
from onteg_dynamics.errors import ConflictError, OntegError, TransportError

__all__ = ["Carrier", "RefusedError"]

_TRIES = 6  # of one row alone, before its failure is believed
_TRIES_TOGETHER = 2  # of a piece, before it is halved
_FEW = 50  # so many rows or fewer go by batch, where each stands for itself, when a message is refused
_TOO_SLOW = frozenset({"0x80044151"})  # SQL timeout
_TOO_LARGE = frozenset({408, 413, 504})


class RefusedError(Exception):
    """A row was refused, and the work was to stop at that.

    Attributes:
        error: why.
        part: the rows among which it is.
        results: of the rows of the part that are known.
    """

    def __init__(self, error: OntegError, part: Part, results: Sequence[Result]) -> None:
        super().__init__(str(error))
        self.error, self.part, self.results = error, part, results


@dataclass(frozen=True)
class _Piece:
    """Rows on their way.

    Attributes:
        rows: the rows.
        tries: how often they were sent.
        is_lost: whether an answer was lost, so that they may be there already.
        is_refused: whether a message with them was refused, so that each must stand for itself.
    """

    rows: Part
    tries: int = 0
    is_lost: bool = False
    is_refused: bool = False

    def halves(self, **changed: Any) -> list[_Piece]:
        """Two pieces of half the rows, or the piece itself where it has but one."""
        middle = (len(self.rows) + 1) // 2
        parts = [part for part in (self.rows[:middle], self.rows[middle:]) if part]
        return [replace(self, rows=part, **changed) for part in parts]


@dataclass
class Carrier:
    """Carries parts; one for each piece of work, used by all its threads.

    Args:
        link: the client at work.
        job: what is done.
        sizes: told when parts turn out too large.
        uncertain: whether a row may have been sent by an earlier run that was killed; None where there was none.
    """

    link: Link
    job: Job
    roads: Roads
    sizes: Sizes
    uncertain: Callable[[Ready], bool] | None = None
    standing: Standing = field(init=False)
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        """What all parts have in common."""
        self.standing = Standing(self.link, self.job)
        self.delivery = Delivery(self.link, self.job, self.sizes.took)

    def carry(self, part: Part) -> list[Result]:
        """Write the rows of a part; a result for each, in any order.

        Raises:
            RefusedError: a row was refused, and the job does not go on.
            StoppedError: the call's deadline or cancel.
            OntegError: there is no use in going on.
        """
        return _Journey(self, part).run()


class _Journey:
    """One part on its way."""

    def __init__(self, carrier: Carrier, part: Part) -> None:
        self._of, self._part = carrier, part
        self._job, self._roads = carrier.job, carrier.roads
        self._results: dict[int, Result] = {}
        self._there: Mapping[int, Mapping[str, Any]] = {}
        self._todo: deque[_Piece] = deque()
        self._has_begun = False  # a part that was begun is brought to its end, whatever the budget

    def run(self) -> list[Result]:
        try:
            self._begin()
            while self._todo:
                self._go(self._todo.popleft())
        except SpentError:
            self._settle([Result(row.index, row.id, "unsent") for row in self._left(self._part)])
        return list(self._results.values())

    def _begin(self) -> None:
        """Look first where that is asked for, or where an earlier run may have done the work."""
        job, rehearses = self._job, self._of.link.call.rehearsal is not None
        rows = self._part
        if job.mode == "create":
            uncertain = self._of.uncertain
            again = [row for row in rows if uncertain(row)] if uncertain is not None else []
            self._afford(again)
            self._settle(self._found(again))
        elif job.mode != "delete" and (job.skip_unchanged or (job.mode == "upsert" and job.tell_created)):
            known = [row for row in rows if not row.is_new_id]
            self._afford(known)
            self._there = {} if rehearses or not known else self._read(known, values=job.skip_unchanged)
            self._settle(self._unchanged(rows) if job.skip_unchanged else ())
        left = self._left(rows)
        if left:
            self._todo.append(_Piece(left))

    def _afford(self, wanted: Part) -> None:
        """See that the budget allows to look rows up and to write them then."""
        if wanted:
            self._of.delivery.afford()
            self._has_begun = True

    def _left(self, rows: Part) -> Part:
        """The rows that have no result yet."""
        return [row for row in rows if row.index not in self._results] if self._results else rows

    def _read(self, rows: Part, *, values: bool) -> Mapping[int, Mapping[str, Any]]:
        with self._of.delivery.turn():
            return self._of.standing.read(rows, values=values)

    def _unchanged(self, rows: Part) -> Iterator[Result]:
        for row in rows:
            stored = self._there.get(row.index)
            fits = stored is not None and row.etag in (None, stored.get("@odata.etag"))
            if stored is not None and fits and self._of.standing.is_unchanged(row, stored):
                yield Result(row.index, self._id_of(row, stored), "unchanged")

    def _go(self, piece: _Piece) -> None:
        rows = piece.rows
        by_message = self._roads.has_message and not piece.is_refused and len(rows) > 1
        if not by_message and len(rows) > 1 and self._of.link.call.rehearsal is not None:
            self._todo.extend(_Piece([row]) for row in rows)
            return
        request = (
            self._roads.by_message(rows)
            if by_message
            else self._roads.by_batch(rows)
            if len(rows) > 1
            else self._roads.by_itself(rows[0])
        )
        may_stop = not (self._has_begun or piece.is_lost or piece.tries)
        answer = self._of.delivery.send(request, len(rows), may_stop=may_stop)
        if isinstance(answer, Lost):
            self._search(piece, answer)
            return
        if answer.status < 300:
            self._of.sizes.fits(len(rows))
        if by_message:
            self._read_message(piece, answer)
        elif len(rows) > 1:
            self._read_batch(piece, answer)
        else:
            self._judge(piece, [self._roads.read_one(rows[0], answer)])

    def _search(self, piece: _Piece, lost: Lost) -> None:
        """An answer was lost: look what is there, then go on with the rest."""
        if lost.is_slow:
            self._of.sizes.shrink(len(piece.rows))
        self._of.delivery.pause(piece.tries + 1)
        self._settle(self._found(piece.rows) if self._job.mode == "create" else self._changed(piece.rows))
        left = self._left(piece.rows)
        if left:
            rest = replace(piece, rows=left, is_lost=True)
            self._again(rest, lost.error, smaller=lost.is_slow)

    def _found(self, rows: Part) -> list[Result]:
        """Rows to be created that are there: those with an id made here are ours, others where they are the same."""
        if not rows or self._of.link.call.rehearsal is not None:
            return []
        there = self._read(rows, values=not all(row.is_new_id for row in rows))
        return [
            Result(row.index, row.id, "created")
            for row in rows
            if (stored := there.get(row.index)) is not None
            and (row.is_new_id or self._of.standing.is_unchanged(row, stored))
        ]

    def _changed(self, rows: Part) -> list[Result]:
        """Rows to be changed that already are as they should be: they need not be sent again."""
        if self._job.mode == "delete":
            return []
        there = self._read(rows, values=True)
        return [
            self._roads.done(row)
            for row in rows
            if (stored := there.get(row.index)) is not None and self._of.standing.is_unchanged(row, stored)
        ]

    def _again(self, piece: _Piece, error: OntegError, *, smaller: bool = False) -> None:
        """Send a piece again, in halves where it failed before; give up a row that failed too often."""
        piece = replace(piece, tries=piece.tries + 1)
        if len(piece.rows) == 1 and piece.tries >= _TRIES:
            self._fail(piece, error)
        elif len(piece.rows) > 1 and (smaller or piece.tries >= _TRIES_TOGETHER):
            self._todo.extendleft(reversed(piece.halves(tries=0 if smaller else _TRIES_TOGETHER - 1)))
        else:
            self._todo.appendleft(piece)

    def _read_message(self, piece: _Piece, answer: Response) -> None:
        if answer.status < 300:
            self._settle(self._roads.all_done(piece.rows))
            return
        error = error_of(answer)
        if not self._is_momentary(piece, answer.status, error):
            self._part_of_it(piece, answer, error)

    def _part_of_it(self, piece: _Piece, answer: Response, error: OntegError) -> None:
        """A message was refused. On an elastic table some rows were written; on others none."""
        rows = piece.rows
        each = self._roads.read_each(rows, answer) if self._job.table.is_elastic else None
        if each is not None:
            self._settle(self._roads.done(row) for row, written in zip(rows, each, strict=True) if written)
        elif self._job.mode == "create" and (piece.is_lost or self._job.table.is_elastic):
            self._settle(self._found(rows))
        left = self._left(rows)
        if left and not self._job.go_on and not (piece.is_lost or self._job.table.is_elastic):
            raise RefusedError(error, left, list(self._results.values()))
        self._split(replace(piece, rows=left))

    def _split(self, piece: _Piece) -> None:
        if not piece.rows:
            return
        if len(piece.rows) <= _FEW or self._job.table.is_elastic or not self._job.go_on:
            self._todo.append(replace(piece, is_refused=True))
        else:
            self._todo.extend(piece.halves(tries=0))

    def _read_batch(self, piece: _Piece, answer: Response) -> None:
        try:
            results = self._roads.read_batch(piece.rows, answer)
        except (TransportError, ValueError) as exc:
            damaged = exc if isinstance(exc, TransportError) else TransportError("The batch answer is not whole.")
            self._search(piece, Lost(damaged))
            return
        if results is not None:
            self._judge(piece, results)
            return
        error = error_of(answer)
        if not self._is_momentary(piece, answer.status, error):
            self._todo.extend(piece.halves(tries=0))  # a batch that is refused as such; single requests come last

    def _is_momentary(self, piece: _Piece, status: int, error: OntegError) -> bool:
        """Whether a refusal is of the moment or of the size, and the piece goes again."""
        code = (error.details.code or "").lower()
        smaller = status in _TOO_LARGE or code in _TOO_SLOW
        if not smaller and code not in RETRYABLE_CODES:
            return False
        if smaller:
            self._of.sizes.shrink(len(piece.rows))
        self._of.delivery.pause(piece.tries + 1)
        self._again(piece, error, smaller=smaller)
        return True

    def _judge(self, piece: _Piece, results: Sequence[Result]) -> None:
        """Results of rows that stood for themselves: some failures are of the moment, some are none."""
        again: list[Ready] = []
        for row, result in zip(piece.rows, results, strict=True):
            if result.error is None or self._was_done(piece, row, result.error):
                self._settle([result if result.error is None else self._roads.done(row)])
            elif result.error.details.retryable and piece.tries < _TRIES:
                again.append(row)
            else:
                self._fail(replace(piece, rows=[row]), result.error)
        if again:
            self._of.delivery.pause(piece.tries + 1)
            self._todo.append(replace(piece, rows=again, tries=piece.tries + 1))

    def _was_done(self, piece: _Piece, row: Ready, error: OntegError) -> bool:
        """Whether a conflict is with our own work, whose answer was lost."""
        if not piece.is_lost or not isinstance(error, ConflictError):
            return False
        if self._job.mode == "create":
            return bool(self._found([row]))
        stored = self._read([row], values=True).get(row.index) if row.etag else None
        return stored is not None and self._of.standing.is_unchanged(row, stored)

    def _fail(self, piece: _Piece, error: OntegError) -> None:
        self._settle(Result(row.index, row.id, "failed", error) for row in piece.rows)
        if not self._job.go_on:
            raise RefusedError(error, piece.rows, list(self._results.values()))

    def _settle(self, results: Iterable[Result]) -> None:
        told = map(self._told, results) if self._asks_what_was_there else results
        self._results.update({result.index: result for result in told})

    @property
    def _asks_what_was_there(self) -> bool:
        return self._job.mode == "upsert" and self._job.tell_created

    def _told(self, result: Result) -> Result:
        """Of an upsert: whether the row was there before, and its id, where that was looked up."""
        if result.outcome not in ("written", "created", "updated"):
            return result
        stored = self._there.get(result.index)
        if stored is not None:
            return replace(result, outcome="updated", id=stored[self._job.table.primary_id])
        return replace(result, outcome="created")

    def _id_of(self, row: Ready, stored: Mapping[str, Any]) -> str | None:
        return stored.get(self._job.table.primary_id) or row.id
