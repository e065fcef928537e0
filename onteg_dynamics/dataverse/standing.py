"""How a row stands, looked at before a message moves it on: what cannot be is said here, in words, and nothing is sent.

Implements "State and status reason" of the tables, and "Use Web API actions".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string, row_path
from onteg_dynamics.dataverse.protocol import FORMATTED, JSON_BODY, LABELS, Repeat, Request, dumps, prefer
from onteg_dynamics.dataverse.references import row_meant
from onteg_dynamics.dataverse.rows import update
from onteg_dynamics.dataverse.tables import Choice, Table
from onteg_dynamics.errors import ErrorDetails, InputError, Problem

__all__ = [
    "CRM",
    "OWN_REASON",
    "Standing",
    "choice_of",
    "move",
    "post",
    "reason",
    "reference",
    "row_of",
    "standing",
    "told_by_option",
    "written",
]

CRM = "Microsoft.Dynamics.CRM."
OWN_REASON = -1
"""The status reason that messages take for "the state's own"."""


@dataclass(frozen=True)
class Standing:
    """How a row stands.

    Attributes:
        table: its table.
        id: its GUID.
        state: value of its state.
        label: the state in words.
        name: its name, "" where it has none.
        row: the columns that were asked for, as the service sent them.
        field: the option that named the row.
    """

    table: Table
    id: str
    state: int
    label: str
    name: str
    row: Mapping[str, Any]
    field: str

    @property
    def path(self) -> str:
        """The row's address."""
        return row_path(self.table.entity_set, self.id)

    def must_be(self, states: Collection[int], done: str, fix: str = "") -> None:
        """Let the row through if it is in one of these states.

        Args:
            states: values of the states.
            done: what was to be done with it, as in "cannot be … ".
            fix: what to do first.

        Raises:
            InputError: it is in another state.
        """
        if self.state not in states:
            raise self.refused(f"is {self.label} and cannot be {done}", fix)

    def refused(self, why: str, fix: str = "") -> InputError:
        """What is wrong with the row, as an error: "Espresso bar" is Won and cannot be …."""
        named = f'"{self.name}"' if self.name else "the row"
        return InputError((Problem(self.field, "", f"{named} {why}."),), ErrorDetails(fix, self.table.name))


def standing(link: Link, table: Table, value: Any, field: str, select: Iterable[str] = ()) -> Standing:
    """Look at how a row stands.

    Args:
        link: the client at work.
        table: the row's table.
        value: what names it; see `row_meant`.
        field: what it is called where something is wrong with it.
        select: further properties to read.

    Raises:
        NotFoundError: there is no such row.
    """
    own = row_meant(link, table, value, field)
    names = dict.fromkeys((table.primary_id, "statecode", table.primary_name, *select))
    path = row_path(table.entity_set, own) + query_string({"$select": ",".join(filter(None, names))})
    row = link.send(Request("GET", path, headers=prefer(annotations=LABELS))).data
    label = row.get(f"statecode@{FORMATTED}") or str(row["statecode"])
    return Standing(table, own, row["statecode"], label, row.get(table.primary_name) or "", row, field)


def reason(link: Link, table: Table, state: int, value: Any, field: str = "status") -> int:
    """The status reason that a value means, of those that belong to a state.

    Args:
        link: the client at work.
        table: the row's table.
        state: the state that the row is to have.
        value: value or label; None or "" for the state's own.
        field: what it is called where something is wrong with it.

    Raises:
        InputError: none of that state is called so; says which there are.
    """
    if value is None or value == "":
        return OWN_REASON
    choices = link.details(table, "statuscode").choices
    return choice_of(field, (one for one in choices if one.state == state), value).value


def choice_of(field: str, choices: Iterable[Choice], value: Any) -> Choice:
    """The choice with this value or label.

    Raises:
        InputError: there is none; says which there are.
    """
    known = list(choices)
    text = str(value).strip().casefold()
    for choice in known:
        if text in {str(choice.value), choice.label.casefold()}:
            return choice
    allowed = ", ".join(f"{choice.label} ({choice.value})" for choice in known)
    raise InputError((Problem(field, "", f"is not allowed here; allowed are {allowed}"),))


def move(link: Link, at: Standing, state: int, status: int) -> None:
    """Give a row another state by changing the row itself."""
    own = {} if status == OWN_REASON else {"statuscode": status}
    update(link, at.table, at.id, {"statecode": state, **own})


def post(link: Link, path: str, body: Mapping[str, Any]) -> Any:
    """Send a message that may be done once only; its answer, or None."""
    return link.send(Request("POST", path, dumps(body), JSON_BODY, Repeat.UNSENT)).data


def reference(table: Table, own: str) -> dict[str, str]:
    """A row as messages of the service name it."""
    return {"@odata.type": f"{CRM}{table.name}", table.primary_id: own}


def written(link: Link, table: Table, options: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """The body of a new row whose columns are options of an action.

    Args:
        link: the client at work.
        table: the new row's table.
        options: by name; those without a value are left out.
        columns: the column of each option.

    Raises:
        InputError: options do not fit their columns; told by the options' names.
    """
    with told_by_option(columns):
        return link.writer(table).write(row_of(options, columns), "create")


def row_of(options: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """The columns that options fill; those without a value are left out."""
    return {column: options[name] for name, column in columns.items() if options.get(name) not in (None, "")}


@contextmanager
def told_by_option(columns: Mapping[str, str]) -> Iterator[None]:
    """Tell what is wrong with columns by the names of the options that fill them."""
    try:
        yield
    except InputError as exc:
        exc.renamed({f"row.{column}": name for name, column in columns.items()})
        raise
