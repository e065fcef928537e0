"""The file that a table is kept in: where it is, and of which form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onteg_dynamics.dataverse.exporting.fields import Field
from onteg_dynamics.dataverse.exporting.target import Target, open_target
from onteg_dynamics.dataverse.syncing.parquet import ParquetStore
from onteg_dynamics.dataverse.syncing.sqlite import SqliteStore
from onteg_dynamics.dataverse.syncing.sync import Store, problem
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.dataverse.urls import is_url
from onteg_dynamics.errors import InputError, Problem

__all__ = ["FORMS", "Place", "place_of"]

FORMS = {".parquet": "Parquet", ".db": "SQLite", ".sqlite": "SQLite", ".sqlite3": "SQLite"}
"""By the end of a file's name."""


@dataclass(frozen=True)
class Place:
    """The file.

    Attributes:
        path: on this machine.
        format: ``Parquet`` or ``SQLite``.
        target: gives a whole file its place.
    """

    path: Path
    format: str
    target: Target

    def store(self, table: Table, fields: Sequence[Field]) -> Store:
        """What keeps the rows of `table` there.

        Raises:
            InputError: Parquet is asked for and pyarrow is not installed.
        """
        if self.format == "SQLite":
            return SqliteStore(self.path, table, fields)
        return ParquetStore(self.path, self.target, table, fields)


def place_of(path: str, chosen: str | None) -> Place:
    """The file that a person named.

    Args:
        path: on this machine.
        chosen: the form, None to go by the name.

    Raises:
        InputError: no file can be kept there, or its form cannot be told.
    """
    if is_url(path):
        raise problem("must be on the machine that runs the step: a file that is changed again and again")
    file = Path(path.strip()).expanduser().absolute()
    form = chosen or FORMS.get(file.suffix.lower())
    if form is None:
        names = ", ".join(FORMS)
        raise InputError((Problem("format", "", f"is required where the file's name does not end in one of {names}"),))
    target = open_target(str(file), overwrite=True)
    target.check()
    return Place(file, form, target)
