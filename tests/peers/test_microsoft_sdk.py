"""Microsoft's own Python SDK, unchanged, against the sandbox."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.peers.environments import methods_of, names_in, outcomes, play, python_with, text_of

pytestmark = pytest.mark.peers
REQUIREMENT = "PowerPlatform-Dataverse-Client==1.1.0"
BOTH = ("microsoft_sdk.py", "microsoft_sdk_batches.py", "microsoft_sdk_tables.py")
FILES = (*BOTH, "microsoft_sdk_synchronous.py")
NAMESPACES = {
    "DataverseClient": "client",
    "RecordOperations": "client.records",
    "QueryOperations": "client.query",
    "TableOperations": "client.tables",
    "DataFrameOperations": "client.dataframe",
    "FileOperations": "client.files",
    "BatchOperations": "client.batch",
    "BatchRequest": "batch",
    "BatchRecordOperations": "batch.records",
    "BatchTableOperations": "batch.tables",
    "BatchQueryOperations": "batch.query",
    "BatchDataFrameOperations": "batch.dataframe",
    "ChangeSetRecordOperations": "changes.records",
}
BY_THE_WITH_BLOCK = "client.close"


@pytest.fixture(scope="module")
def played(running_sandbox: Sandbox) -> Mapping[str, str | None]:
    running_sandbox.reset()
    return outcomes(play(python_with(REQUIREMENT), *FILES), running_sandbox)


@pytest.mark.parametrize("name", names_in(*FILES))
def test_scenario(played: Mapping[str, str | None], name: str) -> None:
    assert name in played
    assert played[name] is None, played[name]


def test_every_operation_of_the_sdk_is_played() -> None:
    (package,) = python_with(REQUIREMENT).parents[1].glob("lib/python*/site-packages/PowerPlatform/Dataverse")
    found = {f"{NAMESPACES[kind]}.{name}" for kind, name in methods_of(package) if kind in NAMESPACES}
    text = text_of(*FILES)
    assert len(found) > 50
    assert {operation for operation in found if f"{operation}(" not in text} == {BY_THE_WITH_BLOCK}
