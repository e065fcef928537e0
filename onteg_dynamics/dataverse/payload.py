"""A row as people write it → the JSON body the Web API takes. Reports everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from onteg_dynamics.dataverse.bounds import check_bounds
from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.lookups import LookupResolver
from onteg_dynamics.dataverse.metadata import Fetch, Metadata
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import CHOICE_TYPES, Column, Details, Table
from onteg_dynamics.dataverse.targets import KnownRows, Wanted
from onteg_dynamics.dataverse.values import AS_IT_IS, Fits, is_written, to_wire
from onteg_dynamics.errors import ErrorDetails, InputError, LookupTextError, Problem, UnknownNameError

__all__ = ["Mode", "PayloadWriter"]

Mode = Literal["create", "update", "upsert"]
"""What a body is for, which decides what may be set and whether an empty lookup needs to be said."""

_BIND = "@odata.bind"
_PLANS = 256  # sets of columns that are remembered
# Other types have defaults, or the service sets them: choices and yes/no columns, numbers of documents.
_INSISTED = frozenset({"Lookup", "Customer", "DateTime", "Integer", "Decimal", "Double", "Money"})


@dataclass
class PayloadWriter:
    """Writes the body for one row of one table.

    Args:
        table: the row's table.
        metadata: what is known of the tables.
        fetch: brings JSON from the service.
        thorough: also check lengths and ranges, which otherwise the service does.
        known: remembers the rows that lookups mean, where many rows are written.
        left_out: gathers the columns of rows that cannot be set: rows that were read have many of them.
        resolved: gathers what lookups and choices mean, where somebody wants to know.
    """

    table: Table
    metadata: Metadata
    fetch: Fetch
    thorough: bool = False
    known: KnownRows | None = None
    left_out: set[str] = field(default_factory=set)
    resolved: list[dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        self._columns = self.metadata.columns(self.table, self.fetch)
        self._plans: dict[tuple[str, ...], Sequence[tuple[str, Fits]]] = {}
        self._resolver = LookupResolver(self.metadata, self.fetch, self._columns, self.known)
        self._checked: dict[tuple[str, Mode], Column] = {}  # the same columns come in every row
        self._fixed: dict[tuple[str, Mode], bool] = {}

    def write(self, row: Mapping[str, Any], mode: Mode) -> dict[str, Any]:
        """The body that sets these columns.

        Columns that cannot be set are left out, as the service does by itself, so that a row that was read can be
        written; unless the row has no others.

        Args:
            row: columns by logical name. A lookup as `lookups.read_target` takes it, its table also as ``name.table``;
                a choice by value or label, its label also as ``name.label``; None clears a column.
            mode: what the body is for.

        Raises:
            UnknownNameError: only names are wrong.
            LookupTextError: only lookups are wrong: no row is meant, or several.
            InputError: anything else; every problem is reported.
        """
        quick = self._quick(row, mode)
        if quick is not None:
            return quick
        body: dict[str, Any] = {}
        problems: list[tuple[type[InputError], Problem]] = []
        for name, (value, table) in self._settable(_companions(row), mode).items():
            try:
                body.update(self._member(name, value, table, mode))
            except (InputError, ValueError, LookupError) as exc:
                problems.append(self._problem(name, exc))
        if self.thorough and not problems:
            problems += self._missing(body, mode) + self._wrong_pair(body)
        if problems:
            raise _combined(problems, self.table.name)
        return self._with_state(body) if mode == "update" else body

    def _quick(self, row: Mapping[str, Any], mode: Mode) -> dict[str, Any] | None:
        """The body of a row whose values already are as the service wants them: that is nearly every row of a long
        list. None for any other.
        """
        key = (mode, *row)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            plan = self._plans[key] = self._plan(row, mode)
        if not plan:
            return None
        body: dict[str, Any] = {}
        for (name, fits), value in zip(plan, row.values(), strict=True):
            if value is not None and not fits(value):
                return None
            body[name] = value
        return body

    def _plan(self, row: Mapping[str, Any], mode: Mode) -> Sequence[tuple[str, Fits]]:
        """For each column of such rows its name, and what tells a value that goes as it is; nothing where rows with
        these columns need a closer look.
        """
        plan: list[tuple[str, Fits]] = []
        for name in row:
            column = self._columns.find(name)
            fits = AS_IT_IS.get(column.type) if column is not None and _may_set(column, mode) else None
            if column is None or fits is None or self.thorough or (mode == "update" and column.type == "Status"):
                return ()
            plan.append((column.name, fits))
        return plan if len({name for name, _ in plan}) == len(plan) else ()

    def wanted(self, row: Mapping[str, Any]) -> Iterator[Wanted]:
        """What `write` would ask the service about the lookups in `row`."""
        if self._lookups.isdisjoint(name.partition(".")[0] for name in row):
            return
        for name, (value, table) in _companions(row).items():
            column = self._columns.find(name)
            if column is not None and column.is_lookup:
                yield from self._resolver.wanted(column, value, table)

    @cached_property
    def _lookups(self) -> frozenset[str]:
        """Every name by which a lookup column is found."""
        return frozenset(name for one in self._columns.visible() if one.is_lookup for name in (one.name, one.wire_name))

    def _missing(self, body: Mapping[str, Any], mode: Mode) -> list[tuple[type[InputError], Problem]]:
        """Columns that the service insists on and does not fill in by itself."""
        if mode != "create":
            return []
        binds = {item.navigation: name for name, group in self._columns.relationships.items() for item in group}
        given = {binds.get(name.removesuffix(_BIND), name) for name in body}
        needed = (
            column
            for column in self._columns.visible()
            if column.required == "SystemRequired" and column.creatable and column.type in _INSISTED
        )
        return [
            (InputError, Problem(f"row.{column.name}", column.label, "is required"))
            for column in needed
            if column.name not in given
        ]

    def _wrong_pair(self, body: Mapping[str, Any]) -> list[tuple[type[InputError], Problem]]:
        """A status reason of another state."""
        status, state = self._columns.find("statuscode"), body.get("statecode")
        if status is None or state is None or body.get("statuscode") is None:
            return []
        choices = self._details(status).choices
        chosen = next((choice for choice in choices if choice.value == body["statuscode"]), None)
        if chosen is None or chosen.state in (None, state):
            return []
        fitting = ", ".join(f"{choice.label} ({choice.value})" for choice in choices if choice.state == state)
        return [
            (InputError, Problem("row.statuscode", status.label, f"belongs to another state; fitting are {fitting}"))
        ]

    def target_id(self, column: Column, value: Any) -> str:
        """The GUID of the row that a value for a lookup column means.

        Raises:
            ValueError: it names a table the column cannot refer to, or a row by an alternate key.
            LookupError: it matches no row, or several.
        """
        guid = guid_of(str(value)) if isinstance(value, str) else None
        if guid is None:
            guid = guid_of(self.bound(column, value).partition("(")[2].rstrip(")"))
        if guid is None:
            raise ValueError("the row is to be named by its id or its name here")
        return guid

    def bound(self, column: Column, value: Any) -> str:
        """The address of the row that a value for a lookup column means, such as ``/accounts(…)``; "" for none.

        Raises:
            ValueError: it names a table the column cannot refer to.
            LookupError: it matches no row, or several.
        """
        return self._resolver.bind(column, value)[1] or ""

    def _member(self, name: str, value: Any, table: str | None, mode: Mode) -> dict[str, Any]:
        if name.endswith(_BIND):
            return self._raw_bind(name, value)
        column = self._writable(name, mode)
        if not column.is_lookup:
            wire = to_wire(column, value, lambda: self._details(column))
            if self.thorough:
                check_bounds(column, self._details(column), wire)
            if column.type in CHOICE_TYPES:
                self._resolve(column, value, wire)
            # A new row has no image; most may be given only later.
            return {} if wire is None and column.type == "Image" and mode == "create" else {column.name: wire}
        member, target = self._resolver.bind(column, value, table)
        self._resolve(column, value, target)
        return {} if mode == "create" and target is None else {member: target}

    def _resolve(self, column: Column, given: Any, value: Any) -> None:
        if self.resolved is not None and value is not None and given != value:
            self.resolved.append({"column": column.name, "given": given, "value": value})

    def _raw_bind(self, name: str, value: Any) -> dict[str, Any]:
        """A bind as the Web API itself writes it; only the navigation property is checked."""
        navigation = name.removesuffix(_BIND)
        known = [item.navigation for group in self._columns.relationships.values() for item in group]
        if navigation not in known:
            raise UnknownNameError(f"there is no such navigation property. {suggest(navigation, known)}".strip())
        if value is not None and not isinstance(value, str):
            raise ValueError("a row's address is expected, such as /accounts(GUID)")
        return {name: value}

    def _settable(self, row: dict[str, tuple[Any, str | None]], mode: Mode) -> dict[str, tuple[Any, str | None]]:
        fixed = [name for name in row if self._is_fixed(name, mode)]
        if not fixed or len(fixed) == len(row):
            return row
        self.left_out.update(fixed)
        return {name: value for name, value in row.items() if name not in fixed}

    def _is_fixed(self, name: str, mode: Mode) -> bool:
        """Whether a column is there, but cannot be set."""
        known = self._fixed.get((name, mode))
        if known is None:
            column = self._columns.find(name)
            known = column is not None and not (_may_set(column, mode) and _goes_in(column))
            self._fixed[name, mode] = known
        return known

    def _writable(self, name: str, mode: Mode) -> Column:
        """The column that may be set in this mode."""
        known = self._checked.get((name, mode))
        if known is None:
            known = self._checked[name, mode] = self._check(name, mode)
        return known

    def _check(self, name: str, mode: Mode) -> Column:
        column = self._columns.find(name)
        if column is None:
            raise UnknownNameError(f"{self.table.name} has no such column. {suggest(name, self._names())}".strip())
        if column.part_of and not column.creatable:
            raise ValueError(f"this column only shows {column.part_of}; set that one")
        if not _may_set(column, mode):
            raise ValueError(f"this column cannot be set when a row is {'changed' if mode == 'update' else 'created'}")
        return column

    def _names(self) -> list[str]:
        return [column.name for column in self._columns.visible()]

    def _details(self, column: Column) -> Details:
        return self.metadata.details(self.table, column, self.fetch)

    def _with_state(self, body: dict[str, Any]) -> dict[str, Any]:
        """A status reason belongs to one state; the service refuses it without that state."""
        status = self._columns.find("statuscode")
        if status is None or body.get("statuscode") is None or "statecode" in body:
            return body
        states = {choice.value: choice.state for choice in self._details(status).choices}
        state = states.get(body["statuscode"])
        return body if state is None else {**body, "statecode": state}

    def _problem(self, name: str, exc: Exception) -> tuple[type[InputError], Problem]:
        column = self._columns.find(name)
        label = column.label if column else ""
        kind = (
            type(exc)
            if isinstance(exc, InputError)
            else LookupTextError
            if isinstance(exc, LookupError)
            else InputError
        )
        told = exc.problems[0].message if isinstance(exc, InputError) else str(exc)
        return kind, Problem(f"row.{name}", label, told)


def _goes_in(column: Column) -> bool:
    """Whether a row's body can hold the column; of parties it is said why it cannot."""
    return column.is_lookup or is_written(column) or column.type == "PartyList"


def _may_set(column: Column, mode: Mode) -> bool:
    if mode == "upsert":
        return column.creatable or column.updatable
    return column.creatable if mode == "create" else column.updatable


def _companions(row: Mapping[str, Any]) -> dict[str, tuple[Any, str | None]]:
    """Columns with their values, and with the table that stands beside a lookup as ``name.table``."""
    if not any("." in name for name in row):
        return {name: (value, None) for name, value in row.items()}
    values: dict[str, tuple[Any, str | None]] = {}
    for name, value in row.items():
        base, _, part = name.partition(".")
        if part == "table":
            continue
        if part == "label" and base not in row:
            values[base] = (value, row.get(f"{base}.table"))
        elif part != "label":
            values[name] = (value, row.get(f"{name}.table"))
    return values


def _combined(problems: list[tuple[type[InputError], Problem]], table: str) -> InputError:
    kinds = {kind for kind, _ in problems}
    kind = kinds.pop() if len(kinds) == 1 else InputError
    details = ErrorDetails(table=table, column=problems[0][1].path.removeprefix("row.") if len(problems) == 1 else None)
    return kind(tuple(problem for _, problem in problems), details)
