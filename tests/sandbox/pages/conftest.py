from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(http=True) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """The demo data over plain HTTP, which a browser takes without a word about certificates."""
    running.reset()
    return running


def latest(sandbox: Sandbox) -> str:
    """The address of the newest request's page, below the pages."""
    page = requests.get(f"{sandbox.pages}log", timeout=30).text
    return str(re.findall(r'href="/_sandbox/(log/\d+)"', page)[0])


def key_of(sandbox: Sandbox, table: str, name: str) -> str:
    """The id of the row with a name."""
    found = sandbox.world.model.tables[table]
    assert found.primary_name
    (row,) = sandbox.world.store.select(table, {found.primary_name: name})
    return str(row[found.primary_id])
