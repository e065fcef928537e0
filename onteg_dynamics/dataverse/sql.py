"""Queries in SQL ("Query data using SQL", preview)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.paging import Page, follow
from onteg_dynamics.dataverse.shape import Row, plain_row
from onteg_dynamics.dataverse.tables import Table

__all__ = ["SqlQuery"]


@dataclass(frozen=True)
class SqlQuery:
    """One SELECT.

    Attributes:
        table: the table after FROM.
        text: the statement.
        page_size: rows a page.
        top: the most rows to read, None for all.
    """

    table: Table
    text: str
    page_size: int = 5000
    top: int | None = None

    def start(self, _: Link) -> str:
        """The path of the first page."""
        return self.table.entity_set + query_string({"sql": self.text})

    def marks(self) -> Sequence[str]:
        """What else makes it another query."""
        return [str(self.page_size)]

    def pages(self, link: Link, path: str, most: int | None = None) -> Iterator[Page]:
        """The page at `path` and those after it; a link that comes again ends in an error."""
        return follow(link, path, page_size=self.page_size, annotations=None, most=most, reader=_stable)


def _stable(array: memoryview) -> list[Row]:
    """Rows without annotations; a column that is null in all rows of a page does not show."""
    rows = [plain_row(row) for row in orjson.loads(array)]
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]
