"""Pages of rows as CSV and as JSON Lines. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from onteg_dynamics.dataverse.exporting.fields import Field
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.errors import ErrorDetails, TransportError

__all__ = ["Csv", "JsonLines", "read_rows"]


class Csv:
    """CSV as RFC 4180 has it, but lines end with a line feed. Numbers stand as the service sent them, digit by digit.

    Args:
        fields: the columns of the file.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        exact = [field.source for field in fields if field.kind in ("decimal", "big", "number")]
        self._numbers = _numbers_of(exact) if exact else None
        self._yes_no = [field.source for field in fields if field.kind == "yes_no"]

    def header(self) -> bytes:
        """The first line."""
        return _lines([[field.name for field in self._fields]])

    def encode(self, array: memoryview) -> tuple[bytes, int]:
        """The lines of a page, and how many rows it has.

        Args:
            array: rows as the service sends them, a JSON array.
        """
        found = read_rows(array if self._numbers is None else self._numbers.sub(rb'\1"\2"', bytes(array)))
        for name in self._yes_no:
            for row in found:
                row[name] = _YES_NO[row.get(name)]
        sources = [field.source for field in self._fields]
        return _lines([row.get(source) for source in sources] for row in found), len(found)


_YES_NO = {True: "true", False: "false", None: None}


def _numbers_of(names: Sequence[str]) -> re.Pattern[bytes]:
    """Members with these names whose value is a number. Within texts quotes are escaped: none is found there."""
    either = b"|".join(re.escape(name.encode()) for name in names)
    return re.compile(rb'([{,]"(?:' + either + rb')":)(-?[0-9][0-9.eE+-]*)')


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


class JsonLines:
    """One JSON object a line: every field, null included.

    Args:
        fields: the members of each object.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._sources = [(field.name, field.source) for field in fields]

    def header(self) -> bytes:
        """Nothing."""
        return b""

    def encode(self, array: memoryview) -> tuple[bytes, int]:
        """As `Csv.encode`."""
        found = read_rows(array)
        sources = self._sources
        option = orjson.OPT_APPEND_NEWLINE
        dumps: Callable[..., bytes] = orjson.dumps
        lines = [dumps({name: row.get(source) for name, source in sources}, None, option) for row in found]
        return b"".join(lines), len(found)


def read_rows(array: bytes | memoryview) -> list[Row]:
    """Rows as Python objects.

    Raises:
        TransportError: they are damaged.
    """
    try:
        found: list[Row] = orjson.loads(array)
    except orjson.JSONDecodeError:
        pass
    else:
        return found
    raise TransportError("The answer is not whole: its JSON is damaged.", ErrorDetails(retryable=True))
