from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.service.uncovered import service_messages, service_sets
from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client


def test_messages_of_the_service_are_here_or_said_not_to_be(client: Client) -> None:
    for name in sorted(service_messages()):
        answer = client.get(name)
        assert answer.status in {200, 404, 501}, name  # 404: an action, or one that is bound to a row
        if answer.status == 501:
            assert answer.message == f"The sandbox does not cover this: the message {name}."


@pytest.mark.parametrize(
    "address",
    [
        "RetrieveAllEntities(EntityFilters=Microsoft.Dynamics.CRM.EntityFilters'Entity',RetrieveAsIfPublished=true)",
        "RetrieveTimestamp()",
        "accounts/Microsoft.Dynamics.CRM.BulkDetectDuplicates",
        "systemusers(1d6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a55)/Microsoft.Dynamics.CRM.RetrieveAllChildUsersSystemUser",
    ],
)
def test_a_message_that_is_not_here(client: Client, address: str) -> None:
    assert client.get(address).status == 501


def test_a_message_that_no_service_has(client: Client) -> None:
    assert client.post("NothingLikeIt", {}).status == 404
    assert client.get("RetrieveSomethingElse(Id=1)").status == 404


def test_tables_of_every_environment_that_are_not_here(client: Client) -> None:
    for name in sorted(service_sets()):
        assert client.get(name).status == 501, name  # a table that comes to the sandbox leaves the list
    row = "solutions(00000000-0000-0000-0000-000000000001)"
    assert client.get(f"{row}/publisherid").status == 501
    assert client.get(row).message == "The sandbox does not cover this: the table behind solutions."
    assert client.get("nothings").status == client.get(f"nothings{row[9:]}/x").status == 404


def test_answers_before_the_work_is_done(client: Client) -> None:
    job = {"QuerySet": [{"EntityName": "account"}], "JobName": "J"}
    assert client.post("BulkDelete", job, Prefer="respond-async").status == 501


def test_what_would_have_no_effect_cannot_be_made(client: Client) -> None:
    for entity_set in ("fieldsecurityprofiles", "teamtemplates", "workflows"):
        assert client.post(entity_set, {"name": "Idle"}).status == 501, entity_set
        assert client.get(entity_set).json()["value"] == []
    secured = bodies.column("String", "new_Secret", MaxLength=10, IsSecured=True)
    assert client.post("EntityDefinitions(LogicalName='account')/Attributes", secured).status == 501
