"""Where rows come from: a CSV, JSON Lines or Parquet file, here or behind a URL, or a list. Read piece by piece."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

import orjson

from onteg_dynamics.dataverse.urls import is_url, reached, store_of
from onteg_dynamics.errors import InputError, Problem

__all__ = ["CsvSource", "JsonLinesSource", "ListSource", "ParquetSource", "Source", "open_source"]

_LONGEST_CELL = 16 * 1024 * 1024  # characters
_LONGEST_LINE = 64 * 1024 * 1024  # bytes
_COUNTED = 64 * 1024 * 1024  # bytes of a file whose lines are counted beforehand
_DELIMITERS = ",;\t|"
_BATCH = 1000  # rows of a Parquet file read at a time

Raw = Mapping[str, Any]


class Source(Protocol):
    """Rows, as often as they are asked for."""

    @property
    def names(self) -> Sequence[str] | None:
        """The columns, where all rows have the same; else None."""

    @property
    def total(self) -> int | None:
        """How many rows there are, where that is known beforehand."""

    @property
    def about(self) -> int | None:
        """About how many there are; None where there are many, or where that cannot be told cheaply."""

    def rows(self) -> Iterator[Raw | InputError]:
        """The rows, one by one; an error stands for one that cannot be read.

        Raises:
            InputError: nothing more can be read.
        """

    def mark(self) -> str:
        """Tells whether the rows are those of an earlier run."""


@dataclass(frozen=True)
class _File:
    """A file here or behind a URL."""

    path: str

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        with reached(self._open, "read") as file:
            yield file

    def _open(self) -> BinaryIO:
        if not is_url(self.path):
            return Path(self.path).open("rb")
        system, path = store_of(self.path, "read")
        file: BinaryIO = system.open(path, "rb")
        return file

    def lines(self) -> int | None:
        """How many lines a file here has; None for a large one, and for one behind a URL."""
        if is_url(self.path) or os.stat(self.path).st_size > _COUNTED:  # noqa: PTH116 - see `mark`
            return None
        with self.opened() as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(1024 * 1024), b""))

    def mark(self) -> str:
        """Size and time of a file here; of one behind a URL its beginning and size."""
        if not is_url(self.path):
            found = os.stat(self.path)  # noqa: PTH116 - a path may not be one of this system's
            return f"{Path(self.path).resolve()} {found.st_size} {found.st_mtime_ns}"
        with self.opened() as file:
            head = hashlib.sha256(file.read(1024 * 1024)).hexdigest()
            return f"{self.path} {head} {file.seek(0, io.SEEK_END) if file.seekable() else 0}"


@dataclass(frozen=True)
class ListSource:
    """Rows of an earlier step."""

    items: Sequence[Raw]

    names = None

    @property
    def total(self) -> int:
        """As in `Source`."""
        return len(self.items)

    @property
    def about(self) -> int:
        """As in `Source`."""
        return self.total

    def rows(self) -> Iterator[Raw]:
        """As in `Source`."""
        return iter(self.items)

    def mark(self) -> str:
        """As in `Source`."""
        return hashlib.sha256(orjson.dumps(self.items, default=str, option=orjson.OPT_NON_STR_KEYS)).hexdigest()


@dataclass(frozen=True)
class CsvSource:
    """A CSV file with a line of names at its head (RFC 4180; the delimiter is found by itself)."""

    file: _File
    delimiter: str | None = None
    encoding: str = "utf-8-sig"

    total = None

    @property
    def names(self) -> Sequence[str]:
        """As in `Source`."""
        with self._reader() as reader:
            return self._head(reader)

    @property
    def about(self) -> int | None:
        """As in `Source`."""
        return self.file.lines()

    @property
    def separator(self) -> str:
        """What stands between the cells: the delimiter that was chosen, or found."""
        with self._reader() as reader:
            return str(reader.dialect.delimiter)

    def rows(self) -> Iterator[Raw | InputError]:
        """As in `Source`."""
        with self._reader() as reader:
            names = self._head(reader)
            for cells in _read(reader):
                if len(cells) > len(names):
                    yield InputError(f"the row that ends in line {reader.line_num} has more cells than there are names")
                elif cells:
                    yield dict(zip(names, cells, strict=False))

    def mark(self) -> str:
        """As in `Source`."""
        return f"{self.file.mark()} {self.delimiter!r} {self.encoding}"

    @contextmanager
    def _reader(self) -> Iterator[Any]:
        csv.field_size_limit(_LONGEST_CELL)
        with self.file.opened() as file:
            text = io.TextIOWrapper(file, self.encoding, newline="")
            try:
                delimiter = self.delimiter or _delimiter(text.readline(_LONGEST_CELL))
                text.seek(0)
                yield csv.reader(text, delimiter=delimiter)
            except UnicodeError as exc:
                named = self.encoding.upper().removesuffix("-SIG")
                raise _problem(f"is not written in {named}; choose its Encoding") from exc
            finally:
                text.detach()

    def _head(self, reader: Any) -> list[str]:
        names = [name.strip() for name in next(_read(reader), [])]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or not all(names) or twice:
            why = f"names {twice[0]} twice" if twice else "has a column without a name" if names else "is empty"
            raise _problem(f"{why}: the first line has the columns' names")
        return names


def _read(reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as exc:
        raise _problem(f"cannot be read as CSV at line {reader.line_num}: {exc}") from None


def _delimiter(head: str) -> str:
    """The one that the first line has most of, outside of quotes."""
    plain = "".join(head.split('"')[::2])
    return max(_DELIMITERS, key=plain.count)


@dataclass(frozen=True)
class JsonLinesSource:
    """A file with a JSON object on each line."""

    file: _File

    names = None
    total = None

    @property
    def about(self) -> int | None:
        """As in `Source`."""
        return self.file.lines()

    def rows(self) -> Iterator[Raw | InputError]:
        """As in `Source`."""
        with self.file.opened() as file:
            number = 0
            while line := file.readline(_LONGEST_LINE + 1):
                number += 1
                if len(line) > _LONGEST_LINE:
                    raise _problem(f"has a line of more than {_LONGEST_LINE // 2**20} MB, number {number}")
                if line.strip():
                    yield _object(line, number)

    def mark(self) -> str:
        """As in `Source`."""
        return self.file.mark()


def _object(line: bytes, number: int) -> Raw | InputError:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else InputError(f"line {number} is no JSON object")


@dataclass(frozen=True)
class ParquetSource:
    """A Parquet file."""

    file: _File

    @property
    def names(self) -> Sequence[str]:
        """As in `Source`."""
        with self._opened() as parquet:
            return list(parquet.schema_arrow.names)

    @property
    def total(self) -> int:
        """As in `Source`."""
        with self._opened() as parquet:
            return int(parquet.metadata.num_rows)

    @property
    def schema(self) -> Any:
        """The file's Arrow schema."""
        with self._opened() as parquet:
            return parquet.schema_arrow

    @property
    def about(self) -> int:
        """As in `Source`."""
        return self.total

    def rows(self) -> Iterator[Raw]:
        """As in `Source`."""
        with self._opened() as parquet:
            for batch in parquet.iter_batches(_BATCH):
                yield from map(_whole, batch.to_pylist())

    def mark(self) -> str:
        """As in `Source`."""
        return self.file.mark()

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        if find_spec("pyarrow") is None:
            raise InputError("Parquet needs pyarrow: pip install 'onteg-dynamics[export]'")
        from pyarrow import ArrowException, parquet

        with self.file.opened() as file:
            try:
                yield parquet.ParquetFile(file)
            except (ArrowException, OSError) as exc:
                raise _problem(f"cannot be read as Parquet: {type(exc).__name__}") from None


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what is no value: Parquet files made from data frames have NaN for nothing."""
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


_KINDS: Mapping[str, Callable[[_File], Source]] = {"Parquet": ParquetSource, "JSON Lines": JsonLinesSource}


def open_source(path: str, form: str, delimiter: str | None = None, encoding: str | None = None) -> Source:
    """The rows of a file.

    Args:
        path: on this machine, or a URL.
        form: ``CSV``, ``JSON Lines`` or ``Parquet``.
        delimiter: of a CSV file, None to find it.
        encoding: of a CSV file, None for UTF-8.

    Raises:
        InputError: there is no such file.
    """
    if "\0" in path or "::" in path:
        raise _problem("is no path of a file")
    _check_encoding(encoding)
    if path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    if not is_url(path):
        path = str(Path(path).expanduser().absolute())
        if not Path(path).is_file():
            raise _problem("names no file")
    file = _File(path)
    kind = _KINDS.get(form)
    return kind(file) if kind else CsvSource(file, delimiter, encoding or "utf-8-sig")


def _check_encoding(encoding: str | None) -> None:
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        message = "is no encoding that is known here, such as utf-8, utf-16 or windows-1252"
        raise InputError((Problem("encoding", "", message),)) from None


def _problem(message: str) -> InputError:
    return InputError((Problem("path", "", message),))
