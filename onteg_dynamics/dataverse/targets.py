"""The rows that lookups mean, by name or id: found for many values with few questions, and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from onteg_dynamics.dataverse.metadata import Fetch
from onteg_dynamics.dataverse.odata import literal, query_string
from onteg_dynamics.dataverse.tables import Table

__all__ = ["KnownRows", "Wanted"]

_MOST_KNOWN = 200_000
_VALUES = 50  # in one query
_LENGTH = 8_000  # of one query's condition
_QUERIES = 20  # in one round trip


@dataclass(frozen=True)
class Wanted:
    """A row that is looked for: its table, and its id or name."""

    table: Table
    by: Literal["id", "name"]
    text: str

    @property
    def column(self) -> str:
        """The column that is searched; "" where the table has no name."""
        return self.table.primary_id if self.by == "id" else self.table.primary_name

    @property
    def condition(self) -> str:
        """Its ``$filter``."""
        return f"{self.column} eq {self.text if self.by == 'id' else literal(self.text)}"


class KnownRows:
    """Ids of the rows that were found: none, one, or two where there are several."""

    def __init__(self) -> None:
        self._found: dict[Wanted, Sequence[str]] = {}

    def get(self, wanted: Wanted) -> Sequence[str] | None:
        """The ids; None where nobody has asked yet."""
        return self._found.get(wanted)

    def put(self, wanted: Wanted, ids: Sequence[str]) -> None:
        """Remember what was found."""
        if len(self._found) >= _MOST_KNOWN:
            self._found.clear()
        self._found[wanted] = tuple(ids)

    def learn(self, wanted: Iterable[Wanted], fetch: Fetch) -> None:
        """Ask for all that is not known yet.

        Args:
            wanted: what is looked for; the same may come many times.
            fetch: brings JSON from the service.
        """
        groups = list(_groups(one for one in dict.fromkeys(wanted) if one not in self._found))
        for start in range(0, len(groups), _QUERIES):
            part = groups[start : start + _QUERIES]
            for group, data in zip(part, fetch([_path(group) for group in part]), strict=True):
                self._read(group, data)

    def _read(self, group: Sequence[Wanted], data: Mapping[str, Any]) -> None:
        """What one query found. The service compares texts in its own way: where it found a row that by our
        comparison is none of those asked for, whoever has found nothing is asked for alone later.
        """
        table, column = group[0].table, group[0].column
        found: dict[str, list[str]] = {}
        for row in data["value"]:
            found.setdefault(_folded(row[column]), []).append(row[table.primary_id])
        certain = "@odata.nextLink" not in data and found.keys() <= {_folded(one.text) for one in group}
        for one in group:
            ids = found.get(_folded(one.text), [])
            if certain or len(ids) > 1:
                self.put(one, ids[:2])


def _groups(wanted: Iterable[Wanted]) -> Iterator[list[Wanted]]:
    """As many as one query asks for, all of one table and kind."""
    ordered = sorted(wanted, key=lambda one: (one.table.name, one.by))
    for _, same in groupby(ordered, key=lambda one: (one.table.name, one.by)):
        group: list[Wanted] = []
        for one in same:
            length = sum(len(each.condition) for each in (*group, one))
            if group and (len(group) == _VALUES or length > _LENGTH):
                yield group
                group = []
            group.append(one)
        yield group


def _path(group: Sequence[Wanted]) -> str:
    table, column = group[0].table, group[0].column
    select = ",".join(dict.fromkeys((table.primary_id, column)))
    condition = " or ".join(one.condition for one in group)
    return table.entity_set + query_string({"$select": select, "$filter": condition})


def _folded(text: str) -> str:
    """As the service compares: neither case nor blanks at the end count."""
    return text.rstrip().casefold()
