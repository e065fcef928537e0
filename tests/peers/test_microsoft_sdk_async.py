"""The asynchronous half of Microsoft's own Python SDK, unchanged, against the sandbox: the same scenarios."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.peers.environments import names_in, outcomes, play, python_with
from tests.peers.test_microsoft_sdk import BOTH, REQUIREMENT

pytestmark = pytest.mark.peers
CLIENT = "microsoft_sdk_async.py"


@pytest.fixture(scope="module")
def played(running_sandbox: Sandbox) -> Mapping[str, str | None]:
    running_sandbox.reset()
    return outcomes(play(python_with(REQUIREMENT, "aiohttp"), CLIENT, *BOTH), running_sandbox)


@pytest.mark.parametrize("name", names_in(*BOTH))
def test_scenario(played: Mapping[str, str | None], name: str) -> None:
    assert name in played
    assert played[name] is None, played[name]
