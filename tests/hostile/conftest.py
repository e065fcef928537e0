"""What the hostile tests share: an empty sandbox for each, and one file of rows for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.hostile import accounts
from tests.hostile.weather import ROWS


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox("empty") as made:
        yield made


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return accounts.write(tmp_path_factory.mktemp("rows") / "accounts.csv", map(accounts.row, range(ROWS)))
