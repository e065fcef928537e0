from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import ROOT, Client

DEFINITION = "EntityDefinitions(LogicalName='new_bankaccount')"


def read(client: Client, path: str = DEFINITION) -> Any:
    answer = client.get(path)
    assert answer.status == 200, answer.body
    return answer.json()


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def test_a_table_is_made_and_its_address_told(client: Client) -> None:
    answer = client.post("EntityDefinitions", bodies.table(), **{"MSCRM.SolutionUniqueName": "examplesolution"})
    address = str(answer.header("OData-EntityId"))
    assert (answer.status, answer.body) == (204, b"")
    assert address.startswith(f"{ROOT}EntityDefinitions(")
    assert client.get(address).json()["LogicalName"] == "new_bankaccount"


def test_its_definition_has_what_the_body_said_and_the_rest_by_default(bank: Client) -> None:
    found = read(bank)
    assert found["SchemaName"] == "new_BankAccount"
    assert found["EntitySetName"] == found["LogicalCollectionName"] == "new_bankaccounts"
    assert found["CollectionSchemaName"] == "new_BankAccounts"
    assert found["DisplayName"]["UserLocalizedLabel"]["Label"] == "Bank Account"
    assert found["DisplayName"]["LocalizedLabels"][0]["IsManaged"] is False
    assert (found["PrimaryIdAttribute"], found["PrimaryNameAttribute"]) == ("new_bankaccountid", "new_accountname")
    assert (found["IsCustomEntity"], found["IsManaged"], found["IntroducedVersion"]) == (True, False, "1.0.0.0")
    others = {table.object_type_code for name, table in bank.world.model.tables.items() if name != found["LogicalName"]}
    assert found["ObjectTypeCode"] >= 10000  # below are Microsoft's own
    assert found["ObjectTypeCode"] not in others
    assert found["ChangeTrackingEnabled"] is False


def test_it_has_the_platforms_columns(bank: Client) -> None:
    found = {item["LogicalName"]: item for item in read(bank, f"{DEFINITION}/Attributes")["value"]}
    assert {
        "new_bankaccountid",
        "new_accountname",
        "createdon",
        "createdby",
        "createdonbehalfby",
        "modifiedon",
        "modifiedby",
        "ownerid",
        "owninguser",
        "owningteam",
        "owningbusinessunit",
        "statecode",
        "statuscode",
        "versionnumber",
        "importsequencenumber",
        "overriddencreatedon",
        "timezoneruleversionnumber",
        "utcconversiontimezonecode",
    } <= found.keys()
    assert found["new_accountname"]["IsPrimaryName"] is True
    assert found["new_bankaccountid"]["IsPrimaryId"] is True
    assert {item["EntityLogicalName"] for item in found.values()} == {"new_bankaccount"}
    assert found["createdby"]["IsCustomAttribute"] is False
    assert found["new_accountname"]["IsCustomAttribute"] is True


def test_an_organizations_table_has_no_owner(client: Client) -> None:
    client.post("EntityDefinitions", bodies.table(OwnershipType="OrganizationOwned"))
    names = {item["LogicalName"] for item in read(client, f"{DEFINITION}/Attributes")["value"]}
    assert "organizationid" in names
    assert not names & {"ownerid", "owninguser"}
    row = client.create("new_bankaccounts", new_accountname="A")
    found = client.get(f"new_bankaccounts({row})").json()
    assert found["_organizationid_value"] == client.world.organization.id


def test_its_lookups_have_relationships(bank: Client) -> None:
    found = {item["ReferencingAttribute"]: item for item in read(bank, f"{DEFINITION}/ManyToOneRelationships")["value"]}
    assert found["createdby"]["SchemaName"] == "lk_new_bankaccount_createdby"
    assert found["ownerid"]["ReferencedEntity"] == "owner"
    assert found["owningbusinessunit"]["ReferencedEntityNavigationPropertyName"] == "business_unit_new_bankaccount"


def test_rows_live_in_it(bank: Client) -> None:
    row = bank.create("new_bankaccounts", new_accountname="Savings")
    bank.create("new_bankaccounts", new_accountname="Loans")
    found = bank.get("new_bankaccounts?$select=new_accountname&$filter=startswith(new_accountname,'Sav')").json()
    assert [item["new_bankaccountid"] for item in found["value"]] == [row]
    assert bank.patch(f"new_bankaccounts({row})", {"new_accountname": "Current", "statecode": 1}).status == 204
    whole = bank.get(f"new_bankaccounts({row})").json()
    assert (whole["new_accountname"], whole["statecode"], whole["statuscode"]) == ("Current", 1, 2)
    assert whole["_ownerid_value"] == whole["_createdby_value"]
    assert bank.delete(f"new_bankaccounts({row})").status == 204


