"""A folder of data files → rows, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from onteg_dynamics.sandbox.datafiles.cells import Upload, stored_row, uploads_of
from onteg_dynamics.sandbox.datafiles.problems import DataFileError, Problem
from onteg_dynamics.sandbox.datafiles.records import Record, read_records
from onteg_dynamics.sandbox.files import vault
from onteg_dynamics.sandbox.files.columns import keep_upload
from onteg_dynamics.sandbox.model import Model, Table
from onteg_dynamics.sandbox.refusals import Refusal, half_a_pair
from onteg_dynamics.sandbox.webhooks import quietly
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write.create import insert_row
from onteg_dynamics.sandbox.write.fill import stamp_change
from onteg_dynamics.sandbox.write.profile import profile
from onteg_dynamics.sandbox.write.states import settle_state
from onteg_dynamics.sandbox.write.values import new_id

SUFFIXES = (".json", ".csv")
# Rows that others are filled in from come first.
_FIRST = ("organization", "businessunit", "transactioncurrency", "systemuser", "team")
# A row is never without these: where a file has null, the platform fills them in.
_NEVER_NULL = ("createdon", "createdby", "modifiedon", "modifiedby", "ownerid", "statecode", "statuscode")
_STATES = ("statecode", "statuscode")


def load_folder(world: World, caller: Caller, path: Path) -> dict[str, int]:
    """Writes the rows of data files: a row whose id is there is changed, every other is new.

    Args:
        world: The sandbox.
        caller: Who creates the rows that do not say it themselves.
        path: A folder with one file per table, named after it (``account.json``, ``accounts.csv``), or one such file.

    Returns:
        How many rows were written, by table.

    Raises:
        DataFileError: A file, a name or a value does not fit; nothing was written.
    """
    files = list(_files(world.model, path))
    work = _Loading(world, caller)
    with quietly(), world.store.transaction():
        for table, file in files:
            for record in read_records(file):
                work.add(table, record)
        work.check_links()
        if work.problems:
            raise DataFileError(work.problems)
    return work.written


def _files(model: Model, path: Path) -> Iterable[tuple[Table, Path]]:
    """The data files, in the order in which they are loaded."""
    if not path.exists():
        raise DataFileError([Problem(str(path), 0, "", "There is no such folder or file.")])
    found = [one for one in sorted(path.iterdir()) if one.suffix.lower() in SUFFIXES] if path.is_dir() else [path]
    if not found or found[0].suffix.lower() not in SUFFIXES:
        raise DataFileError([Problem(path.name, 0, "", "has no data: files are named after tables, .json or .csv.")])
    tables = [(_table(model, file), file) for file in found]
    return sorted(tables, key=lambda pair: _rank(pair[0].logical_name))


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _table(model: Model, file: Path) -> Table:
    table = model.table(file.stem) or model.by_entity_set(file.stem)
    if table is None:
        near = get_close_matches(file.stem, model.tables, n=3)
        hint = f" Did you mean {', '.join(near)}?" if near else " Its metadata may have to be loaded first."
        raise DataFileError([Problem(file.name, 0, "", f"There is no table {file.stem!r}.{hint}")])
    if table.is_view:
        raise DataFileError([Problem(file.name, 0, "", f"{table.logical_name} only shows rows of other tables.")])
    return table


@dataclass
class _Loading:
    world: World
    caller: Caller
    written: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _links: list[tuple[Record, str, str, str]] = field(default_factory=list)
    _seen: dict[tuple[str, str], Record] = field(default_factory=dict)

    def add(self, table: Table, record: Record) -> None:
        """Writes one row; what is wrong with it is kept in `problems`."""
        values, problems = stored_row(self.world.model, table, record)
        uploads, more = uploads_of(table, record)
        own = str(values.pop(table.primary_id, None) or new_id())
        problems += [*more, *self._doubles(table, own, record)]
        if not problems:
            try:
                self._write(table, own, values, uploads)
            except Refusal as refusal:
                problems = [record.problem("", refusal.message)]
        self.problems += problems
        self.written[table.logical_name] = self.written.get(table.logical_name, 0) + 1
        self._links += [(record, *link) for link in _links(self.world.model, table, values)]

    def check_links(self) -> None:
        """Every row that is pointed at must be there, before or after the loading."""
        for record, column, target, own in self._links:
            if not self.world.store.exists(self.world.model.tables[target], own):
                self.problems.append(record.problem(column, f"There is no {target} with the id {own}."))

    def _doubles(self, table: Table, own: str, record: Record) -> list[Problem]:
        first = self._seen.setdefault((table.logical_name, own), record)
        if first is record:
            return []
        told = f"A row with this id stands on line {first.line} of {first.file} already."
        return [record.problem(table.primary_id, told)]

    def _write(self, table: Table, own: str, values: dict[str, Any], uploads: Iterable[Upload]) -> None:
        if table.is_intersect:
            self._pair(table, own, values)
            return
        values = {name: value for name, value in values.items() if value is not None or name not in _NEVER_NULL}
        before = self.world.store.get(table, own)
        if not values.keys().isdisjoint(_STATES):
            # What a message would have to do is done already: the pair is checked, the way to it is not.
            settle_state(table, values, own, {**(before or {}), "statecode": values.get("statecode")})
        if before is None:
            first = {name: value for name, value in values.items() if name not in _STATES}
            insert_row(self.world, self.caller, table, first, own)
        else:
            stamps: dict[str, Any] = {}
            stamp_change(self.world, self.caller, profile(table), stamps)
            values = {**stamps, **values}
        for upload in uploads:
            self._keep(table, own, upload)
        if values:
            self.world.store.update(table, own, values)

    def _keep(self, table: Table, own: str, upload: Upload) -> None:
        """The contents of a file or image column, through the door by which clients upload them."""
        token, row = new_id(), self.world.store.get(table, own)
        assert row is not None
        vault.put(self.world.store, token, 0, upload.data)
        keep_upload(self.world, self.caller, table, row, upload.column, token, upload.name, upload.type)
        vault.forget(self.world.store, token)

    def _pair(self, table: Table, own: str, values: dict[str, Any]) -> None:
        """A row of a many-to-many relationship; one that is there is left alone."""
        ends = {column: values[column] for column, _ in _ends(self.world.model, table) if values.get(column)}
        if len(ends) != 2:
            raise _no_pair(table, self.world.model)
        if not self.world.store.select(table.logical_name, ends, limit=1):
            version = {"versionnumber": self.world.store.next_version()} if "versionnumber" in table.columns else {}
            self.world.store.insert(table.logical_name, {table.primary_id: own, **values, **version})


def _no_pair(table: Table, model: Model) -> Refusal:
    names = " and ".join(column for column, _ in _ends(model, table))
    return half_a_pair(table.logical_name, names)


def _ends(model: Model, table: Table) -> Iterator[tuple[str, str]]:
    """The two columns of an intersect table, each with the table that it points at."""
    for many in model.many_to_many:
        if many.intersect == table.logical_name:
            yield many.column1, many.table1
            yield many.column2, many.table2
            return


def _links(model: Model, table: Table, values: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Column, table and id of the rows that a row points at."""
    for column, target in _ends(model, table) if table.is_intersect else ():
        if values.get(column):
            yield column, target, values[column]
    for name, value in values.items():
        if name.endswith("__table") and value:
            column = name.removesuffix("__table")
            yield column, value, values[column]
