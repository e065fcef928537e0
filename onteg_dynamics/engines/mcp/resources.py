"""Dropdowns and typed forms as resources and completions: what a client may look up before it calls a tool.

Implements "Resources" (templates) and "Completion" of the Model Context Protocol.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from onteg_dynamics.engines.mcp.guard import Guard
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.executor import Executor
from onteg_dynamics.hookspecs import Choice

__all__ = ["SCHEME", "TEMPLATES", "Lookups", "Template"]

SCHEME = "dynamics"
MOST = 100
"""Entries of a completion, as the protocol limits them."""


@dataclass(frozen=True)
class Template:
    """A family of resources.

    Attributes:
        name: of the dropdown or form behind it.
        uri: its address with places for parameters (RFC 6570).
        about: one sentence.
    """

    name: str
    uri: str
    about: str


def _choices(source: str, about: str, *params: str) -> Template:
    query = f"{{?{','.join(params)}}}" if params else ""
    return Template(source, f"{SCHEME}://choices/{source}{query}", about)


TEMPLATES = (
    _choices("tables", "The tables of the environment."),
    _choices("columns", "The columns of a table.", "table"),
    _choices("creatable_columns", "The columns that a new row may have.", "table"),
    _choices("updatable_columns", "The columns that may be changed.", "table"),
    _choices("choices", "The options of a choice column, values and labels.", "table", "column"),
    _choices("states", "The states of a table's rows.", "table"),
    _choices("status_reasons", "The status reasons of a table's rows.", "table"),
    _choices("rows", "Rows of a table, found by a part of their name.", "table", "search"),
    _choices("lookup", "Rows that a lookup column may point to.", "table", "column", "search"),
    _choices("owners", "Users and teams.", "search"),
    _choices("users", "Users, by their Entra object id.", "search"),
    _choices("parties", "Who may take part in an activity: contacts, accounts, leads, users and queues.", "search"),
    _choices("relationships", "The ways from a table to others.", "table", "related_table"),
    _choices("custom_relationships", "Relationships that are the environment's own."),
    _choices("views", "System and personal views of a table.", "table"),
    _choices("keys", "Alternate keys of a table.", "table"),
    _choices("global_choices", "Choices that columns share."),
    _choices("actions", "Actions of the service, for Call Action."),
    _choices("functions", "Functions of the service, for Call Function."),
    Template("row", f"{SCHEME}://forms/row{{?table}}", "The typed form (JSON Schema) of a table's row."),
)

_BY_PARAMETER = {"table": "tables", "related_table": "tables", "column": "columns"}
"""What completes a parameter."""


@dataclass(frozen=True)
class Lookups:
    """Reads resources and completes parameters.

    Attributes:
        executor: asks the connector.
        settings: of the connection.
        guard: what the client may do.
    """

    executor: Executor
    settings: Mapping[str, Any]
    guard: Guard

    def read(self, uri: str) -> Any:
        """A resource's content, as JSON-ready data.

        Raises:
            InputError: there is no such resource, or its table is not served.
            OntegError: what the connector met.
        """
        address = urlsplit(uri)
        params = dict(parse_qsl(address.query))
        self.guard.check_tables(params)
        if address.scheme == SCHEME and address.netloc == "choices" and address.path.strip("/"):
            return [vars(choice) for choice in self._entries(address.path.strip("/"), params)]
        if address.scheme == SCHEME and (address.netloc, address.path) == ("forms", "/row"):
            return self.executor.schema(self.settings, "row", params)
        raise InputError((Problem("uri", "", f"names no resource; there are: {', '.join(_addresses())}"),))

    def complete(self, name: str, typed: str, known: Mapping[str, str]) -> tuple[list[str], int]:
        """Values that a parameter may have.

        Args:
            name: of the parameter.
            typed: what it begins with, or a part of its label.
            known: the other parameters.

        Returns:
            The first hundred of them, and how many there are.

        Raises:
            OntegError: what the connector met.
        """
        source = _BY_PARAMETER.get(name)
        if source is None:
            return [], 0
        self.guard.check_tables(known)
        wanted = typed.casefold()
        entries = self._entries(source, known)
        found = [str(one.value) for one in entries if wanted in f"{one.value} {one.label}".casefold()]
        found.sort(key=lambda value: (not value.startswith(wanted), value))
        return found[:MOST], len(found)

    def _entries(self, source: str, params: Mapping[str, str]) -> Sequence[Choice]:
        return self.guard.choices(partial(self.executor.choices, self.settings), source, params)


def _addresses() -> list[str]:
    return [template.uri for template in TEMPLATES]