def test_its_rows_are_found_from_the_other_side(bank: Client) -> None:
    users = bank.world.model.tables["systemuser"]
    bank.world.store.insert(users.logical_name, {"systemuserid": "1d6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a55"})
    row = bank.create("new_bankaccounts", new_accountname="A")
    user = "systemusers(1d6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a55)"
    found = bank.get(f"{user}/lk_new_bankaccount_createdby?$select=new_accountname").json()["value"]
    assert [item["new_bankaccountid"] for item in found] == [row]
    shown = bank.get(f"new_bankaccounts({row})?$select=new_accountname&$expand=createdby($select=systemuserid)").json()
    assert shown["createdby"]["systemuserid"] == "1d6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a55"


def test_the_service_documents_show_it(bank: Client) -> None:
    names = {item["name"] for item in bank.get("").json()["value"]}
    assert "new_bankaccounts" in names
    text = bank.get("$metadata").body.decode()
    assert '<EntityType Name="new_bankaccount" BaseType="mscrm.crmbaseentity">' in text
    assert '<EntitySet Name="new_bankaccounts" EntityType="mscrm.new_bankaccount">' in text


def test_it_takes_bulk_messages_and_says_so(bank: Client) -> None:
    rows = [{"@odata.type": "Microsoft.Dynamics.CRM.new_bankaccount", "new_accountname": name} for name in "AB"]
    answer = bank.post("new_bankaccounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": rows})
    assert len(answer.json()["Ids"]) == 2
    asked = "sdkmessagefilters/$count?$filter=primaryobjecttypecode eq 'new_bankaccount'"
    assert int(bank.get(asked.replace(" ", "%20")).body.decode("utf-8-sig")) == 8


def test_columns_of_many_types_can_come_with_the_table(client: Client) -> None:
    extra = [
        bodies.column("Integer", "new_Count", MinValue=0, MaxValue=10),
        bodies.column("Money", "new_Balance", PrecisionSource=2),
    ]
    body = bodies.table(Attributes=[*extra, bodies.primary()])
    assert client.post("EntityDefinitions", body).status == 204
    row = client.create("new_bankaccounts", new_accountname="A", new_count=3, new_balance=2.5)
    found = client.get(f"new_bankaccounts({row})").json()
    assert (found["new_count"], found["new_balance_base"], found["exchangerate"]) == (3, 2.5, 1.0)


def test_notes_and_activities_find_it(client: Client) -> None:
    client.post("EntityDefinitions", bodies.table(HasNotes=True, HasActivities=True))
    row = client.create("new_bankaccounts", new_accountname="A")
    note = client.create(
        "annotations", subject="N", **{"objectid_new_bankaccount@odata.bind": f"new_bankaccounts({row})"}
    )
    bind = {"regardingobjectid_new_bankaccount_task@odata.bind": f"/new_bankaccounts({row})"}
    task = client.create("tasks", subject="T", **bind)
    notes = client.get(f"new_bankaccounts({row})/new_bankaccount_Annotations").json()["value"]
    tasks = client.get(f"new_bankaccounts({row})/new_bankaccount_Tasks").json()["value"]
    assert ([item["annotationid"] for item in notes], [item["activityid"] for item in tasks]) == ([note], [task])
    targets = client.get("EntityDefinitions(LogicalName='task')/Attributes(LogicalName='regardingobjectid')").json()
    assert "new_bankaccount" in targets["Targets"]
    assert client.delete(f"new_bankaccounts({row})").status == 204
    assert client.get(f"annotations({note})").status == 404


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("new_Survey", "new_surveies"),
        ("new_Box", "new_boxes"),
        ("new_Branch", "new_branches"),
        ("new_Unit", "new_units"),
    ],
)
def test_collections_are_named_as_the_service_does(client: Client, schema: str, expected: str) -> None:
    assert client.post("EntityDefinitions", bodies.table(schema)).status == 204
    assert client.get(f"{expected}?$top=1").status == 200


def test_the_same_name_again_is_refused(bank: Client) -> None:
    answer = bank.post("EntityDefinitions", bodies.table("new_bankACCOUNT"))
    assert (answer.status, answer.code) == (400, "0x80044363")
    assert "is not unique" in answer.message


