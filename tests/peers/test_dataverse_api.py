"""dataverse-api, unchanged, against the sandbox."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.peers.environments import methods_of, names_in, outcomes, play, python_with, text_of

pytestmark = pytest.mark.peers
REQUIREMENT = "dataverse-api==1.4.3"
FILE = "dataverse_api_scenarios.py"
# Solutions are not covered. The rest asks for addresses that Dataverse does not have: EntityMetadata, a key below
# Attributes, a relationship by its LogicalName.
LEFT_OUT = {
    "create_publisher",
    "create_solution",
    "add_alternate_key",
    "remove_alternate_key",
    "delete_relationship",
}


@pytest.fixture(scope="module")
def played(running_sandbox: Sandbox) -> Mapping[str, str | None]:
    running_sandbox.reset()
    return outcomes(play(python_with(REQUIREMENT), FILE), running_sandbox)


@pytest.mark.parametrize("name", names_in(FILE))
def test_scenario(played: Mapping[str, str | None], name: str) -> None:
    assert name in played
    assert played[name] is None, played[name]


def test_every_operation_is_played() -> None:
    (package,) = python_with(REQUIREMENT).parents[1].glob("lib/python*/site-packages/dataverse_api")
    found = {name for kind, name in methods_of(package) if kind in {"DataverseClient", "DataverseEntity"}}
    text = text_of(FILE)
    assert len(found) > 20
    assert {name for name in found if f".{name}" not in text} == LEFT_OUT | {"logical_name"}
