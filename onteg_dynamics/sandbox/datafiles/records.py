"""A data file → its rows, each value with the line that it stands on."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from onteg_dynamics.sandbox.datafiles.problems import DataFileError, Problem

_MAX_CELL = 128 * 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Record:
    """One row of a file.

    Attributes:
        file: The file's name.
        line: The line that the row begins on, counted from 1.
        values: What stands in it by name.
        is_text: True where all values are texts and an empty one stands for null.
        source: The text of the row, where its values stand on lines of their own.
    """

    file: str
    line: int
    values: Mapping[str, Any]
    is_text: bool
    source: str = ""

    def line_of(self, name: str) -> int:
        """The line that a value stands on."""
        found = re.search(re.escape(json.dumps(name, ensure_ascii=False)) + r"\s*:", self.source)
        return self.line + self.source.count("\n", 0, found.start()) if found else self.line

    def problem(self, name: str, message: str) -> Problem:
        """A fault of one value, or of the whole row where ``name`` is empty."""
        return Problem(self.file, self.line_of(name) if name else self.line, name, message)


def read_records(path: Path) -> Iterator[Record]:
    """The rows of a file.

    Args:
        path: A ``.json`` file (a list of objects, or an answer of the Web API with its ``value``) or a ``.csv`` file
            with a head line.

    Raises:
        DataFileError: It cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        _fail(path, line, f"is not UTF-8 at byte {error.start}; save the file as UTF-8.")
    return _READERS[path.suffix.lower()](path, text)


def _fail(path: Path, line: int, message: str) -> NoReturn:
    raise DataFileError([Problem(path.name, line, "", message)])


def _csv(path: Path, text: str) -> Iterator[Record]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_head(path, names)
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _csv_record(path, line, names, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        _fail(path, reader.line_num, f"is not valid CSV: {error}.")


def _check_head(path: Path, names: list[str]) -> None:
    if not any(names):
        _fail(path, 1, "has no head line with the names of the columns.")
    for number, name in enumerate(names, 1):
        if not name:
            _fail(path, 1, f"The head line has no name for its field {number}.")
        if names.index(name) != number - 1:
            _fail(path, 1, f"The head line names {name!r} twice.")


def _csv_record(path: Path, line: int, names: list[str], cells: list[str]) -> Record:
    if len(cells) != len(names):
        _fail(path, line, f"The row has {len(cells)} fields, the head line has {len(names)}.")
    return Record(path.name, line, dict(zip(names, cells, strict=True)), is_text=True)


def _json(path: Path, text: str) -> Iterator[Record]:
    decoder = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    try:
        for start, end, value in _items(decoder, text, *_list_start(path, text)):
            line = text.count("\n", 0, start) + 1
            if not isinstance(value, dict):
                _fail(path, line, "Each row must be a JSON object.")
            yield Record(path.name, line, value, is_text=False, source=text[start:end])
    except json.JSONDecodeError as error:
        _fail(path, error.lineno, f"is not valid JSON: {error.msg} (character {error.colno}).")
    except _NotStrict as error:
        _fail(path, 0, f"is not valid JSON: {error}.")
    except RecursionError:
        _fail(path, 0, "is nested too deeply.")


def _list_start(path: Path, text: str) -> tuple[int, str]:
    """Where the list of rows begins, and what may follow its end."""
    start = _after_space(text, 0)
    if text[start : start + 1] == "[":
        return start, ""
    json.loads(text)  # what is no JSON at all is told first
    found = re.search(r'"value"\s*:\s*\[', text)
    if text[start : start + 1] != "{" or found is None:
        _fail(path, 1, 'must hold a list of rows, or an object with the list as its "value".')
    return found.end() - 1, "}"


def _items(decoder: json.JSONDecoder, text: str, start: int, after: str) -> Iterator[tuple[int, int, Any]]:
    """Each item of a list, with where it begins and ends."""
    position = _after_space(text, start + 1)
    if text[position : position + 1] != "]":
        while True:
            value, end = decoder.raw_decode(text, position)
            yield position, end, value
            position = _after_space(text, end)
            if text[position : position + 1] != ",":
                break
            position = _after_space(text, position + 1)
    if text[position : position + 1] != "]":
        raise json.JSONDecodeError("Expecting ',' or ']'", text, position)
    rest = _after_space(text, position + 1)
    if not after and rest != len(text):
        raise json.JSONDecodeError("Extra data", text, rest)


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    assert found is not None
    return found.end()


class _NotStrict(Exception):  # noqa: N818 - it becomes a DataFileError
    """What Python's JSON takes and JSON does not."""


def _no_constant(name: str) -> NoReturn:
    raise _NotStrict(f"{name} is no JSON number")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _NotStrict(f"the member {next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return found


_READERS: Mapping[str, Callable[[Path, str], Iterator[Record]]] = {".json": _json, ".csv": _csv}
