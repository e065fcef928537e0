"""DynamicsWebApi (npm), unchanged, against the sandbox."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.peers.environments import HERE, names_in, node_modules, outcomes, text_of

pytestmark = pytest.mark.peers
REQUIREMENT = "dynamics-web-api@2.5.0"
FILES = ("dynamics_web_api.mjs", "dynamics_web_api_definitions.mjs", "dynamics_web_api_messages.mjs")
# Background operations are not covered; search is an older name of query.
LEFT_OUT = {"getBackgroundOperationStatus", "cancelBackgroundOperation", "search"}


@pytest.fixture(scope="module")
def played(running_sandbox: Sandbox) -> Mapping[str, str | None]:
    running_sandbox.reset()
    folder = node_modules(REQUIREMENT)
    runs = (outcomes(["node", str(HERE / file)], running_sandbox, cwd=folder) for file in FILES)
    return {name: error for run in runs for name, error in run.items()}


@pytest.mark.parametrize("name", names_in(*FILES))
def test_scenario(played: Mapping[str, str | None], name: str) -> None:
    assert name in played
    assert played[name] is None, played[name]


def test_every_operation_is_played() -> None:
    package = node_modules(REQUIREMENT) / "node_modules" / "dynamics-web-api" / "dist"
    (declared,) = re.findall(
        r"class DynamicsWebApi \{(.*?)\n\}", (package / "dynamics-web-api.d.ts").read_text("utf-8"), re.DOTALL
    )
    found = set(re.findall(r"^    ([a-z]\w+): (?:<|\(|[A-Z]\w+;)", declared, re.MULTILINE))
    text = text_of(*FILES)
    assert len(found) > 40
    assert {name for name in found if not re.search(rf"(?:api|other)\.{name}\(", text)} == LEFT_OUT
