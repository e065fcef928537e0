"""Operations of all kinds as requests: rows written, names of earlier operations put in. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from onteg_dynamics.dataverse.ids import guid_of, new_row_id
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.parties import with_parties
from onteg_dynamics.dataverse.protocol import Repeat, Request, dumps, prefer
from onteg_dynamics.dataverse.rows import Key, in_partition, row_address
from onteg_dynamics.dataverse.selection import Selection, choose
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import InputError, Problem

__all__ = ["MOST", "Draft", "Kind", "Operation", "drafts", "grouped"]

MOST = 1000
"""Operations that one batch carries."""

Kind = Literal["Create", "Update", "Upsert", "Delete", "Get"]


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        kind: what is done.
        table: logical name or entity set name.
        key: the row's id or alternate key; ``$NAME`` for the row of an earlier operation. Not for a new row.
        row: the columns to write; a lookup may be ``$NAME`` too.
        select: the columns to read.
        name: what later operations call its row.
        group: operations with the same group that follow each other are all or nothing; "" for none.
    """

    kind: Kind
    table: str
    key: Key = ""
    row: Mapping[str, Any] = field(default_factory=dict)
    select: Sequence[str] = ()
    name: str = ""
    group: str = ""


@dataclass(frozen=True)
class Draft:
    """An operation ready to go.

    Attributes:
        index: its place.
        operation: what was asked for.
        table: its table.
        id: the row's GUID where it is known.
        request: what to send.
        selection: which columns are read.
    """

    index: int
    operation: Operation
    table: Table
    id: str | None
    request: Request
    selection: Selection


def drafts(link: Link, operations: Sequence[Operation]) -> list[Draft]:
    """Operations ready to go.

    Args:
        link: the client at work.
        operations: what to do.

    Raises:
        InputError: operations do not fit; every problem is reported.
    """
    writer, ready = _Writer(link), []
    problems = list(_sizes(operations))
    for index, operation in enumerate(operations):
        try:
            ready.append(writer.draft(index, operation))
        except InputError as exc:
            problems += [_placed(one, index, exc.details.fix) for one in exc.problems]
        except (ValueError, LookupError) as exc:
            problems.append(Problem(f"operations.{index}", "", str(exc)))
    if problems:
        raise InputError(tuple(problems))
    return ready


def _placed(problem: Problem, index: int, fix: str | None) -> Problem:
    message = f"{problem.message} {fix or ''}".strip()
    return replace(problem, path=f"operations.{index}.{problem.path or 'row'}", message=message)


class _Writer:
    """Turns operations into requests; knows the rows of those that have a name."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._rows: dict[str, tuple[Table, str | None]] = {}

    def draft(self, index: int, operation: Operation) -> Draft:
        table = self._link.table(operation.table)
        key, row = self._key(operation), self._row(table, operation)
        own = guid_of(key) if isinstance(key, str) else None
        if operation.kind == "Create":
            own = self._new_id(table, row)
        if operation.name:
            self._rows[operation.name] = (table, own)
        columns = choose(self._link.columns(table), operation.select) if operation.select else ()
        selection = Selection(table, columns)
        request = self._request(operation, table, key, row, own, selection)
        return Draft(index, operation, table, own, request, selection)

    def _request(
        self, operation: Operation, table: Table, key: Key, row: Mapping[str, Any], own: str | None, wanted: Selection
    ) -> Request:
        writer, address = self._link.writer(table), table.entity_set
        if operation.kind == "Create":
            plain, parties = with_parties(self._link, table, row)
            body = {
                **in_partition(self._link, table),
                **parties,
                **writer.write(plain, "create"),
                **({table.primary_id: own} if own else {}),
            }
            return Request("POST", address, dumps(body), repeat=Repeat.ALWAYS if own else Repeat.UNSENT)
        address = row_address(self._link, table, key)
        if operation.kind == "Get":
            headers = prefer(annotations=wanted.annotations)
            return Request("GET", address + query_string(wanted.options()), headers=headers)
        if operation.kind == "Delete":
            # Inside a group a second attempt would meet its own work and undo the group.
            return Request("DELETE", address, repeat=Repeat.UNSENT if operation.group else Repeat.ALWAYS)
        is_update = operation.kind == "Update"
        body = writer.write(row, "update" if is_update else "upsert")
        return Request("PATCH", address, dumps(body), {"If-Match": "*"} if is_update else {}, Repeat.ALWAYS)

    def _new_id(self, table: Table, row: Mapping[str, Any]) -> str | None:
        column = self._link.columns(table).find(table.primary_id)
        if column is None or not column.creatable:
            return None
        return guid_of(str(row.get(table.primary_id) or "")) or new_row_id()

    def _key(self, operation: Operation) -> Key:
        if operation.kind == "Create":
            if operation.key:
                raise InputError((Problem("key", "", "is not for a new row"),))
            return ""
        if not operation.key:
            raise InputError((Problem("key", "", "is required"),))
        if isinstance(operation.key, str) and operation.key.startswith("$"):
            return self._named(operation.key, "key")[1]
        if isinstance(operation.key, str) and guid_of(operation.key) is None:
            raise InputError((Problem("key", "", "is a GUID, an alternate key, or $ and an earlier operation's name"),))
        return operation.key

    def _row(self, table: Table, operation: Operation) -> dict[str, Any]:
        columns = self._link.columns(table)
        row = dict(operation.row)
        for name, value in row.items():
            column = columns.find(name)
            if column is not None and column.is_lookup and isinstance(value, str) and value.startswith("$"):
                target, own = self._named(value, f"row.{name}")
                row[name] = {"table": target.name, "id": own}
        return row

    def _named(self, reference: str, path: str) -> tuple[Table, str]:
        known = self._rows.get(reference[1:])
        if known is None:
            raise InputError((Problem(path, "", "names no earlier operation"),))
        if known[1] is None:
            raise InputError((Problem(path, "", "names an operation whose row's id is not known beforehand"),))
        return known[0], known[1]


def _sizes(operations: Sequence[Operation]) -> Iterator[Problem]:
    """What no batch can carry."""
    for group in grouped(operations):
        first = group[0]
        if first.group and len(group) > MOST:
            yield Problem("operations", "", f"no group has more than {MOST} operations")
        if first.group and any(one.kind == "Get" for one in group):
            yield Problem("operations", "", "a group changes rows; it holds no Get")


def grouped(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Operations by group; those without a group stand for themselves."""
    current: list[Any] = []
    for item in items:
        name = _group_of(item)
        if current and (not name or name != _group_of(current[-1])):
            yield current
            current = []
        current.append(item)
    if current:
        yield current


def _group_of(item: Operation | Draft) -> str:
    return item.operation.group if isinstance(item, Draft) else item.group
