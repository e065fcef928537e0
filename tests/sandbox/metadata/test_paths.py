from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.sandbox.metadata import Raw, Step, read_metadata
from onteg_dynamics.sandbox.model import load_model
from onteg_dynamics.sandbox.refusals import Refusal

ROOT = "https://sandbox.test/api/data/v9.2/"
ACCOUNT = Step("EntityDefinitions", {"LogicalName": "account"})
CRM = "Microsoft.Dynamics.CRM."


def read(*steps: Step | str, **options: str) -> Any:
    path = [Step(step) if isinstance(step, str) else step for step in steps]
    return read_metadata(load_model(), path, [(f"${name}", value) for name, value in options.items()], ROOT)


def refusal(*steps: Step | str, **options: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(*steps, **options)
    return caught.value


def test_lists_every_table_with_the_selected_columns_and_the_id() -> None:
    found = read("EntityDefinitions", select="LogicalName,EntitySetName")
    assert found["@odata.context"] == f"{ROOT}$metadata#EntityDefinitions(LogicalName,EntitySetName)"
    assert len(found["value"]) == len(load_model().tables)
    account = next(row for row in found["value"] if row["LogicalName"] == "account")
    assert account == {
        "LogicalName": "account",
        "EntitySetName": "accounts",
        "MetadataId": load_model().tables["account"].metadata_id,
    }


def test_finds_one_table_by_name_and_by_id() -> None:
    by_name = read(ACCOUNT, select="SchemaName")
    by_id = read(Step("EntityDefinitions", by_name["MetadataId"]), select="SchemaName")
    assert by_name == by_id
    assert by_name["@odata.context"].endswith("#EntityDefinitions(SchemaName)/$entity")


def test_a_table_tells_what_a_client_needs() -> None:
    found = read(ACCOUNT)
    assert found["PrimaryIdAttribute"] == "accountid"
    assert found["OwnershipType"] == "UserOwned"
    assert found["DisplayName"]["UserLocalizedLabel"]["Label"] == "Account"
    assert found["IsCustomizable"]["ManagedPropertyLogicalName"] == "iscustomizable"
    assert found["IsOptimisticConcurrencyEnabled"] is True


def test_filters_by_enum_text_boolean_and_managed_property() -> None:
    text = (
        f"OwnershipType eq {CRM}OwnershipTypes'UserOwned' and IsPrivate eq false and CanCreateAttributes/Value eq true"
    )
    names = {row["LogicalName"] for row in read("EntityDefinitions", select="LogicalName", filter=text)["value"]}
    assert {"account", "contact"} <= names
    assert "transactioncurrency" not in names


def test_attributes_carry_their_own_type() -> None:
    found = {row["LogicalName"]: row for row in read(ACCOUNT, "Attributes")["value"]}
    assert found["name"]["@odata.type"] == f"#{CRM}StringAttributeMetadata"
    assert found["name"]["MaxLength"] == 160
    assert found["name"]["IsPrimaryName"] is True
    assert found["primarycontactid"]["Targets"] == ["contact"]
    assert found["revenue"]["PrecisionSource"] in {0, 1, 2}
    assert found["entityimage"]["AttributeType"] == "Virtual"
    assert found["entityimage"]["AttributeTypeName"] == {"Value": "ImageType"}


def test_a_cast_keeps_one_type_and_drops_its_name() -> None:
    found = read(ACCOUNT, "Attributes", f"{CRM}PicklistAttributeMetadata", select="LogicalName", expand="OptionSet")
    assert all("@odata.type" not in row for row in found["value"])
    options = next(row for row in found["value"] if row["LogicalName"] == "accountcategorycode")["OptionSet"]
    assert [option["Value"] for option in options["Options"]] == [1, 2]
    assert options["IsGlobal"] is False


def test_expands_nested_options_and_filters() -> None:
    inner = f"$select=LogicalName;$filter=AttributeType eq {CRM}AttributeTypeCode'Picklist'"
    found = read(ACCOUNT, select="LogicalName", expand=f"Attributes({inner}),Keys")
    assert {"industrycode"} <= {row["LogicalName"] for row in found["Attributes"]}
    assert all(set(row) == {"@odata.type", "LogicalName", "MetadataId"} for row in found["Attributes"])
    assert found["Keys"] == []


def test_states_and_status_reasons_belong_together() -> None:
    status = Step("Attributes", {"LogicalName": "statuscode"})
    found = read(ACCOUNT, status, f"{CRM}StatusAttributeMetadata", "OptionSet", select="Options")
    assert {(option["Value"], option["State"]) for option in found["Options"]} == {(1, 0), (2, 1)}
    assert found["Options"][0]["@odata.type"] == f"#{CRM}StatusOptionMetadata"


def test_a_boolean_has_two_named_options() -> None:
    column = Step("Attributes", {"LogicalName": "creditonhold"})
    found = read(ACCOUNT, column, f"{CRM}BooleanAttributeMetadata", expand="OptionSet,GlobalOptionSet")
    assert found["OptionSet"]["TrueOption"]["Value"] == 1
    assert found["OptionSet"]["FalseOption"]["Value"] == 0
    assert found["GlobalOptionSet"] is None


def test_members_and_their_bare_values() -> None:
    assert read(ACCOUNT, "ObjectTypeCode")["value"] == 1
    assert read(ACCOUNT, "ObjectTypeCode", "$value") == Raw("1")
    assert read(ACCOUNT, "PrimaryImageAttribute", "$value") == Raw("entityimage")
    assert read(ACCOUNT, "DataProviderId", "$value") is None
    assert read("EntityDefinitions", "$count") == Raw(str(len(load_model().tables)))


def test_relationships_from_both_sides_and_from_their_own_set() -> None:
    many_to_one = {row["SchemaName"]: row for row in read(ACCOUNT, "ManyToOneRelationships")["value"]}
    assert many_to_one["account_primary_contact"]["ReferencingEntityNavigationPropertyName"] == "primarycontactid"
    one_to_many = {row["SchemaName"] for row in read(ACCOUNT, "OneToManyRelationships")["value"]}
    assert "contact_customer_accounts" in one_to_many
    found = read("RelationshipDefinitions", filter="SchemaName eq 'contact_customer_accounts'")["value"]
    assert found[0]["@odata.type"] == f"#{CRM}OneToManyRelationshipMetadata"
    assert found[0]["CascadeConfiguration"]["Delete"] in {"Cascade", "RemoveLink", "Restrict"}


def test_many_to_many_names_the_intersect_table() -> None:
    found = read(ACCOUNT, "ManyToManyRelationships", select="IntersectEntityName")["value"]
    assert "accountleads" in {row["IntersectEntityName"] for row in found}


def test_global_choices_by_name() -> None:
    name = next(iter(load_model().option_sets))
    found = read(Step("GlobalOptionSetDefinitions", {"Name": name}))
    assert found["IsGlobal"] is True
    assert found["Name"] == name
    assert found["Options"]


def test_counts_when_asked() -> None:
    found = read("EntityDefinitions", select="LogicalName", filter="LogicalName eq 'account'", count="true")
    assert found["@odata.count"] == 1


@pytest.mark.parametrize(
    ("steps", "status", "code"),
    [
        ((Step("EntityDefinitions", {"LogicalName": "nope"}),), 404, "0x80041102"),
        ((Step("EntityDefinitions", "11111111-1111-1111-1111-111111111111"),), 404, "0x80040217"),
        ((ACCOUNT, Step("Attributes", {"LogicalName": "nope"})), 404, "0x80041103"),
        ((ACCOUNT, Step("Keys", {"LogicalName": "nope"})), 404, "0x80040217"),
        ((Step("GlobalOptionSetDefinitions", {"Name": "nope"}),), 404, "0x80040217"),
        ((ACCOUNT, "Nope"), 404, "0x8006088a"),
        ((ACCOUNT, "Attributes", f"{CRM}EnumAttributeMetadata"), 404, "0x8006088a"),
        (("EntityDefinitions", "LogicalName"), 404, "0x8006088a"),
        ((Step("EntityDefinitions", {"LogicalName": "a", "SchemaName": "b"}),), 400, "0x80060888"),
    ],
)
def test_refuses_addresses_of_nothing(steps: tuple[Step | str, ...], status: int, code: str) -> None:
    found = refusal(*steps)
    assert (found.status, found.code) == (status, code)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"select": "Nope"}, 400),
        ({"select": "MaxLength"}, 400),
        ({"filter": "Nope eq 1"}, 400),
        ({"filter": "LogicalName eq"}, 400),
        ({"filter": "(LogicalName eq 'a'"}, 400),
        ({"filter": "LogicalName eq 'a' LogicalName"}, 400),
        ({"filter": "(" * 5000 + "LogicalName eq 'a'" + ")" * 5000}, 400),
        ({"filter": "startswith(LogicalName,'a')"}, 501),
        ({"expand": "Nope"}, 400),
        ({"top": "1"}, 400),
        ({"orderby": "LogicalName"}, 400),
    ],
)
def test_refuses_what_metadata_does_not_offer(options: dict[str, str], status: int) -> None:
    assert refusal("EntityDefinitions", **options).status == status


def test_global_choices_are_not_filtered() -> None:
    found = refusal("GlobalOptionSetDefinitions", filter="Name eq 'x'")
    assert (found.status, found.code, str(found)) == (400, "0x80060888", "The query parameter $filter is not supported")
