"""The contract: what an engine may ask of a connector, and what a plugin may add to one.

A plugin is a module or object that pluggy can register under the project name ``onteg``, found through the entry-point
group ``onteg.connectors``. It says which version of this contract it was written for in ``onteg_api_version`` and
implements any of the hooks below with `hookimpl`, taking those of their arguments that it needs. Arguments of a
hookimpl take no defaults. ``dataverse`` is a client at work for the connection, ready to use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from onteg_dynamics.connection import Connection
    from onteg_dynamics.dataverse.client import Dataverse
    from onteg_dynamics.dataverse.tokens import TokenProvider
    from onteg_dynamics.manifest import Manifest
    from onteg_dynamics.result import Result

__all__ = [
    "API_VERSION",
    "ENTRY_POINT_GROUP",
    "PROJECT",
    "Action",
    "Annotations",
    "Choice",
    "Context",
    "Finding",
    "Handler",
    "Outcome",
    "hookimpl",
    "hookspec",
]

PROJECT = "onteg"
ENTRY_POINT_GROUP = "onteg.connectors"
API_VERSION = "1.0"
"""Major: plugins for another one are not loaded. Minor: plugins for a higher one are not loaded."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class Annotations:
    """What an engine may assume of an action.

    Attributes:
        read_only: changes nothing.
        destructive: may delete or overwrite what cannot be brought back.
        idempotent: a second run with the same options changes nothing more.
        paginates: hands out rows page by page.
    """

    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False
    paginates: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a handler did.

    Attributes:
        output: the action's output, as its output schema says; without ``rows`` if `pages` is given.
        pages: rows to hand out, page by page; read by the executor.
        ending: the rest of the output, asked for when `pages` has been read.
    """

    output: Mapping[str, Any] = field(default_factory=dict)
    pages: Iterable[Sequence[Mapping[str, Any]]] | None = None
    ending: Callable[[], Mapping[str, Any]] = dict


@dataclass(frozen=True)
class Context:
    """What a handler works with.

    Attributes:
        dataverse: the client, at work on this call: it counts, obeys the deadline, and holds the token.
        connection: the settings in use.
        row_limit: the most rows to hand out, None for no limit (the caller streams).
        warn: adds a sentence to the result's warnings.
    """

    dataverse: Dataverse
    connection: Connection
    row_limit: int | None
    warn: Callable[[str], None]


Handler = Callable[[Context, Mapping[str, Any]], Outcome]
"""Does an action: takes the context and the validated options, returns what it did."""


@dataclass(frozen=True)
class Action:
    """An action's working side; its face (title, schemas, help) stands in the manifest.

    Attributes:
        name: machine name, as in the manifest.
        handler: does it.
        annotations: what an engine may assume of it.
    """

    name: str
    handler: Handler
    annotations: Annotations = field(default_factory=Annotations)


@dataclass(frozen=True)
class Choice:
    """An entry of a dropdown: the value a step keeps and the label a person sees."""

    value: str | int
    label: str


@dataclass(frozen=True)
class Finding:
    """One line of a connection test.

    Attributes:
        check: what was looked at.
        passed: whether it is as it must be; None if it could not be looked at.
        message: what was found.
        fix: what to do about it, "" when passed.
    """

    check: str
    passed: bool | None
    message: str
    fix: str = ""


class Hooks:
    """The hooks. The docstring of each says what an implementation returns."""

    @hookspec
    def onteg_manifest(self) -> Manifest:  # type: ignore[empty-body]
        """The plugin's manifest: a connector of its own, or more actions for one (``extends``)."""

    @hookspec
    def onteg_register_actions(self) -> Iterable[Action]:  # type: ignore[empty-body]
        """The working side of every action in the plugin's manifest. Asked once, when the plugin is loaded."""

    @hookspec
    def onteg_test_connection(  # type: ignore[empty-body]
        self, connection: Connection, dataverse: Dataverse
    ) -> Iterable[Finding]:
        """The findings of a connection test, one by one as they are made."""

    @hookspec(firstresult=True)
    def onteg_choices(
        self, connection: Connection, source: str, params: Mapping[str, str], dataverse: Dataverse
    ) -> Sequence[Choice] | None:
        """The entries of a dropdown (``x-onteg-choices``); None if the source is not this plugin's.

        `params` holds the values of the fields that the source names and its constants; an engine may add ``search``:
        what a person has typed into the field so far.
        """

    @hookspec(firstresult=True)
    def onteg_schema(
        self, connection: Connection | None, source: str, params: Mapping[str, str], dataverse: Dataverse | None
    ) -> Mapping[str, Any] | None:
        """A JSON Schema that depends on the data (``x-onteg-schema``), such as the typed form of a table's row.

        None if the source is not this plugin's. Without a connection only what is known beforehand can be given.
        """

    @hookspec(firstresult=True)
    def onteg_token_provider(self, connection: Connection) -> TokenProvider | None:
        """Where access tokens for this connection come from; None if its kind of authentication is another plugin's."""

    @hookspec
    def onteg_before_execute(self, action: str, options: Mapping[str, Any], connection: Connection) -> None:
        """An observer: called with the validated options before an action runs. What it raises is noted, no more."""

    @hookspec
    def onteg_after_execute(self, action: str, result: Result) -> None:
        """An observer: called with the result, secrets taken out. What it raises is noted, no more."""
