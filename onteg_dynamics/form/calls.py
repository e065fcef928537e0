"""What the page may ask for, each answered by the executor or by a pure function of the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from onteg_dynamics.connection import connection_form
from onteg_dynamics.dataverse.progress import Report
from onteg_dynamics.executor import Executor
from onteg_dynamics.export.rjsf import rjsf_pair
from onteg_dynamics.export.snippets import snippets
from onteg_dynamics.form.desk import Desk, Kept
from onteg_dynamics.hookspecs import Finding
from onteg_dynamics.registry import Registered

__all__ = ["Calls"]

SHOWN_ROWS = 500
"""The most rows of a result that the page gets; its cursor goes on."""


@dataclass
class Calls:
    """Answers the page.

    Args:
        executor: runs the actions.
        begin: settings that the page begins with.
    """

    executor: Executor
    begin: Mapping[str, Any] = field(default_factory=dict, repr=False)
    desk: Desk = field(default_factory=Desk, repr=False)

    @cached_property
    def first(self) -> Kept:
        """The connection that the page begins with."""
        return self.desk.keep(self.begin)

    def start(self) -> dict[str, Any]:
        """Everything that does not change: the connection's form, the actions."""
        manifest = self.executor.registry.manifest
        return {
            "title": manifest.title,
            "version": manifest.version,
            "description": manifest.description,
            "links": manifest.links,
            "form": rjsf_pair(manifest.connection_schema),
            "connection": _seen(self.first),
            "actions": [_face(entry) for entry in self.executor.registry.actions.values()],
        }

    def action(self, name: str) -> dict[str, Any]:
        """One action's form, and an example of its options.

        Raises:
            UnknownNameError: there is no such action.
        """
        spec = self.executor.registry.action(name).spec
        return {"form": rjsf_pair(spec.input_schema), "example": spec.example}

    def open(self, settings: Mapping[str, Any], name: str, keep: list[str]) -> tuple[Kept, Iterator[Finding]]:
        """Keep a connection, and test it: the findings come one by one.

        Args:
            settings: as the page has them.
            name: of the connection whose secrets to go on using, "" for none.
            keep: those secrets, by key.

        Raises:
            SettingsError: the settings are not filled in rightly.
        """
        complete = self.desk.complete(settings, name, keep)
        typed = connection_form().read(complete)  # what belongs to another kind of Authentication is let go
        return self.desk.keep(typed), self.executor.test_connection(typed)

    def choices(self, name: str, source: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
        """The entries of a dropdown.

        Raises:
            OntegError: they cannot be had.
        """
        return [vars(choice) for choice in self.executor.choices(self.desk.get(name).settings, source, params)]

    def schema(self, name: str, source: str, params: Mapping[str, str]) -> dict[str, Any]:
        """A form that depends on the data, such as that of a table's row.

        Raises:
            OntegError: it cannot be had.
        """
        return rjsf_pair(self.executor.schema(self.desk.get(name).settings, source, params))

    def run(
        self,
        name: str,
        action: str,
        options: Mapping[str, Any],
        cancelled: Callable[[], bool] | None = None,
        report: Report | None = None,
    ) -> dict[str, Any]:
        """Run an action; its envelope.

        Args:
            name: of the connection.
            action: its machine name.
            options: as the page has them.
            cancelled: asked again and again; True stops the action.
            report: told how far it has come.

        Raises:
            InputError: the connection is not known any more.
        """
        settings = self.desk.get(name).settings
        return self.executor.run(action, options, settings, cancelled=cancelled, report=report).as_dict()

    def snippets(self, name: str, action: str, options: Mapping[str, Any]) -> list[dict[str, str]]:
        """The same step for the shell, Python and Airflow. Secrets are left to the environment.

        Raises:
            OntegError: the connection or the action is not known.
        """
        spec = self.executor.registry.action(action).spec
        kept = self.desk.get(name) if name else self.first
        return [vars(snippet) for snippet in snippets(spec, options, kept.shown, kept.hidden)]


def _seen(kept: Kept) -> dict[str, Any]:
    return {"name": kept.name, "settings": kept.shown, "kept": kept.hidden}


def _face(entry: Registered) -> dict[str, Any]:
    spec = entry.spec
    return {
        "name": spec.name,
        "title": spec.title,
        "group": spec.group,
        "description": spec.description,
        "helpLink": spec.help_link,
        "readOnly": entry.action.annotations.read_only,
        "destructive": entry.action.annotations.destructive,
    }
