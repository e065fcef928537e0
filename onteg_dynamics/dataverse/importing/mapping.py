"""From the columns of a file to those of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.dataverse.bulk.job import Job
from onteg_dynamics.dataverse.bulk.prepare import ETAGS, PARTITION
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Column, Columns
from onteg_dynamics.errors import InputError, Problem, UnknownNameError

__all__ = ["Mapper"]

_BESIDE = ("label", "table")  # what exports write beside a value: ``statuscode.label``
_BIND = "@odata.bind"


@dataclass
class Mapper:
    """Gives each column of a file its column of the table.

    A column of a file is found by the table's logical name or label. What cannot be set is left out, and told.

    Args:
        link: the client at work.
        job: which table, and what is done.
        given: column of the table for a column of the file; None or "" leaves it out.
        clears: whether an empty cell clears the column; else it is left out.
    """

    link: Link
    job: Job
    given: Mapping[str, str | None] = field(default_factory=dict)
    clears: bool = False

    def __post_init__(self) -> None:
        """Names are looked up once each."""
        self._columns: Columns = self.link.columns(self.job.table)
        self._found: dict[str, str | None] = {}
        self._labels: dict[str, list[str]] = {}
        for column in self._columns.visible():
            self._labels.setdefault(column.label.casefold(), []).append(column.name)

    def check(self, names: Sequence[str]) -> None:
        """Look all columns of a file up.

        Raises:
            UnknownNameError: columns that the table does not have.
            InputError: the mapping names columns that the file does not have, or two for one; or nothing in the file
                names the rows to change.
        """
        problems = [Problem(f"columns.{name}", "", "the file has no such column") for name in self.given.keys() - names]
        targets: dict[str, str] = {}
        unknown = False
        for name in names:
            try:
                target = self._target(name)
            except UnknownNameError as exc:
                problems += exc.problems
                unknown = True
                continue
            if target and target in targets:
                problems.append(Problem(f"columns.{name}", "", f"{targets[target]} is written to {target} too"))
            targets |= {target: name} if target else {}
        problems += self._keys_missing(targets) if not problems else []
        if problems:
            raise (UnknownNameError if unknown and len(problems) == 1 else InputError)(tuple(problems))

    def _keys_missing(self, targets: Mapping[str, str]) -> list[Problem]:
        """Without the columns that name a row every row would fail: told once, for the file."""
        own = self.job.table.primary_id
        if self.job.key_columns:
            missing = [name for name in self.job.key_columns if name not in targets]
            return [Problem("key_columns", "", f"the file has no column for {name}") for name in missing]
        if self.job.mode in ("create", "upsert") or {own, "id"} & targets.keys():
            return []
        return [Problem("columns", "", f"the file has no column for {own}, the id of the row to {self.job.mode}")]

    def row(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """A row of the file as a row of the table.

        Raises:
            UnknownNameError: a column that the table does not have.
        """
        row: dict[str, Any] = {}
        for name, value in raw.items():
            target = self._target(name)
            if target is not None and (self.clears or (value is not None and value != "")):
                row[target] = value
        return row

    def _target(self, name: str) -> str | None:
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def _look_up(self, name: str) -> str | None:
        wanted = self.given.get(name, name)
        if not wanted:
            return None
        base, _, beside = wanted.partition(".")
        if beside not in ("", *_BESIDE):
            base, beside = wanted, ""
        if wanted in ETAGS:
            return wanted if self.job.match_etag else None
        if wanted in ("id", self.job.table.primary_id) or wanted.endswith(_BIND):
            return wanted
        if self.job.table.is_elastic and wanted == PARTITION:
            return wanted
        column = self._column(name, base)
        if not self._may_set(column):
            self.link.call.left_out.add(name)
            return None
        return f"{column.name}.{beside}" if beside else column.name

    def _column(self, name: str, wanted: str) -> Column:
        column = self._columns.find(wanted)
        labelled = self._labels.get(wanted.strip().casefold(), [])
        if column is None and len(labelled) == 1:
            column = self._columns.find(labelled[0])
        if column is None:
            hint = suggest(wanted, [known.name for known in self._columns.visible()])
            more = "Map it to a column, or to nothing to leave it out."
            message = f"{self.job.table.name} has no such column. {hint}".strip()
            raise UnknownNameError((Problem(f"columns.{name}", "", f"{message} {more}"),))
        return column

    def _may_set(self, column: Column) -> bool:
        if column.name in self.job.key_columns:
            return True
        if column.part_of is not None and not column.creatable:
            return False
        mode = self.job.mode
        return (mode != "update" and column.creatable) or (mode != "create" and column.updatable)
