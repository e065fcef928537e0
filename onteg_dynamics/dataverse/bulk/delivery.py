"""One request of a large piece of work: waits for its turn, is patient where the service asks for a pause.

Implements the client's side of "Service protection API limits". What was perhaps carried out is never sent again from
here: that is for whoever knows what was in it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from onteg_dynamics.dataverse.bulk.job import Job
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import RETRYABLE_STATUS, Repeat, Request, Response, error_of, retry_after
from onteg_dynamics.dataverse.retries import Failure, Fate
from onteg_dynamics.errors import OntegError, StoppedError, TransportError

__all__ = ["Delivery", "Lost", "SpentError"]

_REFUSED_TOKENS = 3  # in a row, each renewed
_LONGEST_THROTTLING = 4  # retry budgets that one request may spend waiting for a 429 to end


class SpentError(Exception):
    """The budget is used up; nothing was sent."""


@dataclass(frozen=True)
class Lost:
    """A request whose fate is not known.

    Attributes:
        error: what is known.
        is_slow: whether a smaller request would help.
    """

    error: OntegError
    is_slow: bool = False


class Delivery:
    """Sends the requests of one piece of work.

    Args:
        link: the client at work.
        job: its budget and parallelism.
        took: told of each good answer how many rows it was about, and how many seconds it took.
    """

    def __init__(self, link: Link, job: Job, took: Callable[[int, float], None]) -> None:
        self._link, self._job, self._took = link, job, took
        self._transport = link.transport
        self._lock = threading.Lock()
        self._halted = threading.Event()
        self._began = self._good = self._transport.clock()
        self._sent = link.call.usage.requests

    def send(self, request: Request, rows: int, *, may_stop: bool) -> Response | Lost:
        """Send a request and return its answer; answers that tell of the moment's weather are dealt with here.

        Args:
            request: what to send.
            rows: how many it is about.
            may_stop: whether the budget counts: nothing that was begun hangs on this request.

        Raises:
            SpentError: the budget is used up.
            StoppedError: the call's deadline or cancel.
            OntegError: there is no use in going on: no token, a wrong certificate, the service away for too long.
        """
        request = replace(request, repeat=Repeat.NEVER)
        refused, throttled = 0, 0.0
        while True:
            outcome = self._attempt(request, rows, may_stop=may_stop)
            if isinstance(outcome, Lost):
                return outcome
            if isinstance(outcome, Failure):
                self.pause(1, outcome)
            elif outcome.status == 429:
                throttled += self._throttled(outcome, throttled)
            elif outcome.status == 401 and refused < _REFUSED_TOKENS:
                refused += 1
            elif outcome.status == 401:
                raise error_of(outcome)
            else:
                return outcome

    def afford(self, wait: float = 0.0) -> None:
        """See that the budget allows another request, after `wait` seconds.

        Raises:
            SpentError: it does not.
        """
        budget = self._job.budget
        if budget.seconds is not None and self._transport.clock() + wait - self._began >= budget.seconds:
            raise SpentError
        if budget.requests is not None and max(self._sent, self._link.call.usage.requests) >= budget.requests:
            raise SpentError

    def halt(self) -> None:
        """Send nothing more: the work has failed elsewhere."""
        self._halted.set()

    def pause(self, tries: int, failure: Failure | None = None) -> None:
        """Wait a little, longer after more tries; others go on meanwhile, but fewer at a time."""
        policy = self._transport.policy
        seconds = policy.backoff(failure or Failure(Fate.LOST), tries, 0.0, self._transport.random)
        self._transport.gate.troubled(seconds)
        self._link.call.usage.add(retries=1)
        self._transport.rest(seconds, self._link.call)

    @contextmanager
    def turn(self, *, may_stop: bool = False) -> Iterator[None]:
        """A turn for one request: when the pace allows one more to be under way.

        Args:
            may_stop: as in `send`.

        Raises:
            SpentError: the budget is used up.
            StoppedError: the call's deadline or cancel.
        """
        gate = self._transport.gate
        gate.enter(self._job.parallel, self._transport.sleep, lambda wait: self._check(wait, may_stop=may_stop))
        try:
            yield
        finally:
            gate.leave()

    def _attempt(self, request: Request, rows: int, *, may_stop: bool) -> Response | Lost | Failure:
        """One attempt; a failure where the service knows nothing of it."""
        try:
            with self.turn(may_stop=may_stop):
                self._count(may_stop=may_stop)
                started = self._transport.clock()
                answer = self._link.exchange(request)
                seconds = self._transport.clock() - started
        except TransportError as exc:
            return self._unanswered(exc)
        return self._answered(answer, seconds, rows)

    def _unanswered(self, exc: TransportError) -> Lost | Failure:
        if not exc.details.retryable:
            raise exc
        self._bear(exc)
        return Lost(exc) if exc.details.outcome_unknown else Failure(Fate.UNSENT)

    def _answered(self, answer: Response, seconds: float, rows: int) -> Response | Lost:
        if answer.status < 400:
            self._transport.gate.answered(seconds, rows)
            self._took(rows, seconds)
        if answer.status in RETRYABLE_STATUS - {429} and (error := error_of(answer)).details.retryable:
            self._bear(error)
            return Lost(error, is_slow=answer.status in (408, 504))
        self._good = self._transport.clock()
        return answer

    def _bear(self, error: OntegError) -> None:
        """Bear with the service unless it has been away for as long as one may wait.

        Raises:
            OntegError: it has.
        """
        if self._transport.clock() - self._good > self._transport.policy.budget:
            raise error

    def _throttled(self, answer: Response, waited: float) -> float:
        policy = self._transport.policy
        asked = retry_after(answer.headers, now=None)
        failure = Failure(Fate.REFUSED, 429, asked)
        seconds = policy.backoff(failure, 1, waited, self._transport.random) if asked is None else asked
        if waited + seconds > policy.budget * _LONGEST_THROTTLING:
            raise error_of(answer)
        # A little later than asked, so that several processes do not come back in one instant.
        seconds += self._transport.random() * min(0.25, 0.01 + seconds / 50)
        self._link.call.usage.add(retries=1, throttle_wait=self._transport.gate.throttled(seconds))
        self._good = self._transport.clock() + seconds
        return seconds

    def _check(self, wait: float, *, may_stop: bool) -> None:
        self._link.call.check(wait)
        if self._halted.is_set():
            raise StoppedError("Another part of the work failed.")
        if may_stop:
            self.afford(wait)

    def _count(self, *, may_stop: bool) -> None:
        with self._lock:
            self._check(0.0, may_stop=may_stop)
            self._sent = max(self._sent, self._link.call.usage.requests) + 1
