from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.processes.desk import Desk
from tests.sandbox.service.client import fresh_world


@pytest.fixture
def desk() -> Iterator[Desk]:
    world = fresh_world()
    yield Desk(world)
    world.store.close()
