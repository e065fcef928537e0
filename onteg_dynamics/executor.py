"""THE road of every action: coerce → validate → run → shape → check → redact. Nothing else calls a handler."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.clients import Clients, Settings
from onteg_dynamics.connection import Connection
from onteg_dynamics.dataverse.client import Dataverse
from onteg_dynamics.dataverse.limits import Call
from onteg_dynamics.dataverse.progress import Report
from onteg_dynamics.dataverse.tokens import TokenProvider
from onteg_dynamics.dataverse.transport import Exchange
from onteg_dynamics.errors import OntegError, UnknownNameError
from onteg_dynamics.hookspecs import Choice, Finding
from onteg_dynamics.registry import Registry, load
from onteg_dynamics.result import Result
from onteg_dynamics.step import Page, Step

__all__ = ["INLINE_ROWS", "Executor", "Stream"]

INLINE_ROWS = 50_000
"""The most rows a step's output holds. Beyond it the output is not complete, and its cursor goes on."""


@dataclass
class Executor:
    """Runs actions. Keeps one client for each connection; safe to use from several threads.

    Args:
        registry: what was loaded; by default this connector and the plugins installed beside it.
        inline_rows: the most rows a step's output holds.
        watch: told of every request sent, for a trace.
    """

    registry: Registry = field(default_factory=load)
    inline_rows: int = INLINE_ROWS
    watch: Callable[[Exchange], None] | None = None

    def __post_init__(self) -> None:
        """Nothing is connected before the first call."""
        self._clients = Clients(self._tokens, self.watch)

    def __enter__(self) -> Executor:  # noqa: PYI034 - typing.Self needs Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections and forget all tokens."""
        self._clients.close()

    def run(
        self,
        action: str,
        options: Mapping[str, Any],
        connection: Settings,
        *,
        deadline: float | None = None,
        cancelled: Callable[[], bool] | None = None,
        report: Report | None = None,
    ) -> Result:
        """Run an action. What goes wrong in it is told in the result, not raised: see `Result.unwrap`.

        Args:
            action: machine name or title.
            options: by key or label; all may be texts.
            connection: settings of the connection form, or a checked connection.
            deadline: seconds after which nothing more is sent, None for no end.
            cancelled: asked again and again; True stops the action.
            report: told how far a long action has come.
        """
        step = self._step(action, deadline, cancelled, report)
        try:
            rows = [row for page in step.pages(options, connection, self.inline_rows) for row in page]
            output = {**step.ending(), "rows": rows} if step.has_rows else step.ending()
        except Exception as exc:  # noqa: BLE001 - a step's failure is its result
            return step.failed(exc)
        return step.succeeded(output)

    def stream(
        self,
        action: str,
        options: Mapping[str, Any],
        connection: Settings,
        *,
        deadline: float | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Stream:
        """Run an action and hand out its rows page by page, however many; memory does not grow with them.

        Args:
            action: machine name or title.
            options: by key or label; all may be texts.
            connection: settings of the connection form, or a checked connection.
            deadline: seconds after which nothing more is sent, None for no end.
            cancelled: asked again and again; True stops the action.
        """
        return Stream(self._step(action, deadline, cancelled), options, connection)

    def test_connection(self, connection: Settings) -> Iterator[Finding]:
        """The findings of a connection test, one by one as they are made.

        Raises:
            SettingsError: the settings are not filled in rightly.
        """
        settings = self._clients.connection(connection)
        hook = self.registry.hooks.onteg_test_connection
        for findings in hook(connection=settings, dataverse=self.dataverse(settings)):
            for finding in findings:
                yield self._clients.get(settings).clean_finding(finding)

    def choices(self, connection: Settings, source: str, params: Mapping[str, str]) -> Sequence[Choice]:
        """The entries of a dropdown.

        Args:
            connection: settings of the connection form, or a checked connection.
            source: from the field's ``x-onteg-choices``.
            params: its parameters, with the values of the fields they name.

        Raises:
            UnknownNameError: no plugin knows the source, or a table does not exist.
        """
        settings = self._clients.connection(connection)
        hook = self.registry.hooks.onteg_choices
        with self._cleaning(settings):
            found = hook(connection=settings, source=source, params=dict(params), dataverse=self.dataverse(settings))
        if found is None:
            raise UnknownNameError(f'no plugin knows the choices "{source}"')
        return tuple(found)

    def schema(self, connection: Settings | None, source: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        """A JSON Schema that depends on the data, such as the typed form of a table's row.

        Args:
            connection: settings of the connection form or a checked connection; None for what is known without one.
            source: from the field's ``x-onteg-schema``.
            params: its parameters, with the values of the fields they name.

        Raises:
            UnknownNameError: no plugin knows the source, or not without a connection.
        """
        settings = None if connection is None else self._clients.connection(connection)
        dataverse = None if settings is None else self.dataverse(settings)
        hook = self.registry.hooks.onteg_schema
        with self._cleaning(settings):
            found = hook(connection=settings, source=source, params=dict(params), dataverse=dataverse)
        if found is None:
            without = " without a connection" if connection is None else ""
            raise UnknownNameError(f'no plugin knows the form "{source}" for this{without}')
        schema: Mapping[str, Any] = found
        return schema

    def dataverse(self, connection: Connection) -> Dataverse:
        """The client that actions with this connection use, at work on a call of its own."""
        return self._clients.get(connection).dataverse.within(Call())

    def _step(
        self,
        action: str,
        deadline: float | None,
        cancelled: Callable[[], bool] | None,
        report: Report | None = None,
    ) -> Step:
        end = None if deadline is None else time.monotonic() + deadline
        return Step(self.registry, self._clients, action, Call(deadline=end, cancelled=cancelled, report=report))

    @contextmanager
    def _cleaning(self, connection: Connection | None) -> Iterator[None]:
        """Errors raised inside show no secret."""
        try:
            yield
        except OntegError as exc:
            if connection is not None:
                exc.cleaned(self._clients.get(connection).redactor.text)
            raise

    def _tokens(self, connection: Connection) -> TokenProvider | None:
        provider: TokenProvider | None = self.registry.hooks.onteg_token_provider(connection=connection)
        return provider


@dataclass
class Stream:
    """The rows of an action under way, page by page. Iterate over it once.

    Attributes:
        result: how it ended, without the rows; None until then. Let go early, it tells where to go on.
    """

    step: Step = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    connection: Settings = field(repr=False)
    result: Result | None = None

    def __iter__(self) -> Iterator[Page]:
        """The pages, each a list of rows.

        Raises:
            OntegError: what the action met; secrets are taken out.
        """
        try:
            yield from self.step.pages(self.options, self.connection, None)
            output = self.step.ending()
        except GeneratorExit:
            self.result = self.step.succeeded(self.step.ending())
            raise
        except Exception as exc:  # noqa: BLE001 - raised again below, without what hangs on it
            self.result = self.step.failed(exc)
        else:
            self.result = self.step.succeeded(output)
        self.result.unwrap()