@pytest.mark.parametrize(
    "name",
    [
        "BankAccount",
        "new_",
        "_BankAccount",
        "n_BankAccount",
        "toolongprefix_Bank",
        "new_Bank Account",
        "mscrm_Bank",
        "",
        "9ab_x",
    ],
)
def test_names_need_a_customization_prefix(client: Client, name: str) -> None:
    answer = client.post("EntityDefinitions", bodies.table(name))
    assert (answer.status, answer.code) == (400, "0x80040203")


@pytest.mark.parametrize(
    "member",
    ["SchemaName", "DisplayName", "DisplayCollectionName", "OwnershipType", "HasActivities", "HasNotes", "IsActivity"],
)
def test_what_the_documentation_requires_is_required(client: Client, member: str) -> None:
    answer = client.post("EntityDefinitions", without(bodies.table(), member))
    assert (answer.status, answer.message) == (400, f"Required field '{member}' is missing")


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ([], "0x80040203"),
        ([bodies.column("String", "new_Name")], "0x80040203"),
        ([bodies.primary("new_A"), bodies.primary("new_B")], "0x8004701e"),
        ([bodies.column("Memo", "new_Name", IsPrimaryName=True)], "0x8004700e"),
        ([{**bodies.primary(), "FormatName": {"Value": "Email"}}], "0x80090485"),
        ([bodies.primary("Name")], "0x80040203"),
        ([bodies.primary(), bodies.column("Lookup", "new_L")], "0x80040203"),
        ([bodies.primary(), bodies.column("Memo", "new_AccountName")], "0x80047013"),
        ([without(bodies.primary(), "@odata.type")], "0x80048d19"),
    ],
)
def test_a_table_needs_one_primary_name_and_sound_columns(client: Client, columns: list[Any], code: str) -> None:
    answer = client.post("EntityDefinitions", bodies.table(Attributes=columns))
    assert (answer.status, answer.code) == (400, code), answer.body
    assert client.get(DEFINITION).status == 404


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"OwnershipType": "TeamOwned"}, "0x8004700d"),
        ({"OwnershipType": "Nobody"}, "0x80048d19"),
        ({"HasNotes": "yes"}, "0x80048d19"),
        ({"Nope": 1}, "0x80048d19"),
        ({"DisplayName": "Bank Account"}, "0x80048d19"),
        ({"DisplayName": {"LocalizedLabels": [{"Label": "B", "LanguageCode": "1033"}]}}, "0x80048d19"),
        ({"DisplayName": {"LocalizedLabels": [{"Label": "B", "LanguageCode": 1036}]}}, "0x80040203"),
        ({"DisplayName": {"Labels": []}}, "0x80048d19"),
        ({"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata"}, "0x80048d19"),
        ({"@odata.type": None}, "0x80048d19"),
        ({"EntitySetName": "accounts"}, "0x80044363"),
        ({"EntitySetName": "no good"}, "0x80040203"),
    ],
)
def test_bodies_that_do_not_fit_are_refused(client: Client, members: dict[str, Any], code: str) -> None:
    answer = client.post("EntityDefinitions", bodies.table(**members))
    assert (answer.status, answer.code) == (400, code), answer.body


def test_the_type_may_begin_with_a_hash(client: Client) -> None:
    assert (
        client.post(
            "EntityDefinitions", bodies.table(**{"@odata.type": "#Microsoft.Dynamics.CRM.EntityMetadata"})
        ).status
        == 204
    )


def test_a_refused_table_leaves_nothing_behind(client: Client) -> None:
    model = client.world.model
    body = bodies.table(Attributes=[bodies.primary(), bodies.column("Integer", "new_Count", MinValue=5, MaxValue=1)])
    assert client.post("EntityDefinitions", body).status == 400
    assert client.world.model is model
    assert client.post("EntityDefinitions", bodies.table()).status == 204


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_the_set_itself_takes_only_post(client: Client, method: str) -> None:
    answer = client.send(method, "EntityDefinitions", {})
    assert (answer.status, answer.code) == (405, "0x0")


def test_a_definition_is_not_patched(bank: Client) -> None:
    answer = bank.patch(DEFINITION, {"DisplayName": bodies.label("X")})
    assert (answer.status, answer.code) == (405, "0x0")


def test_a_solution_has_a_name_that_can_be_one(client: Client) -> None:
    answer = client.post("EntityDefinitions", bodies.table(), **{"MSCRM.SolutionUniqueName": "example solution"})
    assert (answer.status, answer.code) == (400, "0x8004f002")
