from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.write.draft import Draft, lookup_values, reaches, read_payload
from tests.sandbox.service.client import USER
from tests.sandbox.write.conftest import TEAM, Desk

PAYLOAD = "0x80048d19"


def draft(desk: Desk, table: str, **payload: Any) -> Draft:
    return read_payload(desk.world, desk.table(table), payload, creating=True)


def draft_of_change(desk: Desk, table: str, **payload: Any) -> Draft:
    return read_payload(desk.world, desk.table(table), payload, creating=False)


def refusal(desk: Desk, table: str, **payload: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        draft(desk, table, **payload)
    return caught.value


def test_columns_become_stored_values(desk: Desk) -> None:
    found = draft(desk, "account", name="A", creditonhold=True, revenue=1.5, accountcategorycode=None)
    assert found.values == {"name": "A", "creditonhold": 1, "revenue": 1.5, "accountcategorycode": None}
    assert (found.parents, found.children, found.members) == ([], [], [])


def test_a_lookup_is_bound_and_cleared(desk: Desk) -> None:
    person = desk.create("contact", lastname="Ito")
    bound = draft(desk, "account", **{"primarycontactid@odata.bind": f"/contacts({person})"})
    assert bound.values == lookup_values("primarycontactid", "contact", person)
    for payload in ({"primarycontactid@odata.bind": None}, {"primarycontactid": None}):
        assert draft_of_change(desk, "account", **payload).values == lookup_values("primarycontactid", None, None)


def test_one_property_of_a_customer_clears_and_another_sets(desk: Desk) -> None:
    firm = desk.create("account", name="A")
    for payload in (
        {"customerid_contact@odata.bind": None, "customerid_account@odata.bind": f"/accounts({firm})"},
        {"customerid_account@odata.bind": f"/accounts({firm})", "customerid_contact@odata.bind": None},
    ):
        assert draft(desk, "incident", **payload).values == lookup_values("customerid", "account", firm)


def test_an_owner_is_a_user_or_a_team(desk: Desk) -> None:
    user = draft(desk, "account", **{"ownerid@odata.bind": f"/systemusers({USER})"})
    team = draft(desk, "account", **{"ownerid@odata.bind": f"/teams({TEAM})"})
    assert user.values == lookup_values("ownerid", "systemuser", USER)
    assert team.values == lookup_values("ownerid", "team", TEAM)
    firm = desk.create("account", name="A")
    assert refusal(desk, "account", **{"ownerid@odata.bind": f"/accounts({firm})"}).code == PAYLOAD


def test_rows_can_be_nested_in_a_create(desk: Desk) -> None:
    found = draft(desk, "account", primarycontactid={"lastname": "Ito"}, Account_Tasks=[{"subject": "T"}])
    ((relation, parent),) = found.parents
    ((navigation, child),) = found.children
    assert (relation.column, parent) == ("primarycontactid", {"lastname": "Ito"})
    assert (navigation.name, child) == ("Account_Tasks", {"subject": "T"})


def test_existing_rows_can_join_a_collection_in_a_create(desk: Desk) -> None:
    task = desk.create("task", subject="T")
    found = draft(desk, "account", **{"Account_Tasks@odata.bind": [f"/tasks({task})"]})
    ((navigation, table, member),) = found.members
    assert (navigation.name, table.logical_name, member) == ("Account_Tasks", "task", task)


@pytest.mark.parametrize(
    "payload",
    [
        {"primarycontactid": {"lastname": "Ito"}},
        {"Account_Tasks": [{"subject": "T"}]},
        {"Account_Tasks@odata.bind": []},
    ],
)
def test_nothing_is_nested_in_an_update(desk: Desk, payload: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        draft_of_change(desk, "account", **payload)
    assert caught.value.code == PAYLOAD


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"Name": "A"}, "Invalid property 'Name' was found in entity 'Microsoft.Dynamics.CRM.account'"),
        ({"nope": 1}, "Invalid property 'nope'"),
        ({"nope@odata.bind": "/contacts(1)"}, "An undeclared property 'nope'"),
        ({"parentcustomerid@odata.bind": "/accounts(1)"}, "An undeclared property 'parentcustomerid'"),
        ({"nope@odata.type": "#Int32"}, "An undeclared property 'nope'"),
        ({"primarycontactid": "11111111-2222-3333-4444-55555555aaaa"}, "A 'PrimitiveValue' node"),
        ({"primarycontactid": ["x"]}, "A 'PrimitiveValue' node"),
        ({"Account_Tasks": {"subject": "T"}}, "A 'PrimitiveValue' node"),
        ({"Account_Tasks": ["T"]}, "A 'PrimitiveValue' node"),
        ({"Account_Tasks@odata.bind": "/tasks(1)"}, "is a collection navigation property"),
        ({"Account_Tasks@odata.bind": None}, "is a collection navigation property"),
        ({"_primarycontactid_value": None}, "CRM do not support direct update of Entity Reference properties"),
        ({"@odata.type": "Microsoft.Dynamics.CRM.contact"}, "not assignable"),
        ({"name": 5}, "Cannot convert the literal '5' to the expected type 'Edm.String'"),
        ({"primarycontactid@odata.bind": 5}, "Resource not found for the segment '5'"),
    ],
)
def test_what_does_not_fit_is_refused_in_the_services_words(desk: Desk, payload: dict[str, Any], words: str) -> None:
    found = refusal(desk, "account", **payload)
    assert (found.status, found.code) == (400, PAYLOAD)
    assert words in found.message


def test_a_lookup_leads_to_its_own_table(desk: Desk) -> None:
    firm = desk.create("account", name="A")
    found = refusal(desk, "account", **{"primarycontactid@odata.bind": f"/accounts({firm})"})
    assert "is not assignable to the expected type 'Microsoft.Dynamics.CRM.contact'" in found.message


def test_annotations_are_passed_over(desk: Desk) -> None:
    payload = {
        "@odata.type": "#Microsoft.Dynamics.CRM.account",
        "@odata.etag": 'W/"1"',
        "name": "A",
        "name@OData.Community.Display.V1.FormattedValue": "A",
    }
    assert draft(desk, "account", **payload).values == {"name": "A"}


def test_columns_that_are_read_only_are_passed_over(desk: Desk) -> None:
    created = draft(desk, "account", createdon="2020-01-01T00:00:00Z", versionnumber=5, name="A")
    assert created.values == {"name": "A"}
    changed = draft_of_change(desk, "account", overriddencreatedon="2020-01-01T00:00:00Z", name="B")
    assert changed.values == {"name": "B"}
    person = f"/systemusers({USER})"
    assert draft(desk, "account", **{"createdby@odata.bind": person}).values == {}


def test_a_read_only_column_still_takes_values_of_its_type(desk: Desk) -> None:
    assert refusal(desk, "account", createdon="yesterday").code == PAYLOAD


def test_owners_and_activities_are_many(desk: Desk) -> None:
    model = desk.world.model
    assert reaches(model, "account", model.tables["account"])
    assert not reaches(model, "account", model.tables["contact"])
    assert reaches(model, "owner", model.tables["team"])
    assert not reaches(model, "owner", model.tables["account"])
    assert reaches(model, "activitypointer", model.tables["task"])
    assert not reaches(model, "activitypointer", model.tables["account"])
    assert not reaches(model, "nope", model.tables["account"])
