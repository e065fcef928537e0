"""DynamicsWebApi (npm), unchanged, against the sandbox."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.peers.environments import HERE, names_in, node_modules, outcomes

pytestmark = pytest.mark.peers
REQUIREMENT = "dynamics-web-api@2.5.0"
FILE = "dynamics_web_api.mjs"
NAMES = [name for name in names_in(FILE) if name.startswith("scenario_")]


@pytest.fixture(scope="module")
def played(running_sandbox: Sandbox) -> Mapping[str, str | None]:
    running_sandbox.reset()
    return outcomes(["node", str(HERE / FILE)], running_sandbox, cwd=node_modules(REQUIREMENT))


@pytest.mark.parametrize("name", NAMES)
def test_scenario(played: Mapping[str, str | None], name: str) -> None:
    assert name in played
    assert played[name] is None, played[name]
