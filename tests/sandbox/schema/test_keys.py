from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import ROOT, Client

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
KEY = f"{TABLE}/Keys(LogicalName='new_bycode')"


@pytest.fixture
def coded(bank: Client) -> Client:
    """A bank whose accounts have a code, a country and remarks."""
    for body in (
        bodies.column("Integer", "new_Code"),
        bodies.column("String", "new_Country", MaxLength=2),
        bodies.column("Memo", "new_Remarks"),
        bodies.column("String", "new_Long", MaxLength=451),
    ):
        assert bank.post(f"{TABLE}/Attributes", body).status == 204
    return bank


def key(*columns: str, name: str = "new_ByCode", **members: Any) -> dict[str, Any]:
    return {"SchemaName": name, "DisplayName": bodies.label("By code"), "KeyAttributes": list(columns), **members}


def test_a_key_addresses_rows_and_keeps_them_unique(coded: Client) -> None:
    answer = coded.post(f"{TABLE}/Keys", key("new_code", "new_country"))
    address = str(answer.header("OData-EntityId"))
    assert (answer.status, address.startswith(f"{ROOT}{TABLE}/Keys(")) == (204, True)
    found = coded.get(address).json()
    assert (found["EntityKeyIndexStatus"], found["KeyAttributes"]) == ("Active", ["new_code", "new_country"])
    assert found["LogicalName"] == "new_bycode"
    row = coded.create("new_bankaccounts", new_code=7, new_country="JP")
    assert coded.get("new_bankaccounts(new_code=7,new_country='JP')").json()["new_bankaccountid"] == row
    twice = coded.post("new_bankaccounts", {"new_code": 7, "new_country": "jp"})
    assert (twice.status, twice.code) == (412, "0x80060892")
    assert "By code" in twice.message
    made = coded.patch("new_bankaccounts(new_code=8,new_country='JP')", {"new_accountname": "B"})
    assert made.status == 204
    assert coded.get("new_bankaccounts(new_code=8,new_country='JP')").json()["new_accountname"] == "B"


def test_keys_are_listed_with_their_table(coded: Client) -> None:
    coded.post(f"{TABLE}/Keys", key("new_code"))
    listed = coded.get(f"{TABLE}/Keys").json()["value"]
    expanded = coded.get(f"{TABLE}?$select=SchemaName&$expand=Keys($select=KeyAttributes)").json()["Keys"]
    assert [item["KeyAttributes"] for item in listed] == [item["KeyAttributes"] for item in expanded] == [["new_code"]]


def test_a_lookup_can_be_part_of_a_key(coded: Client) -> None:
    coded.post("RelationshipDefinitions", bodies.one_to_many())
    assert coded.post(f"{TABLE}/Keys", key("new_accountowner")).status == 204
    person = coded.create("contacts", lastname="Ito")
    row = coded.create("new_bankaccounts", **{"new_AccountOwner@odata.bind": f"contacts({person})"})
    assert coded.get(f"new_bankaccounts(_new_accountowner_value={person})").json()["new_bankaccountid"] == row


def test_rows_with_the_same_values_make_a_key_fail(coded: Client) -> None:
    rows = [coded.create("new_bankaccounts", new_code=7) for _ in range(2)]
    assert coded.post(f"{TABLE}/Keys", key("new_code")).status == 204
    assert coded.get(KEY).json()["EntityKeyIndexStatus"] == "Failed"
    assert coded.get("new_bankaccounts(new_code=7)").status == 400
    assert coded.create("new_bankaccounts", new_code=7)
    assert coded.get("new_bankaccounts/$count").body.decode("utf-8-sig") == "3"
    parameters = {"EntityLogicalName": "new_bankaccount", "EntityKeyLogicalName": "new_bycode"}
    assert coded.post("ReactivateEntityKey", parameters).status == 204
    assert coded.get(KEY).json()["EntityKeyIndexStatus"] == "Failed"
    for number, item in enumerate(coded.get("new_bankaccounts").json()["value"]):
        coded.patch(f"new_bankaccounts({item['new_bankaccountid']})", {"new_code": number})
    assert coded.post("ReactivateEntityKey", parameters).status == 204
    assert coded.get(KEY).json()["EntityKeyIndexStatus"] == "Active"
    assert len(rows) == 2
    again = coded.post("ReactivateEntityKey", parameters)
    assert (again.status, again.code) == (400, "0x80060897")
    assert coded.post("ReactivateEntityKey", {**parameters, "EntityKeyLogicalName": "no"}).status == 404


def test_empty_values_are_no_doubles(coded: Client) -> None:
    coded.create("new_bankaccounts")
    coded.create("new_bankaccounts")
    coded.post(f"{TABLE}/Keys", key("new_code"))
    assert coded.get(KEY).json()["EntityKeyIndexStatus"] == "Active"


def test_a_key_goes_and_nothing_is_unique_any_more(coded: Client) -> None:
    coded.post(f"{TABLE}/Keys", key("new_code"))
    coded.create("new_bankaccounts", new_code=7)
    identity = coded.get(KEY).json()["MetadataId"]
    assert coded.delete(f"{TABLE}/Keys({identity})", If_Match="*").status == 204
    assert coded.get(f"{TABLE}/Keys").json()["value"] == []
    assert coded.create("new_bankaccounts", new_code=7)
    assert coded.post(f"{TABLE}/Keys", key("new_code")).status == 204


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (key("new_code", name="new_BYCODE"), "0x80060893"),
        (key("new_code", name="new_Second"), "0x80060894"),
        (key("new_no", name="new_Second"), "0x80041103"),
        (key("new_remarks", name="new_Second"), "0x80040203"),
        (key("createdon", name="new_Second"), "0x80090110"),
        (key("new_long", name="new_Second"), "0x80040203"),
        (key("new_country", "new_country", name="new_Second"), "0x80040203"),
        (key(name="new_Second"), "0x80040203"),
        (key("new_country", name="Second"), "0x80040203"),
        (key("new_country", name="new_Second", Nope=1), "0x80048d19"),
        ({"SchemaName": "new_Second"}, "0x80040203"),
        ({"SchemaName": "new_Second", "KeyAttributes": "new_country"}, "0x80048d19"),
    ],
)
def test_keys_that_do_not_fit_are_refused(coded: Client, body: dict[str, Any], code: str) -> None:
    coded.post(f"{TABLE}/Keys", key("new_code"))
    answer = coded.post(f"{TABLE}/Keys", body)
    assert (answer.status in {400, 404}, answer.code) == (True, code), answer.body


def test_a_table_has_ten_keys_at_most(bank: Client) -> None:
    answers = []
    for number in range(11):
        bank.post(f"{TABLE}/Attributes", bodies.column("Integer", f"new_C{number}"))
        answers.append(bank.post(f"{TABLE}/Keys", key(f"new_c{number}", name=f"new_K{number}")).status)
    assert answers == [204] * 10 + [400]


def test_keys_are_not_replaced(coded: Client) -> None:
    coded.post(f"{TABLE}/Keys", key("new_code"))
    assert coded.put(KEY, key("new_code")).status == 405
