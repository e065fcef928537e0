"""Telling others of changes: synchronous steps while they happen, asynchronous ones and callbacks afterwards.

Follows "Use webhooks", "Register a webhook" and "Event execution pipeline".
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.webhooks.callbacks import due, is_called, trigger_body
from onteg_dynamics.sandbox.webhooks.circumstances import circumstances
from onteg_dynamics.sandbox.webhooks.context import execution_context
from onteg_dynamics.sandbox.webhooks.happening import Happening, Values
from onteg_dynamics.sandbox.webhooks.letter import Letter, callback_letter, step_letter
from onteg_dynamics.sandbox.webhooks.outbox import (
    CALLBACK_EXPANDER,
    JOB,
    READY,
    SYSTEM_EVENT,
    WAITING,
    Job,
    Outbox,
)
from onteg_dynamics.sandbox.webhooks.post import TIMEOUT, post
from onteg_dynamics.sandbox.webhooks.registry import (
    ASYNCHRONOUS,
    POST_OPERATION,
    SILENT,
    SYNCHRONOUS,
    Step,
    callbacks_of,
    is_anyone,
    is_anyone_waited_for,
    steps_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.world import Caller, World


class Hooks:
    """Everybody who wants to be told.

    Args:
        host: The environment's host, as endpoints are told it.
        timeout: Seconds that an endpoint has for its answer.
    """

    def __init__(self, host: str = "localhost", timeout: float = TIMEOUT) -> None:
        self._host = host
        self._timeout = timeout
        self.outbox = Outbox(timeout)

    def begin(
        self,
        world: World,
        caller: Caller,
        message: str,
        table: Table,
        row_id: str,
        *,
        given: Values | None = None,
        before: Values | None = None,
        link: tuple[str, Table, str] | None = None,
    ) -> Happening | None:
        """Tells those who want to know before something happens.

        Args:
            world: The sandbox; a transaction is open.
            caller: Who does it.
            message: What happens.
            table: The row's table.
            row_id: The row's id.
            given: The stored columns that are set.
            before: The row as it is now.
            link: For associations: the relationship, and the other row's table and id.

        Returns:
            What to `end` with; None where nobody wants to know.

        Raises:
            Refusal: An endpoint that is waited for did not agree.
        """
        if table.logical_name in SILENT or table.is_intersect or not is_anyone(world.store):
            return None
        happening = Happening(message, table, row_id, caller, circumstances(), dict(given or {}), before, link=link)
        happening.steps = steps_of(world.store, message, table.logical_name)
        for step in _chosen(happening, SYNCHRONOUS):
            if step.stage != POST_OPERATION:
                self._post(world, happening, step)
        if message == "Delete" and before is not None:
            happening.called = _called(world, happening, before)
        return happening

    def end(
        self, world: World, happening: Happening | None, after: Values | None = None, written: Values | None = None
    ) -> None:
        """Tells those who want to know once it has happened.

        Args:
            world: The sandbox; the same transaction is open.
            happening: What `begin` gave.
            after: The row as it is now; None where it is gone.
            written: The stored columns that were written.

        Raises:
            Refusal: An endpoint that is waited for did not agree.
        """
        if happening is None:
            return
        happening.after, happening.written = after, written or {}
        for step in _chosen(happening, SYNCHRONOUS):
            if step.stage == POST_OPERATION:
                self._post(world, happening, step)
        for step in _chosen(happening, ASYNCHRONOUS):
            self._queue(world, happening, step)
        if after is not None:
            happening.called = _called(world, happening, after)
        for registration in happening.called:
            self._queue_callback(world, registration, happening)

    def waits(self, world: World) -> bool:
        """True where a change may have to wait for an endpoint."""
        return is_anyone_waited_for(world.store)

    def close(self) -> None:
        """Ends what is under way."""
        self.outbox.close()

    def _post(self, world: World, happening: Happening, step: Step) -> None:
        context = execution_context(happening, step, world.organization, world.clock())
        letter = step_letter(step.endpoint, happening, context, self._host)
        with world.turns.waiting():
            post(letter, self._timeout)

    def _queue(self, world: World, happening: Happening, step: Step) -> None:
        link = {"owningextensionid": step.id, "owningextensionid__table": "sdkmessageprocessingstep"}
        job = _new_job(world, happening, name=step.name, operationtype=SYSTEM_EVENT, **link)
        context = execution_context(happening, step, world.organization, world.clock(), job)
        write = partial(step_letter, step.endpoint, happening, context, self._host)
        self.outbox.add(Job(job, happening.caller, write, step.deletes_jobs))

    def _queue_callback(self, world: World, registration: Mapping[str, Any], happening: Happening) -> None:
        moment = due(registration)
        state = {} if moment is None else {"postponeuntil": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
        kind = READY if moment is None else WAITING
        state |= {"statecode": kind[0], "statuscode": kind[1]}  # type: ignore[dict-item]
        job = _new_job(world, happening, name=registration["name"], operationtype=CALLBACK_EXPANDER, **state)
        letter = callback_letter(str(registration["url"]), trigger_body(world, registration, happening))
        self.outbox.add(Job(job, happening.caller, partial(_same, letter), due=moment))


def _chosen(happening: Happening, mode: int) -> Iterable[Step]:
    """The steps that are to run."""
    bypass = happening.circumstances
    if bypass.skips_sync if mode == SYNCHRONOUS else bypass.skips_async:
        return ()
    found = (step for step in happening.steps if step.mode == mode and step.id not in bypass.skipped)
    return [step for step in found if happening.touches(step.columns)]


def _called(world: World, happening: Happening, row: Values) -> list[Values]:
    """The callback registrations that are about what happens."""
    if happening.circumstances.skips_callbacks:
        return []
    found = callbacks_of(world.store, happening.table.logical_name)
    return [registration for registration in found if is_called(world, registration, happening, row)]


def _same(letter: Letter) -> Letter:
    return letter


def _new_job(world: World, happening: Happening, **values: Any) -> str:
    """The row of a system job that waits."""
    from onteg_dynamics.sandbox.write.create import insert_row
    from onteg_dynamics.sandbox.write.values import new_id

    job = new_id()
    told = {
        "messagename": happening.message,
        "primaryentitytype": happening.table.logical_name,
        "correlationid": happening.circumstances.correlation_id,
        "retrycount": 0,
    }
    insert_row(world, happening.caller, world.model.tables[JOB], {**told, **values}, job)
    return job
