from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.service.client import Client, fresh_world


@pytest.fixture
def client() -> Iterator[Client]:
    world = fresh_world()
    yield Client(world)
    world.store.close()
