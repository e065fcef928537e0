"""Outputs on their way out of a task: small ones as they are, large ones as files. Imports nothing of any engine.

What a task returns goes into the engine's own store (Airflow's XCom, Prefect's results). Rows have no place there: they
go to a file, and the task returns where it is and how many rows it holds.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import orjson

from onteg_dynamics.dataverse.urls import store_of
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.executor import Stream

__all__ = ["MOST_BYTES", "Opener", "collected", "handed_on", "trimmed", "written"]

log = logging.getLogger("onteg_dynamics.engines")

Opener = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a URL for writing."""

MOST_BYTES = 48 * 1024
"""What a task's return value may take, as JSON."""


def collected(stream: Stream, most: int = MOST_BYTES) -> dict[str, Any]:
    """The output of an action, rows included; reading stops as soon as they are too many.

    Raises:
        InputError: the rows do not fit into a task's return value.
        OntegError: what the action met.
    """
    rows: list[Mapping[str, Any]] = []
    size, paged = 0, False
    for page in stream:
        paged = True
        size += len(orjson.dumps(list(page)))
        if size > most:
            raise InputError((Problem("output_path", "", f"is needed: the rows take more than {most // 1024} KB"),))
        rows += page
    output = _ending(stream)
    return {**output, "rows": rows} if paged or stream.step.has_rows else dict(output)


def written(stream: Stream, path: str, stored: Opener | None = None) -> dict[str, Any]:
    """Write an action's rows to a file, one JSON object a line, and give back the rest of its output.

    A file is there whole or not at all: a task that is tried again starts anew. An output without rows is one line.

    Args:
        stream: the action, not yet begun.
        path: of a file, or a URL; folders are made.
        stored: opens a URL for writing, so that a file is seen when it is whole; by default what fsspec knows.

    Raises:
        InputError: the URL needs a package that is not installed.
        OntegError: what the action met; nothing is left behind.
        OSError: the file cannot be written.
    """
    opened = (stored or _stored_file)(path) if "://" in path else _whole_file(path)
    with opened as file:
        rows = sum(_wrote(file, page) for page in stream)
        output = _ending(stream)
        if not stream.step.has_rows:
            rows = _wrote(file, [output])
    return {**trimmed(output), "path": path, "written": rows}


def handed_on(stream: Stream, path: str = "", stored: Opener | None = None) -> dict[str, Any]:
    """An action's output as a task returns it: its rows in a file where one is named.

    Args:
        stream: the action, not yet begun.
        path: see `written`; "" for none.
        stored: see `written`.

    Raises:
        InputError: the rows do not fit into a task's return value.
        OntegError: what the action met.
    """
    output = written(stream, path, stored) if path else trimmed(collected(stream))
    for warning in stream.result.warnings if stream.result is not None else ():
        log.warning("%s", warning)
    return output


def trimmed(output: Mapping[str, Any], most: int = MOST_BYTES) -> dict[str, Any]:
    """`output` without its lists and objects where it is too large, and which ones those were.

    Args:
        output: an action's.
        most: bytes it may take.
    """
    if len(orjson.dumps(output)) <= most:
        return dict(output)
    large = [name for name, value in output.items() if isinstance(value, (list, dict)) or len(str(value)) > most // 8]
    return {**{name: value for name, value in output.items() if name not in large}, "left_out": large}


def _ending(stream: Stream) -> Mapping[str, Any]:
    return stream.result.output if stream.result is not None else {}


def _wrote(file: IO[bytes], rows: Iterable[Mapping[str, Any]]) -> int:
    lines = [orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows]
    file.writelines(lines)
    return len(lines)


@contextmanager
def _whole_file(path: str) -> Iterator[IO[bytes]]:
    """A file that appears under its name when all is written."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


@contextmanager
def _stored_file(url: str) -> Iterator[IO[bytes]]:
    """A file of an object store, which shows it when it is closed; removed where writing fails."""
    store, name = store_of(url, "written to", "output_path")
    store.makedirs(store._parent(name), exist_ok=True)  # noqa: SLF001 - fsspec's own word for it
    try:
        with store.open(name, "wb") as file:
            yield file
    except BaseException:
        with suppress(OSError):
            store.rm_file(name)
        raise
