from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client, fresh_world


@pytest.fixture
def client() -> Iterator[Client]:
    world = fresh_world()
    yield Client(world)
    world.store.close()


@pytest.fixture
def bank(client: Client) -> Client:
    """A client of an environment that has the documentation's table of bank accounts."""
    made = client.post("EntityDefinitions", bodies.table())
    assert made.status == 204, made.body
    return client
