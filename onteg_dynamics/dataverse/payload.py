"""A row as people write it → the JSON body the Web API takes. Reports everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from onteg_dynamics.dataverse.bounds import check_bounds
from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.lookups import LookupResolver
from onteg_dynamics.dataverse.metadata import Fetch, Metadata
from onteg_dynamics.dataverse.plans import Plan, Source, Step, Trouble, by_column, remembering, sources
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import CHOICE_TYPES, Column, Details, Table
from onteg_dynamics.dataverse.targets import KnownRows, Wanted
from onteg_dynamics.dataverse.values import AS_IT_IS, is_written, to_wire
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
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._resolver = LookupResolver(self.metadata, self.fetch, self._columns, self.known)

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
        body = self.write_alike([row], mode)[0]
        if isinstance(body, InputError):
            raise body
        return dict(body)

    def write_alike(self, rows: Sequence[Mapping[str, Any]], mode: Mode) -> Sequence[Mapping[str, Any] | InputError]:
        """The bodies of rows that have the same columns in the same order, as `write` makes them; for a row that does
        not fit, the error that `write` raises. What the columns need is worked out once for all rows.

        Args:
            rows: one or more.
            mode: what the bodies are for.

        Returns:
            One for each row; the rows themselves where they already are as the service wants them.
        """
        if self.resolved is not None and len(rows) > 1:  # what is gathered stands in the order of the rows
            return [self.write_alike([row], mode)[0] for row in rows]
        plan, columns = self._plan_for(rows[0], mode), by_column(rows)
        if plan.fits(columns) and not plan.finishes:
            return rows
        bodies: list[dict[str, Any]] = [{} for _ in rows]
        troubles: list[list[Trouble]] = [[] for _ in rows]
        for step in plan.steps:
            self._take(step, columns, mode, bodies, troubles)
        if not plan.finishes and not any(troubles):
            return bodies
        return [self._finished(body, wrong, mode) for body, wrong in zip(bodies, troubles, strict=True)]

    def _take(
        self,
        step: Step,
        columns: Sequence[Sequence[Any]],
        mode: Mode,
        bodies: Sequence[dict[str, Any]],
        troubles: Sequence[list[Trouble]],
    ) -> None:
        """Put one column of all rows into their bodies. A text is looked at once, however many rows have it."""
        values = columns[step.source.value]
        if step.fits is not None and all(map(step.fits, values)):
            for body, value in zip(bodies, values, strict=True):
                body[step.member] = value
            return
        look = remembering(lambda value, table: self._looked_at(step, value, table, mode))
        found = map(look, values, step.source.tables(columns))
        for body, wrong, one in zip(bodies, troubles, found, strict=True):
            if isinstance(one, dict):
                body.update(one)
            else:
                wrong.append(one)

    def _looked_at(self, step: Step, value: Any, table: Any, mode: Mode) -> dict[str, Any] | Trouble:
        """What a value puts into the body, or what is wrong with it."""
        if step.wrong is not None:
            return step.wrong
        try:
            return self._member(step, value, table, mode)
        except (InputError, ValueError, LookupError) as exc:
            return self._trouble(step.source.name, exc)

    def _finished(self, body: dict[str, Any], wrong: list[Trouble], mode: Mode) -> dict[str, Any] | InputError:
        if self.thorough and not wrong:
            wrong = self._missing(body, mode) + self._wrong_pair(body)
        if wrong:
            return _combined(wrong, self.table.name)
        return self._with_state(body) if mode == "update" else body

    def _plan_for(self, row: Mapping[str, Any], mode: Mode) -> Plan:
        """The plan for rows with the columns of `row`; made once."""
        key = (mode, *row)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            plan = self._plans[key] = self._plan(tuple(row), mode)
        return plan

    def _plan(self, names: Sequence[str], mode: Mode) -> Plan:
        steps = [self._step(source, mode) for source in self._settable(list(sources(names)), mode)]
        is_plain = [step.member for step in steps] == list(names)
        has_status = mode == "update" and any(step.member == "statuscode" for step in steps)
        return Plan(steps, is_plain, self.thorough or has_status)

    def _step(self, source: Source, mode: Mode) -> Step:
        if source.name.endswith(_BIND):
            return Step(source)
        try:
            column = self._writable(source.name, mode)
        except (UnknownNameError, ValueError) as exc:
            return Step(source, wrong=self._trouble(source.name, exc))
        return Step(source, column, None if self.thorough else AS_IT_IS.get(column.type))

    def wanted(self, rows: Sequence[Mapping[str, Any]], mode: Mode) -> Iterator[Wanted]:
        """What `write_alike` would ask the service about the lookups in these rows."""
        steps = self._plan_for(rows[0], mode).steps
        lookups = [(step.source, step.column) for step in steps if step.column is not None and step.column.is_lookup]
        columns = by_column(rows) if lookups else []
        for source, column in lookups:
            for value, table in zip(columns[source.value], source.tables(columns), strict=True):
                yield from self._resolver.wanted(column, value, table)

    def _missing(self, body: Mapping[str, Any], mode: Mode) -> list[Trouble]:
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

    def _wrong_pair(self, body: Mapping[str, Any]) -> list[Trouble]:
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

    def _member(self, step: Step, value: Any, table: Any, mode: Mode) -> dict[str, Any]:
        column = step.column
        if column is None:
            return self._raw_bind(step.source.name, value)
        if not column.is_lookup:
            wire = to_wire(column, value, lambda: self._details(column))
            if self.thorough:
                check_bounds(column, self._details(column), wire)
            if column.type in CHOICE_TYPES:
                self._resolve(column, value, wire)
            # A new row has no image; most may be given only later.
            return {} if wire is None and column.type == "Image" and mode == "create" else {column.name: wire}
        if table is not None and not isinstance(table, str):
            raise ValueError(f"{column.name}.table is the name of a table")
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

    def _settable(self, found: Sequence[Source], mode: Mode) -> Sequence[Source]:
        fixed = [source.name for source in found if self._is_fixed(source.name, mode)]
        if not fixed or len(fixed) == len(found):
            return found
        self.left_out.update(fixed)
        return [source for source in found if source.name not in fixed]

    def _is_fixed(self, name: str, mode: Mode) -> bool:
        """Whether a column is there, but cannot be set."""
        column = self._columns.find(name)
        return column is not None and not (_may_set(column, mode) and _goes_in(column))

    def _writable(self, name: str, mode: Mode) -> Column:
        """The column that may be set in this mode."""
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

    def _trouble(self, name: str, exc: Exception) -> Trouble:
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


def _combined(problems: list[Trouble], table: str) -> InputError:
    kinds = {kind for kind, _ in problems}
    kind = kinds.pop() if len(kinds) == 1 else InputError
    details = ErrorDetails(table=table, column=problems[0][1].path.removeprefix("row.") if len(problems) == 1 else None)
    return kind(tuple(problem for _, problem in problems), details)
