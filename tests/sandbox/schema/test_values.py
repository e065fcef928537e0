"""Options one by one, as "Create and update choices using the Web API" shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
CRM = bodies.CRM
HERE = {"EntityLogicalName": "new_bankaccount"}
CHOICE = {**HERE, "AttributeLogicalName": "sample_choice"}


@pytest.fixture
def chosen(bank: Client) -> Client:
    texts = ("Bravo", "Delta", "Alpha", "Charlie", "Foxtrot")
    for body in (
        bodies.column("Picklist", "sample_Choice", OptionSet=bodies.choices(*texts)),
        bodies.column("Boolean", "new_Boolean", OptionSet=bodies.yes_and_no()),
    ):
        assert bank.post(f"{TABLE}/Attributes", body).status == 204
    return bank


def options(client: Client, column: str = "sample_choice", kind: str = "Picklist") -> dict[int, Any]:
    address = f"{TABLE}/Attributes(LogicalName='{column}')/{CRM}{kind}AttributeMetadata/OptionSet"
    found = client.get(address).json()
    listed = found["Options"] if "Options" in found else [found["TrueOption"], found["FalseOption"]]
    return {item["Value"]: item for item in listed}


def test_insert(chosen: Client) -> None:
    parameters = {**CHOICE, "Value": 727000005, "Label": bodies.label("Echo"), "SolutionUniqueName": "examplesolution"}
    answer = chosen.post("InsertOptionValue", parameters)
    assert answer.status == 200
    assert answer.json()["@odata.context"].endswith("#Microsoft.Dynamics.CRM.InsertOptionValueResponse")
    assert answer.json()["NewOptionValue"] == 727000005
    assert options(chosen)[727000005]["Label"]["UserLocalizedLabel"]["Label"] == "Echo"
    assert chosen.create("new_bankaccounts", sample_choice=727000005)


def test_insert_gives_a_value_where_there_is_none(chosen: Client) -> None:
    answer = chosen.post("InsertOptionValue", {**CHOICE, "Label": bodies.label("Echo"), "Color": "#ff0000"})
    assert answer.json()["NewOptionValue"] == 727000005
    assert options(chosen)[727000005]["Color"] == "#ff0000"


def test_update(chosen: Client) -> None:
    where = {**HERE, "AttributeLogicalName": "new_boolean"}
    parameters = {**where, "Value": 1, "Label": bodies.label("Up", l1036="Haut"), "MergeLabels": True}
    assert chosen.post("UpdateOptionValue", parameters).status == 204
    found = options(chosen, "new_boolean", "Boolean")
    assert found[1]["Label"]["UserLocalizedLabel"]["Label"] == "Up"
    assert found[0]["Label"]["UserLocalizedLabel"]["Label"] == "False"
    chosen.post("UpdateOptionValue", {**parameters, "Label": bodies.label("Over")})
    assert len(options(chosen, "new_boolean", "Boolean")[1]["Label"]["LocalizedLabels"]) == 2
    chosen.post("UpdateOptionValue", {**parameters, "Label": bodies.label("Alone"), "MergeLabels": False})
    assert len(options(chosen, "new_boolean", "Boolean")[1]["Label"]["LocalizedLabels"]) == 1


def test_order(chosen: Client) -> None:
    values = [727000002, 727000000, 727000003, 727000001, 727000004]
    assert chosen.post("OrderOption", {**CHOICE, "Values": values}).status == 204
    assert list(options(chosen)) == values
    assert chosen.post("OrderOption", {**CHOICE, "Values": values[1:]}).code == "0x80048403"


def test_delete(chosen: Client) -> None:
    row = chosen.create("new_bankaccounts", sample_choice=727000004)
    assert chosen.post("DeleteOptionValue", {**CHOICE, "Value": 727000004}).status == 204
    assert 727000004 not in options(chosen)
    assert chosen.get(f"new_bankaccounts({row})").json()["sample_choice"] == 727000004
    assert chosen.post("new_bankaccounts", {"sample_choice": 727000004}).status == 400


def test_a_status_reason_is_added_used_and_taken_away(chosen: Client) -> None:
    where = {**HERE, "AttributeLogicalName": "statuscode"}
    parameters = {**where, "Label": bodies.label("Frozen"), "StateCode": 1, "SolutionUniqueName": "examplesolution"}
    value = chosen.post("InsertStatusValue", parameters).json()["NewOptionValue"]
    assert value == 100000000
    assert options(chosen, "statuscode", "Status")[value]["State"] == 1
    row = chosen.create("new_bankaccounts")
    assert chosen.patch(f"new_bankaccounts({row})", {"statecode": 1, "statuscode": value}).status == 204
    assert chosen.post("DeleteOptionValue", {**where, "Value": 2}).code == "0x80044341"
    assert chosen.post("DeleteOptionValue", {**where, "Value": value}).status == 204


def test_a_state_gets_another_label_and_beginning(chosen: Client) -> None:
    chosen.post("InsertStatusValue", {**HERE, "Value": 5, "Label": bodies.label("Frozen"), "StateCode": 1})
    where = {**HERE, "AttributeLogicalName": "statecode", "Value": 1}
    changed = chosen.post("UpdateStateValue", {**where, "Label": bodies.label("Shut"), "MergeLabels": True})
    assert changed.status == 204
    assert chosen.post("UpdateStateValue", {**where, "DefaultStatusCode": 5}).status == 204
    found = options(chosen, "statecode", "State")[1]
    assert (found["Label"]["UserLocalizedLabel"]["Label"], found["DefaultStatus"]) == ("Shut", 5)
    row = chosen.create("new_bankaccounts")
    chosen.patch(f"new_bankaccounts({row})", {"statecode": 1})
    assert chosen.get(f"new_bankaccounts({row})").json()["statuscode"] == 5
    assert chosen.post("UpdateStateValue", {**where, "DefaultStatusCode": 1}).code == "0x80048403"


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("InsertOptionValue", {**CHOICE, "Value": 727000000, "Label": bodies.label("X")}, "0x80048403"),
        ("InsertOptionValue", {**CHOICE, "Value": 1}, "0x80040203"),
        ("InsertOptionValue", {**CHOICE, "Value": "1", "Label": bodies.label("X")}, "0x80048d19"),
        ("InsertOptionValue", {**CHOICE, "Value": 1, "Label": "X"}, "0x80048d19"),
        ("InsertOptionValue", {**CHOICE, "Nope": 1}, "0x80048d19"),
        (
            "InsertOptionValue",
            {**HERE, "AttributeLogicalName": "new_boolean", "Label": bodies.label("X")},
            "0x8004431d",
        ),
        ("InsertOptionValue", {**HERE, "AttributeLogicalName": "statecode", "Label": bodies.label("X")}, "0x8004431e"),
        ("InsertOptionValue", {**HERE, "AttributeLogicalName": "statuscode", "Label": bodies.label("X")}, "0x80048403"),
        ("InsertOptionValue", {**HERE, "AttributeLogicalName": "new_accountname", "Label": {}}, "0x80048403"),
        ("InsertOptionValue", {**HERE, "AttributeLogicalName": "new_no"}, "0x80041103"),
        ("InsertOptionValue", {**HERE}, "0x80040203"),
        ("InsertOptionValue", {"OptionSetName": "new_no"}, "0x80040217"),
        ("InsertOptionValue", {}, "0x80040203"),
        ("InsertStatusValue", {**HERE, "Label": bodies.label("X"), "StateCode": 7}, "0x80048403"),
        ("InsertStatusValue", {**HERE, "Label": bodies.label("X")}, "0x80040203"),
        ("InsertStatusValue", {**CHOICE, "Label": bodies.label("X"), "StateCode": 1}, "0x80047015"),
        ("UpdateOptionValue", {**CHOICE, "Value": 7, "Label": bodies.label("X"), "MergeLabels": True}, "0x80048403"),
        ("UpdateOptionValue", {**CHOICE, "Value": 727000000, "Label": bodies.label("X")}, "0x80040203"),
        ("UpdateOptionValue", {**CHOICE, "Value": 727000000, "MergeLabels": True}, "0x80040203"),
        ("UpdateStateValue", {**CHOICE, "Value": 727000000}, "0x80047015"),
        ("DeleteOptionValue", {**HERE, "AttributeLogicalName": "new_boolean", "Value": 1}, "0x80044323"),
        ("DeleteOptionValue", {**CHOICE, "Value": 7}, "0x80048403"),
        ("OrderOption", {**CHOICE}, "0x80040203"),
    ],
)
def test_refusals(chosen: Client, action: str, parameters: dict[str, Any], code: str) -> None:
    answer = chosen.post(action, parameters)
    assert (answer.status in {400, 404}, answer.code) == (True, code), answer.body


def test_options_of_a_standard_column_can_be_added_to(client: Client) -> None:
    where = {"EntityLogicalName": "account", "AttributeLogicalName": "industrycode"}
    value = client.post("InsertOptionValue", {**where, "Label": bodies.label("Robotics")}).json()["NewOptionValue"]
    assert client.create("accounts", name="A", industrycode=value)


def test_publishing(client: Client) -> None:
    text = "<importexportxml><entities><entity>account</entity></entities></importexportxml>"
    assert client.post("PublishXml", {"ParameterXml": text}).status == 204
    assert client.post("PublishAllXml").status == 204
    assert client.post("PublishXml", {"ParameterXml": "<importexportxml>"}).status == 400
    assert client.post("PublishXml", {"ParameterXml": "<entities/>"}).status == 400
    assert client.post("PublishXml", {}).status == 400
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><importexportxml>&b;</importexportxml>'
    assert client.post("PublishXml", {"ParameterXml": bomb}).status == 400
