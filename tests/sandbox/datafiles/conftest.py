from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.sandbox import Sandbox

Write = Callable[..., Path]
Rows = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox("empty") as sandbox:
        yield sandbox


@pytest.fixture
def empty(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a data file and gives its folder."""

    def made(name: str, text: str | bytes) -> Path:
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(data)
        return tmp_path

    return made


def rows_of(sandbox: Sandbox) -> Rows:
    """Every stored row by table and id, but for versions."""
    found: Rows = {}
    for name, table in sandbox.world.model.tables.items():
        rows = () if table.is_view else sandbox.world.store.select(name, {})
        found[name] = {row[table.primary_id]: {**row, "versionnumber": None} for row in rows}
    return found


def only(sandbox: Sandbox, table: str) -> dict[str, Any]:
    """The one row of a table."""
    (row,) = sandbox.world.store.select(table, {})
    return row
