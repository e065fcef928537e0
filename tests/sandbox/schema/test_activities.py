"""Custom activities, as the page of that name describes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client

TABLE = "EntityDefinitions(LogicalName='new_chat')"


def chat(**members: Any) -> dict[str, Any]:
    subject = bodies.column("String", "Subject", "Topic", MaxLength=150, IsPrimaryName=True)
    return bodies.table(
        "new_Chat", "Chat", **{"IsActivity": True, "HasNotes": True, "Attributes": [subject], **members}
    )


@pytest.fixture
def chatting(client: Client) -> Client:
    answer = client.post("EntityDefinitions", chat())
    assert answer.status == 204, answer.body
    return client


def test_it_has_what_all_activities_have(chatting: Client) -> None:
    found = chatting.get(TABLE).json()
    assert (found["IsActivity"], found["PrimaryIdAttribute"], found["PrimaryNameAttribute"]) == (
        True,
        "activityid",
        "subject",
    )
    columns = {item["LogicalName"]: item for item in chatting.get(f"{TABLE}/Attributes").json()["value"]}
    assert {
        "regardingobjectid",
        "scheduledend",
        "activitytypecode",
        "prioritycode",
        "statecode",
        "to",
    } <= columns.keys()
    assert (columns["subject"]["MaxLength"], columns["subject"]["DisplayName"]["UserLocalizedLabel"]["Label"]) == (
        150,
        "Topic",
    )
    assert "address" not in columns


def test_its_rows_are_activities(chatting: Client) -> None:
    firm = chatting.create("accounts", name="A")
    bind = {"regardingobjectid_account_new_chat@odata.bind": f"/accounts({firm})"}
    own = chatting.create("new_chats", subject="Hello", **bind)
    row = chatting.get(f"new_chats({own})?$expand=regardingobjectid_account_new_chat($select=name)").json()
    assert (row["activitytypecode"], row["regardingobjectid_account_new_chat"]["name"]) == ("new_chat", "A")
    shown = chatting.get(f"activitypointers({own})").json()
    assert (shown["subject"], shown["activitytypecode"]) == ("Hello", "new_chat")
    assert [item["activityid"] for item in chatting.get(f"accounts({firm})/account_new_chats").json()["value"]] == [own]
    assert chatting.delete(f"accounts({firm})").status == 204
    assert chatting.get(f"new_chats({own})").status == 404


def test_people_take_part_in_it(chatting: Client) -> None:
    person = chatting.create("contacts", lastname="Ito")
    party = {"partyid_contact@odata.bind": f"/contacts({person})", "participationtypemask": 2}
    own = chatting.create("new_chats", subject="Hello", new_chat_activity_parties=[party])
    found = chatting.get(f"new_chats({own})/new_chat_activity_parties").json()["value"]
    assert [item["_partyid_value"] for item in found] == [person]


def test_tables_with_activities_have_it_too(chatting: Client) -> None:
    assert chatting.post("EntityDefinitions", bodies.table(HasActivities=True)).status == 204
    row = chatting.create("new_bankaccounts")
    bind = {"regardingobjectid_new_bankaccount_new_chat@odata.bind": f"/new_bankaccounts({row})"}
    assert chatting.create("new_chats", subject="Hello", **bind)


def test_tables_that_had_activities_before_have_it(client: Client) -> None:
    client.post("EntityDefinitions", bodies.table(HasActivities=True))
    client.post("EntityDefinitions", chat())
    row = client.create("new_bankaccounts")
    bind = {"regardingobjectid_new_bankaccount_new_chat@odata.bind": f"/new_bankaccounts({row})"}
    own = client.create("new_chats", subject="Hello", **bind)
    found = client.get(f"new_bankaccounts({row})/new_bankaccount_new_chats").json()["value"]
    assert [item["activityid"] for item in found] == [own]


def test_the_subject_may_be_left_to_the_platform(client: Client) -> None:
    assert client.post("EntityDefinitions", chat(Attributes=[bodies.column("Integer", "new_Length")])).status == 204
    assert client.create("new_chats", subject="Hello", new_length=5)


def test_it_goes_like_any_table(chatting: Client) -> None:
    own = chatting.create("new_chats", subject="Hello", new_chat_activity_parties=[{"participationtypemask": 2}])
    assert chatting.delete(TABLE).status == 204
    assert chatting.get(f"activitypointers({own})").status == 404
    assert chatting.get("activitypointers").json()["value"] == []
    assert chatting.world.store.count("activityparty") == 0
    assert chatting.post("EntityDefinitions", chat()).status == 204


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Attributes": [bodies.primary("new_Name")]}, "0x8004f127"),
        ({"OwnershipType": "OrganizationOwned"}, "0x8004700d"),
        ({"IsAvailableOffline": False}, "0x80040203"),
        ({"IsMailMergeEnabled": {"Value": True}}, "0x80040203"),
        ({"Attributes": [bodies.column("String", "new_Subject", IsPrimaryName=True)]}, "0x8004f127"),
    ],
)
def test_what_an_activity_cannot_be(client: Client, members: dict[str, Any], code: str) -> None:
    answer = client.post("EntityDefinitions", chat(**members))
    assert (answer.status, answer.code) == (400, code), answer.body
