"""Rows as they stand in the service: which are there, and which already are what they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from onteg_dynamics.dataverse.bulk.job import Job, Part, Ready
from onteg_dynamics.dataverse.differences import properties_of, same
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string

__all__ = ["Standing"]

_ROWS = 100  # in one query
_LENGTH = 8_000  # of one query's condition
_BLIND = frozenset({"File", "Image", "PartyList", "EntityName"})  # not read as they are written


class Standing:
    """Reads many rows by their ids or keys, in one round trip.

    Args:
        link: the client at work.
        job: which table, which key.
    """

    def __init__(self, link: Link, job: Job) -> None:
        self._link, self._job = link, job

    def read(self, part: Part, *, values: bool = False) -> dict[int, Mapping[str, Any]]:
        """The rows that are there, by the index of the row that means them.

        Args:
            part: the rows.
            values: read the columns that they set too.
        """
        select = ",".join(self._selected(part, values=values))
        paths = [
            self._job.table.entity_set + query_string({"$select": select, "$filter": condition})
            for condition in self._conditions(part)
        ]
        found = {self._name_of(row): row for data in self._link.fetch(paths) for row in data["value"]} if paths else {}
        named = ((row.index, found.get(self._name(row))) for row in part)
        return {index: row for index, row in named if row is not None}

    def is_unchanged(self, row: Ready, stored: Mapping[str, Any]) -> bool:
        """Whether a row as it stands, read with its values, already is what `row` would make it. Of one that sets what
        cannot be read (parties, files, secrets) that is never known.
        """
        wanted = self._properties(row)
        return wanted is not None and all(same(stored.get(name), value) for name, value in wanted.items())

    def _properties(self, row: Ready) -> dict[str, Any] | None:
        """The properties that a row sets, None where one of them cannot be read."""
        columns, body = self._link.columns(self._job.table), orjson.loads(row.core)
        found = properties_of(body, columns)
        known = [column for name in found if (column := columns.find(name)) is not None]
        readable = len(known) == len(found) == len(body) and all(
            one.readable and one.type not in _BLIND for one in known
        )
        return found if readable else None

    def _selected(self, part: Part, *, values: bool) -> list[str]:
        names = [self._job.table.primary_id, *(part[0].key or ())]
        if values:
            names += [name for row in part for name in self._properties(row) or ()]
        return list(dict.fromkeys(names))

    def _conditions(self, part: Part) -> Iterator[str]:
        group: list[str] = []
        for row in part:
            one = self._condition(row)
            if group and (len(group) == _ROWS or sum(map(len, group)) + len(one) > _LENGTH):
                yield " or ".join(group)
                group = []
            group.append(one)
        if group:
            yield " or ".join(group)

    def _condition(self, row: Ready) -> str:
        if not row.key:
            return f"{self._job.table.primary_id} eq {row.id}"
        return "(" + " and ".join(f"{name} eq {literal(value)}" for name, value in row.key.items()) + ")"

    def _name(self, row: Ready) -> tuple[Any, ...]:
        return tuple(map(_plain, row.key.values())) if row.key else (row.id,)

    def _name_of(self, stored: Mapping[str, Any]) -> tuple[Any, ...]:
        columns = self._job.key_columns
        if not columns:
            return (str(stored[self._job.table.primary_id]).lower(),)
        known = self._link.columns(self._job.table)
        return tuple(_plain(stored.get(column.wire_name if (column := known.find(name)) else name)) for name in columns)


def _plain(value: Any) -> Any:
    """A value as it can be compared, whether it was typed for a URL or read from JSON."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        return float(value)
    if isinstance(value, date):
        return literal(value).casefold()
    if isinstance(value, UUID):
        return str(value)
    return value.rstrip().casefold() if isinstance(value, str) else value
