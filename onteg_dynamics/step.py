"""One action on its way: options checked, handler called, rows handed out, output checked, secrets taken out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from errno import EDQUOT, ENOSPC
from functools import lru_cache, partial
from typing import Any

from onteg_dynamics.advanced import call_with, is_dry_run, own_options
from onteg_dynamics.clients import Clients, Settings
from onteg_dynamics.dataverse.client import Dataverse
from onteg_dynamics.dataverse.limits import Call
from onteg_dynamics.errors import ErrorDetails, InputError, OntegError, UnexpectedError
from onteg_dynamics.hookspecs import Context, Outcome
from onteg_dynamics.manifest import own_manifest
from onteg_dynamics.registry import Registered, Registry
from onteg_dynamics.result import Result
from onteg_dynamics.secret import MASK, Redactor
from onteg_dynamics.validation import Form, OutputCheck

__all__ = ["Page", "Step"]

log = logging.getLogger("onteg_dynamics.executor")

Page = Sequence[Mapping[str, Any]]

CHECKED_ROWS = 100  # of a long output; the rest was made by the same code


@dataclass
class Step:
    """One action on its way. Used once.

    Attributes:
        registry: finds the action.
        clients: finds the client.
        action: machine name or title.
        call: deadline, cancel and cost.
    """

    registry: Registry
    clients: Clients
    action: str
    call: Call
    warnings: list[str] = field(default_factory=list)
    redactor: Redactor = field(default_factory=lambda: Redactor(tuple))
    table: str | None = None
    has_rows: bool = False
    started: float = field(default_factory=time.monotonic)
    _ending: Callable[[], dict[str, Any]] = dict
    _form: Form | None = None
    _is_rehearsal: bool = False

    def pages(self, options: Mapping[str, Any], settings: Settings, row_limit: int | None) -> Iterator[Page]:
        """Run the action and hand out its rows. Then `ending` has the rest of its output.

        Raises:
            OntegError: what went wrong, secrets not yet taken out.
        """
        entry = self.registry.action(self.action)
        outcome = self._start(entry, options, settings, row_limit)
        sample: list[Mapping[str, Any]] = []
        self.has_rows = outcome.pages is not None
        self._ending = partial(self._checked, entry, outcome, sample)
        for page in outcome.pages or ():
            sample += page[: CHECKED_ROWS - len(sample)]
            yield page

    def ending(self) -> dict[str, Any]:
        """The output without the rows, as it stands after the last page that was handed out; checked and cleaned."""
        return self._ending()

    def succeeded(self, output: Mapping[str, Any]) -> Result:
        """The result of an action that did what was asked. Observers are told."""
        return self._told(Result(True, self.action, output, self._warned(), self._stats()))  # noqa: FBT003

    def failed(self, exc: Exception) -> Result:
        """The result of an action that met `exc`, without its secrets and without its traceback's frames."""
        error = exc if isinstance(exc, OntegError) else _of_a_file(exc) or self._unexpected(exc)
        if self.table is not None:
            error.located(table=self.table)
        if isinstance(error, InputError) and self._form is not None:
            error.labelled(self._form.label)
        error.cleaned(self.redactor.text)
        return self._told(
            Result(False, self.action, {}, self._warned(), self._stats(), error.as_dict(), error)  # noqa: FBT003
        )

    def _start(
        self, entry: Registered, options: Mapping[str, Any], settings: Settings, row_limit: int | None
    ) -> Outcome:
        self.action = entry.spec.name
        typed = entry.form.read(options)
        self._form = entry.form
        self.table = typed["table"] if isinstance(typed.get("table"), str) else None
        connection = self.clients.connection(settings)
        client = self.clients.get(connection)
        secrets = {name for name in typed if entry.form.fields[name].get("writeOnly")}
        self.redactor = client.redactor.also(str(typed[name]) for name in secrets)
        told = {name: MASK if name in secrets else value for name, value in typed.items()}
        self._observe("onteg_before_execute", action=self.action, options=told, connection=connection)
        dataverse = client.dataverse.within(call_with(self.call, typed, connection.impersonate))
        context = Context(dataverse, connection, row_limit, self.warnings.append)
        outcome = entry.action.handler(context, own_options(typed))
        return self._rehearsed(dataverse, outcome) if is_dry_run(typed) else outcome

    def _rehearsed(self, dataverse: Dataverse, outcome: Outcome) -> Outcome:
        """What a dry run tells instead of the action's own output."""
        for _ in outcome.pages or ():
            pass  # a write that hands out rows is done by reading them
        self._is_rehearsal = True
        rehearsal = dataverse.call.rehearsal
        return Outcome(rehearsal.told(dataverse) if rehearsal is not None else {})

    def _checked(self, entry: Registered, outcome: Outcome, sample: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        output = {**outcome.output, **outcome.ending()}
        rows = {"rows": sample} if self.has_rows else {}
        check = rehearsal_check() if self._is_rehearsal else entry.output
        check.check(entry.spec.title, {**output, **rows})
        cleaned: dict[str, Any] = self.redactor.data(output)
        return cleaned

    def _unexpected(self, exc: Exception) -> UnexpectedError:
        log.debug("%s failed: %s", self.action, self.redactor.text(f"{type(exc).__name__}: {exc}"))
        return UnexpectedError(f"{self.action} failed in a way it should not: {type(exc).__name__}: {exc}")

    def _told(self, result: Result) -> Result:
        before = len(self.warnings)
        self._observe("onteg_after_execute", action=self.action, result=result)
        return result if len(self.warnings) == before else replace(result, warnings=self._warned())

    def _observe(self, hook: str, **arguments: Any) -> None:
        try:
            getattr(self.registry.hooks, hook)(**arguments)
        except Exception as exc:  # noqa: BLE001 - whoever watches must not break what he watches
            self.warnings.append(f"An observer ({hook}) failed: {type(exc).__name__}: {exc}")

    def _warned(self) -> tuple[str, ...]:
        left_out = sorted(self.call.left_out)
        told = [f"Left out, because they cannot be set: {', '.join(left_out)}."] if left_out else []
        return tuple(self.redactor.text(text) for text in (*self.warnings, *told))

    def _stats(self) -> dict[str, Any]:
        return {**self.call.usage.as_dict(), "seconds": round(time.monotonic() - self.started, 3)}


@lru_cache(maxsize=1)
def rehearsal_check() -> OutputCheck:
    """The check of what a dry run tells."""
    return OutputCheck(own_manifest().definition("rehearsal"))


def _of_a_file(exc: Exception) -> OntegError | None:
    """What went wrong with a file of this machine; None where it is something else."""
    if not isinstance(exc, OSError) or not exc.strerror:
        return None
    if exc.filename is None and exc.errno not in (ENOSPC, EDQUOT):
        return None
    where = f": {exc.filename}" if exc.filename else ""
    fix = "Look at the path, at who may write there, and at the space that is left."
    return OntegError(f"A file could not be read or written. {exc.strerror}{where}", ErrorDetails(fix))
