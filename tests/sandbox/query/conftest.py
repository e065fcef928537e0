from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.query.garden import Garden, planted
from tests.sandbox.service.client import Client


@pytest.fixture(scope="session")
def garden() -> Iterator[Garden]:
    """Rows to ask for; tests leave them as they are."""
    garden = planted()
    yield garden
    garden.world.store.close()


@pytest.fixture
def client(garden: Garden) -> Client:
    """The wire in front of the garden."""
    return Client(garden.world)
