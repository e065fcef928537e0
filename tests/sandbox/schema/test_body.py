from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.schema.body import check_value, read_definition
from tests.sandbox.schema.bodies import CRM, column, label

PAYLOAD = "0x80048d19"


def refusal(document: Any, base: str = "AttributeMetadata") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_definition(document, base)
    assert (caught.value.status, caught.value.code) == (400, PAYLOAD)
    return caught.value


@pytest.mark.parametrize(
    "name",
    [f"{CRM}IntegerAttributeMetadata", f"#{CRM}IntegerAttributeMetadata", f"{CRM}ComplexIntegerAttributeMetadata"],
)
def test_a_body_names_its_type(name: str) -> None:
    found = read_definition({"@odata.type": name, "MaxValue": 5}, "AttributeMetadata")
    assert (found.kind.name, found.get("MaxValue"), found.get("MinValue", 1)) == ("IntegerAttributeMetadata", 5, 1)


def test_a_type_may_be_declared_by_the_place() -> None:
    found = read_definition({"SchemaName": "new_x"}, "EntityKeyMetadata", declared="EntityKeyMetadata")
    assert found.need("SchemaName") == "new_x"
    with pytest.raises(Refusal, match="Required field 'KeyAttributes' is missing"):
        found.need("KeyAttributes")


@pytest.mark.parametrize("document", [None, 5, "x", [], {}, {"@odata.type": None}, {"@odata.type": "Nope"}])
def test_what_is_no_definition(document: Any) -> None:
    refusal(document)


def test_a_body_of_another_family() -> None:
    refusal({"@odata.type": f"{CRM}EntityMetadata"})
    refusal(column("Integer", "new_x"), "EntityMetadata")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Nope": 1}, "Invalid property 'Nope' was found in entity 'Microsoft.Dynamics.CRM.IntegerAttributeMetadata'"),
        ({"maxvalue": 1}, "Invalid property 'maxvalue'"),
        ({"MaxLength": 1}, "Invalid property 'MaxLength'"),
        ({"MaxValue": "1"}, "Cannot convert the literal '1' to the expected type 'Edm.Int32'"),
        ({"MaxValue": True}, "Edm.Int32"),
        ({"IsSecured": 1}, "Edm.Boolean"),
        ({"MetadataId": "x"}, "Edm.Guid"),
        ({"Format": "Sometimes"}, "mscrm.IntegerFormat"),
        ({"DisplayName": {"LocalizedLabels": {}}}, "Collection(mscrm.LocalizedLabel)"),
        ({"DisplayName": {"Nope": 1}}, "Invalid property 'Nope' was found in entity 'Microsoft.Dynamics.CRM.Label'"),
        ({"RequiredLevel": {"Value": 5}}, "mscrm.AttributeRequiredLevel"),
        ({"Nope@odata.bind": "x"}, "An undeclared property 'Nope'"),
    ],
)
def test_members_that_do_not_fit(members: dict[str, Any], words: str) -> None:
    assert words in refusal({"@odata.type": f"{CRM}IntegerAttributeMetadata", **members}).message


def test_annotations_and_nulls_are_fine() -> None:
    body = {
        "@odata.type": f"{CRM}PicklistAttributeMetadata",
        "@odata.context": "x",
        "GlobalOptionSet@odata.bind": "/GlobalOptionSetDefinitions(1)",
        "DisplayName@odata.type": "x",
        "DisplayName": label("X"),
        "Description": None,
        "DefaultFormValue": None,
    }
    found = read_definition(body, "AttributeMetadata")
    assert found.get("DefaultFormValue", 7) == 7
    assert "GlobalOptionSet@odata.bind" in found.members
    assert "@odata.context" not in found.members


def test_values_inside_objects() -> None:
    body = column("String", "new_x", FormatName={"Value": "Email"})
    found = read_definition(body, "AttributeMetadata")
    assert found.value("FormatName") == "Email"
    assert found.value("IsAuditEnabled", default="nothing") == "nothing"


def test_only_what_differs_is_kept() -> None:
    level = {"Value": True, "CanBeChanged": True, "ManagedPropertyLogicalName": "canmodifyauditsettings"}
    body = column("String", "new_x", IsSearchable=True, IsFilterable=True, IsAuditEnabled=level, CreatedOn="2024-01-01")
    assert read_definition(body, "AttributeMetadata").settings() == {"IsSearchable": True}
    body["IsAuditEnabled"] = {"Value": False}
    assert read_definition(body, "AttributeMetadata").settings()["IsAuditEnabled"] == {**level, "Value": False}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "Edm.Boolean"),
        (1, "Edm.Double"),
        (1.5, "Edm.Decimal"),
        ("x", "Edm.String"),
        (["x"], "Collection(Edm.String)"),
        ("Cascade", "mscrm.CascadeType"),
        ({"Value": 1, "State": 0}, "mscrm.OptionMetadata"),
        (
            {"Conditions": [{"PropertyName": "x", "Value": {"Type": "t", "Value": "v"}}]},
            "mscrm.MetadataFilterExpression",
        ),
    ],
)
def test_values_that_fit(value: Any, kind: str) -> None:
    check_value(value, kind, "test")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, "Edm.String"),
        ("x", "Collection(Edm.String)"),
        ([1], "Collection(Edm.String)"),
        ("Sometimes", "mscrm.CascadeType"),
        (["Cascade"], "mscrm.CascadeType"),
        ([], "mscrm.Label"),
        ({"Filters": [{"Filters": 1}]}, "mscrm.MetadataFilterExpression"),
    ],
)
def test_values_that_do_not_fit(value: Any, kind: str) -> None:
    with pytest.raises(Refusal):
        check_value(value, kind, "test")
