"""The asynchronous half of Microsoft's own Python SDK, unchanged, against the sandbox."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.peers.environments import HERE, names_in, outcomes, python_with

pytestmark = pytest.mark.peers
REQUIREMENTS = ("PowerPlatform-Dataverse-Client==1.1.0", "aiohttp")
FILE = "microsoft_sdk_async.py"


@pytest.fixture(scope="module")
def played(running_sandbox: Sandbox) -> Mapping[str, str | None]:
    running_sandbox.reset()
    command = [str(python_with(*REQUIREMENTS)), str(HERE / "play.py"), str(HERE / FILE)]
    return outcomes(command, running_sandbox)


@pytest.mark.parametrize("name", names_in(FILE))
def test_scenario(played: Mapping[str, str | None], name: str) -> None:
    assert name in played
    assert played[name] is None, played[name]
