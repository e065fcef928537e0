from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import ROOT, Client

CHOICE = "GlobalOptionSetDefinitions(Name='sample_colors')"
TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
CRM = bodies.CRM


@pytest.fixture
def colored(bank: Client) -> Client:
    """A bank with the documentation's colours, and a column that uses them."""
    assert bank.post("GlobalOptionSetDefinitions", bodies.colors()).status == 204
    identity = bank.get(CHOICE).json()["MetadataId"]
    bind = {"GlobalOptionSet@odata.bind": f"/GlobalOptionSetDefinitions({identity})"}
    answer = bank.post(f"{TABLE}/Attributes", bodies.column("Picklist", "sample_Colors", SourceTypeMask=0, **bind))
    assert answer.status == 204, answer.body
    return bank


def options(client: Client) -> dict[int, str]:
    address = f"{TABLE}/Attributes(LogicalName='sample_colors')/{CRM}PicklistAttributeMetadata/OptionSet"
    found = client.get(address).json()
    return {item["Value"]: item["Label"]["UserLocalizedLabel"]["Label"] for item in found["Options"]}


def test_a_global_choice(client: Client) -> None:
    answer = client.post("GlobalOptionSetDefinitions", bodies.colors())
    address = str(answer.header("OData-EntityId"))
    assert (answer.status, address.startswith(f"{ROOT}GlobalOptionSetDefinitions(")) == (204, True)
    found = client.get(address).json()
    assert (found["Name"], found["IsGlobal"], found["IsCustomOptionSet"]) == ("sample_colors", True, True)
    assert found["Description"]["UserLocalizedLabel"]["Label"] == "Color Choice"
    assert client.get(CHOICE).json()["MetadataId"] == found["MetadataId"]


def test_its_name_is_kept_in_lower_case(client: Client) -> None:
    client.post("GlobalOptionSetDefinitions", bodies.colors("new_Priority"))
    assert client.get("GlobalOptionSetDefinitions(Name='new_priority')").status == 200


def test_columns_use_it_by_id_and_by_name(colored: Client) -> None:
    bind = {"GlobalOptionSet@odata.bind": f"{ROOT}GlobalOptionSetDefinitions(Name='sample_colors')"}
    body = bodies.column("MultiSelectPicklist", "sample_Many", **bind)
    assert colored.post(f"{TABLE}/Attributes", body).status == 204
    row = colored.create("new_bankaccounts", sample_colors=727000001, sample_many="727000000,727000002")
    shown = colored.get(f"new_bankaccounts({row})", Prefer='odata.include-annotations="*"').json()
    assert shown["sample_colors@OData.Community.Display.V1.FormattedValue"] == "Yellow"
    address = f"{TABLE}/Attributes(LogicalName='sample_colors')/{CRM}PicklistAttributeMetadata?$expand=GlobalOptionSet"
    assert colored.get(address).json()["GlobalOptionSet"]["Name"] == "sample_colors"


def test_a_new_option_reaches_the_columns(colored: Client) -> None:
    parameters = {"OptionSetName": "sample_colors", "Value": 727000003, "Label": bodies.label("Blue")}
    assert colored.post("InsertOptionValue", parameters).json()["NewOptionValue"] == 727000003
    assert options(colored)[727000003] == "Blue"
    assert colored.create("new_bankaccounts", sample_colors=727000003)


def test_labels_are_replaced_and_options_stay(colored: Client) -> None:
    body = {**colored.get(CHOICE).json(), "DisplayName": bodies.label("Shades", l1036="Nuances"), "Options": []}
    assert colored.put(CHOICE, body, **{"MSCRM.MergeLabels": "true"}).status == 204
    found = colored.get(CHOICE).json()
    assert [item["Label"] for item in found["DisplayName"]["LocalizedLabels"]] == ["Shades", "Nuances"]
    assert len(found["Options"]) == 3


def test_a_choice_in_use_stays(colored: Client) -> None:
    answer = colored.delete(CHOICE)
    assert (answer.status, answer.code) == (400, "0x80048417")
    assert "new_bankaccount" in answer.message
    assert colored.delete(f"{TABLE}/Attributes(LogicalName='sample_colors')").status == 204
    assert colored.delete(CHOICE, If_Match="*").status == 204
    assert colored.get(CHOICE).status == 404


def test_a_choice_of_the_platform_stays(client: Client) -> None:
    name = next(iter(client.world.model.option_sets))
    answer = client.delete(f"GlobalOptionSetDefinitions(Name='{name}')")
    assert (answer.status, answer.code) == (400, "0x8004f032")


def test_yes_and_no_for_many_columns(bank: Client) -> None:
    body = {
        "@odata.type": f"{CRM}BooleanOptionSetMetadata",
        "Name": "new_yesno",
        "DisplayName": bodies.label("Yes or no"),
        **bodies.yes_and_no(),
    }
    assert bank.post("GlobalOptionSetDefinitions", body).status == 204
    bind = {"GlobalOptionSet@odata.bind": "/GlobalOptionSetDefinitions(Name='new_yesno')"}
    assert bank.post(f"{TABLE}/Attributes", bodies.column("Boolean", "new_Flag", **bind)).status == 204
    wrong = bank.post(f"{TABLE}/Attributes", bodies.column("Picklist", "new_Pick", **bind))
    assert (wrong.status, wrong.code) == (400, "0x80048403")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Name": "colors"}, "0x80040203"),
        ({"Name": None}, "0x80040203"),
        ({"Name": "sample_COLORS"}, "0x80044363"),
        ({"Name": "new_x", "DisplayName": None}, "0x80040203"),
        ({"Name": "new_x", "OptionSetType": "Boolean"}, "0x80048403"),
        ({"Name": "new_x", "IsGlobal": False}, "0x80048403"),
        ({"Name": "new_x", "Options": [bodies.option(1, "A"), bodies.option(1, "B")]}, "0x80048403"),
        ({"Name": "new_x", "@odata.type": ""}, "0x80048d19"),
        ({"Name": "new_x", "TrueOption": bodies.option(1, "A")}, "0x80048d19"),
    ],
)
def test_definitions_that_do_not_fit_are_refused(colored: Client, members: dict[str, Any], code: str) -> None:
    answer = colored.post("GlobalOptionSetDefinitions", {**bodies.colors(), **members})
    assert (answer.status, answer.code) == (400, code), answer.body


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/GlobalOptionSetDefinitions(Name='new_no')", 404),
        ("/GlobalOptionSetDefinitions(11111111-1111-1111-1111-111111111111)", 404),
        ("/accounts(11111111-1111-1111-1111-111111111111)", 400),
        (7, 400),
    ],
)
def test_what_is_bound_must_be_a_choice(bank: Client, address: Any, status: int) -> None:
    body = bodies.column("Picklist", "new_Pick", **{"GlobalOptionSet@odata.bind": address})
    assert bank.post(f"{TABLE}/Attributes", body).status == status


def test_the_name_cannot_be_changed(colored: Client) -> None:
    assert colored.put(CHOICE, {**colored.get(CHOICE).json(), "Name": "sample_shades"}).status == 400
