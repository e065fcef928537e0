from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from onteg_dynamics.sandbox.processes.custom import declare
from onteg_dynamics.sandbox.world import Caller
from tests.sandbox.processes.desk import Desk
from tests.sandbox.service.client import USER, fresh_world

Declare = Callable[..., Desk]


@pytest.fixture
def declared(tmp_path: Path) -> Iterator[Declare]:
    """A client of an environment that has some custom APIs."""
    world = fresh_world()
    caller = Caller(USER, world.organization.business_unit_id)

    def write(*apis: dict[str, Any]) -> Desk:
        path = tmp_path / "apis.json"
        path.write_bytes(orjson.dumps({"custom_apis": apis}))
        declare(world, caller, path)
        return Desk(world)

    yield write
    world.store.close()
