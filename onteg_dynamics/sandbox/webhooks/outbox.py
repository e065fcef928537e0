"""Posts that nobody waits for: each one is a system job, sent once what caused it is kept, and told how it went.

A job's row is written with the change that caused it: where that is undone the row is gone, and nothing is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.refusals import Refusal, webhook_unreachable
from onteg_dynamics.sandbox.webhooks.letter import Letter
from onteg_dynamics.sandbox.webhooks.post import post
from onteg_dynamics.sandbox.workers import Workers

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.world import Caller, World

JOB = "asyncoperation"
SYSTEM_EVENT, CALLBACK_EXPANDER = 1, 79
READY, WAITING, IN_PROGRESS = (0, 0), (1, 10), (2, 20)
SUCCEEDED, FAILED, CANCELED = (3, 30), (3, 31), (3, 32)
_KINDS, _COMPLETED = frozenset({SYSTEM_EVENT, CALLBACK_EXPANDER}), 3
_STOPPED = "The sandbox was stopped before this was sent."
_POSTS_AT_ONCE = 4
_OPEN = frozenset({0, 1})  # states of jobs that are still to be done


@dataclass(frozen=True)
class Job:
    """A post that is to be done.

    Attributes:
        id: The id of its row.
        caller: Whose it is.
        write: Makes the letter.
        is_removed: True where its row goes once it went well.
        due: Before that moment it is not done; None for at once.
    """

    id: str
    caller: Caller
    write: Callable[[], Letter]
    is_removed: bool = False
    due: datetime | None = None


class Outbox:
    """The jobs, the threads that do them, and what came of them.

    Args:
        timeout: Seconds that an endpoint has for its answer.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._workers = Workers("onteg-sandbox-post", _POSTS_AT_ONCE)
        self._jobs: list[Job] = []
        self._news: SimpleQueue[tuple[Job, int | Refusal]] = SimpleQueue()
        self._flying = 0
        self._landed = threading.Condition()

    @property
    def is_busy(self) -> bool:
        """True where there is something to send, or news of what was sent."""
        return bool(self._jobs) or self.has_news

    @property
    def has_news(self) -> bool:
        """True where something came of what was sent."""
        return not self._news.empty()

    def add(self, job: Job) -> None:
        """Takes a job on; it is sent after the request at hand."""
        self._jobs.append(job)

    def advance(self, world: World) -> None:
        """Writes down what came of the jobs, and sends those that are due; a transaction is open."""
        for job, outcome in self._heard():
            _note_outcome(world, job, outcome)
        now, jobs = world.clock(), self._jobs
        self._jobs = [job for job in jobs if job.due is not None and job.due > now]
        for job in jobs:
            if job not in self._jobs and _is_open(world, job):
                _note(world, job, IN_PROGRESS, startedon=world.now())
                self._send(job)

    def seconds_left(self, world: World) -> float | None:
        """Seconds until a postponed job is due; None where there is none."""
        moments = [job.due for job in self._jobs if job.due is not None]
        return max(0.0, (min(moments) - world.clock()).total_seconds()) if moments else None

    def wait(self, seconds: float) -> bool:
        """Waits until everything that was sent is answered; False where that took too long."""
        with self._landed:
            return self._landed.wait_for(lambda: self._flying == 0, seconds)

    def forget(self) -> None:
        """Drops what is not sent yet."""
        self._jobs = []

    def close(self) -> None:
        """Ends the threads."""
        self._workers.close()

    def _send(self, job: Job) -> None:
        with self._landed:
            self._flying += 1
        self._workers.submit(lambda: self._do(job))

    def _do(self, job: Job) -> None:
        self._news.put((job, _outcome(job, self._timeout)))
        with self._landed:
            self._flying -= 1
            self._landed.notify_all()

    def _heard(self) -> list[tuple[Job, int | Refusal]]:
        heard: list[tuple[Job, int | Refusal]] = []
        try:
            while True:
                heard.append(self._news.get_nowait())
        except Empty:
            return heard


def send_posts(world: World) -> None:
    """Writes down what came of posts, and sends those that are due."""
    with world.store.transaction():
        world.hooks.outbox.advance(world)


def give_up(world: World) -> None:
    """Cancels the jobs that were under way when the sandbox was stopped: what they were to send is gone."""
    from onteg_dynamics.sandbox.world import Caller

    table = world.model.tables[JOB]
    with world.store.transaction():
        for row in world.store.select(JOB, {}):
            if row["operationtype"] in _KINDS and row["statecode"] != _COMPLETED:
                caller = Caller(str(row["createdby"]), world.organization.business_unit_id)
                _change(world, caller, table, row, CANCELED, message=_STOPPED, completedon=world.now())


def _outcome(job: Job, timeout: float) -> int | Refusal:
    try:
        return post(job.write(), timeout)
    except Refusal as refusal:
        return refusal
    except Exception:  # noqa: BLE001 - whatever it is, the job is told that it failed
        return webhook_unreachable()


def _is_open(world: World, job: Job) -> bool:
    row = world.store.get(world.model.tables[JOB], job.id)
    return row is not None and row["statecode"] in _OPEN


def _note_outcome(world: World, job: Job, outcome: int | Refusal) -> None:
    completed = world.now()
    if isinstance(outcome, Refusal):
        code = int(outcome.code, 16) - 2**32
        told = {"message": outcome.message, "friendlymessage": outcome.message, "errorcode": code}
        _note(world, job, FAILED, completedon=completed, **told)
    elif job.is_removed:
        _remove(world, job)
    else:
        _note(world, job, SUCCEEDED, completedon=completed, retrycount=outcome - 1)


def _remove(world: World, job: Job) -> None:
    from onteg_dynamics.sandbox.write.delete import delete_row

    table = world.model.tables[JOB]
    row = world.store.get(table, job.id)
    if row is not None:
        delete_row(world, _platform(job), table, row)


def _note(world: World, job: Job, state: tuple[int, int], **values: Any) -> None:
    table = world.model.tables[JOB]
    row = world.store.get(table, job.id)
    if row is not None:
        _change(world, job.caller, table, row, state, **values)


def _change(
    world: World, caller: Caller, table: Table, row: dict[str, Any], state: tuple[int, int], **values: Any
) -> None:
    from onteg_dynamics.sandbox.write.update import change_row

    change_row(world, caller, table, row, {"statecode": state[0], "statuscode": state[1], **values})


def _platform(job: Job) -> Caller:
    """The caller without bounds: the platform removes its own jobs."""
    from onteg_dynamics.sandbox.world import Caller

    return Caller(job.caller.user_id, job.caller.business_unit_id)
