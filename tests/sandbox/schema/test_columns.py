from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import ROOT, Client

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
CRM = bodies.CRM
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def add(client: Client, kind: str, name: str = "new_Thing", **members: Any) -> Any:
    answer = client.post(f"{TABLE}/Attributes", bodies.column(kind, name, **members))
    assert answer.status == 204, answer.body
    return client.get(f"{TABLE}/Attributes(LogicalName='{name.lower()}')/{CRM}{kind}AttributeMetadata").json()


def names(client: Client) -> dict[str, Any]:
    found = client.get(f"{TABLE}/Attributes").json()["value"]
    return {item["LogicalName"]: item for item in found}


def test_the_answer_names_the_column_as_the_address_named_the_table(bank: Client) -> None:
    body = bodies.column("String", "new_BankName", "Bank Name", FormatName={"Value": "Text"}, MaxLength=100)
    address = str(bank.post(f"{TABLE}/Attributes", body).header("OData-EntityId"))
    assert address.startswith(f"{ROOT}{TABLE}/Attributes(")
    assert bank.get(address).json()["SchemaName"] == "new_BankName"
    identity = bank.get(TABLE).json()["MetadataId"]
    second = bank.post(f"EntityDefinitions({identity})/Attributes", {**body, "SchemaName": "new_Other"})
    assert str(second.header("OData-EntityId")).startswith(f"{ROOT}EntityDefinitions({identity})/Attributes(")


def test_text(bank: Client) -> None:
    found = add(bank, "String", FormatName={"Value": "Email"}, MaxLength=10)
    assert (found["FormatName"], found["Format"], found["MaxLength"]) == ({"Value": "Email"}, "Email", 10)
    assert bank.create("new_bankaccounts", new_thing="a@b.example"[:10])
    answer = bank.post("new_bankaccounts", {"new_thing": "a" * 11})
    assert (answer.status, answer.code) == (400, "0x80044331")


def test_text_without_limits_gets_the_defaults(bank: Client) -> None:
    body = {"@odata.type": f"{CRM}StringAttributeMetadata", "SchemaName": "new_Plain"}
    assert bank.post(f"{TABLE}/Attributes", body).status == 204
    found = bank.get(f"{TABLE}/Attributes(LogicalName='new_plain')").json()
    assert (found["MaxLength"], found["RequiredLevel"]["Value"]) == (100, "None")
    assert found["DisplayName"] == {"LocalizedLabels": [], "UserLocalizedLabel": None}


def test_memo(bank: Client) -> None:
    found = add(bank, "Memo", Format="TextArea", ImeMode="Disabled", MaxLength=500, IsLocalizable=False)
    assert (found["Format"], found["MaxLength"], found["ImeMode"]) == ("TextArea", 500, "Disabled")
    assert bank.create("new_bankaccounts", new_thing="a" * 500)


def test_whole_numbers(bank: Client) -> None:
    found = add(bank, "Integer", MinValue=0, MaxValue=100, Format="None", SourceTypeMask=0)
    assert (found["MinValue"], found["MaxValue"], found["Format"]) == (0, 100, "None")
    bank.create("new_bankaccounts", new_thing=100)
    assert bank.post("new_bankaccounts", {"new_thing": 101}).code == "0x8004432f"


def test_big_numbers(bank: Client) -> None:
    add(bank, "BigInt")
    row = bank.create("new_bankaccounts", new_thing=2**60)
    assert bank.get(f"new_bankaccounts({row})").json()["new_thing"] == 2**60


def test_decimals_and_doubles(bank: Client) -> None:
    found = add(bank, "Decimal", "new_Rate", MinValue=0.0, MaxValue=100.0, Precision=1)
    assert (found["MinValue"], found["MaxValue"], found["Precision"]) == (0.0, 100.0, 1)
    assert add(bank, "Double", "new_Ratio")["Precision"] == 2
    row = bank.create("new_bankaccounts", new_rate=12.34, new_ratio=0.125)
    found = bank.get(f"new_bankaccounts({row})").json()
    assert (found["new_rate"], found["new_ratio"]) == (12.3, 0.12)
    assert bank.post("new_bankaccounts", {"new_rate": 100.1}).code == "0x80044330"


def test_money_brings_its_currency_once(bank: Client) -> None:
    add(bank, "Money", "new_Balance", PrecisionSource=2)
    add(bank, "Money", "new_Limit", PrecisionSource=2)
    found = names(bank)
    assert {"new_balance_base", "new_limit_base", "transactioncurrencyid", "exchangerate"} <= found.keys()
    assert found["new_balance_base"]["IsValidForCreate"] is False
    relations = bank.get(f"{TABLE}/ManyToOneRelationships").json()["value"]
    assert [item["SchemaName"] for item in relations].count("TransactionCurrency_new_bankaccount") == 1
    row = bank.create("new_bankaccounts", new_balance=10)
    stored = bank.get(f"new_bankaccounts({row})").json()
    assert (stored["new_balance_base"], stored["new_limit_base"]) == (10.0, None)
    assert stored["_transactioncurrencyid_value"] == bank.world.organization.base_currency_id


def test_dates(bank: Client) -> None:
    found = add(bank, "DateTime", "new_Checkeddate", Format="DateOnly")
    assert (found["Format"], found["DateTimeBehavior"]) == ("DateOnly", {"Value": "UserLocal"})
    add(bank, "DateTime", "new_Day", Format="DateOnly", DateTimeBehavior={"Value": "DateOnly"})
    row = bank.create("new_bankaccounts", new_checkeddate="2024-05-01T00:00:00Z", new_day="2024-05-02")
    stored = bank.get(f"new_bankaccounts({row})").json()
    assert (stored["new_checkeddate"], stored["new_day"]) == ("2024-05-01T00:00:00Z", "2024-05-02")
    text = bank.get("$metadata").body.decode()
    assert '<Property Name="new_day" Type="Edm.Date"' in text
    assert '<Property Name="new_checkeddate" Type="Edm.DateTimeOffset"' in text


def test_yes_and_no(bank: Client) -> None:
    found = add(bank, "Boolean", "new_Boolean", DefaultValue=True, OptionSet=bodies.yes_and_no())
    assert found["DefaultValue"] is True
    address = f"{TABLE}/Attributes(LogicalName='new_boolean')/{CRM}BooleanAttributeMetadata/OptionSet"
    options = bank.get(address).json()
    assert options["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"] == "True"
    assert (options["IsCustomOptionSet"], options["FalseOption"]["IsManaged"]) == (True, False)
    assert names(bank)["new_booleanname"]["AttributeOf"] == "new_boolean"
    row = bank.create("new_bankaccounts")
    asked = {"Prefer": 'odata.include-annotations="*"'}
    shown = bank.get(f"new_bankaccounts({row})?$select=new_boolean", **asked).json()
    assert shown["new_boolean@OData.Community.Display.V1.FormattedValue"] == "True"


def test_a_choice(bank: Client) -> None:
    texts = ("Bravo", "Delta", "Alpha", "Charlie", "Foxtrot")
    add(bank, "Picklist", "new_Choice", SourceTypeMask=0, OptionSet=bodies.choices(*texts), DefaultFormValue=727000002)
    address = f"{TABLE}/Attributes(LogicalName='new_choice')/{CRM}PicklistAttributeMetadata?$expand=OptionSet"
    found = bank.get(address).json()
    assert [item["Value"] for item in found["OptionSet"]["Options"]] == [727000000 + number for number in range(5)]
    assert found["OptionSet"]["Name"] == "new_bankaccount_new_choice"
    assert found["DefaultFormValue"] == 727000002
    row = bank.create("new_bankaccounts")
    assert bank.get(f"new_bankaccounts({row})").json()["new_choice"] == 727000002
    assert bank.post("new_bankaccounts", {"new_choice": 1}).status == 400


def test_options_without_values_get_the_publishers(bank: Client) -> None:
    options = {"Options": [bodies.option(None, "A"), bodies.option(100000001, "B"), bodies.option(None, "C")]}
    add(bank, "Picklist", "new_Choice", OptionSet={"@odata.type": f"{CRM}OptionSetMetadata", **options})
    found = bank.get(f"{TABLE}/Attributes(LogicalName='new_choice')/{CRM}PicklistAttributeMetadata/OptionSet").json()
    assert [item["Value"] for item in found["Options"]] == [100000002, 100000001, 100000003]


def test_choices(bank: Client) -> None:
    found = add(bank, "MultiSelectPicklist", OptionSet=bodies.choices("Appetizer", "Entree", "Dessert"))
    assert (found["AttributeType"], found["AttributeTypeName"]["Value"]) == ("Virtual", "MultiSelectPicklistType")
    row = bank.create("new_bankaccounts", new_thing="727000002, 727000000")
    assert bank.get(f"new_bankaccounts({row})").json()["new_thing"] == "727000000,727000002"


def test_an_image_and_its_parts(bank: Client) -> None:
    found = add(bank, "Image", "new_Photo", IsPrimaryImage=True, MaxSizeInKB=2000, CanStoreFullImage=False)
    assert (found["IsPrimaryImage"], found["MaxSizeInKB"], found["CanStoreFullImage"]) == (True, 2000, False)
    assert bank.get(TABLE).json()["PrimaryImageAttribute"] == "new_photo"
    parts = names(bank)
    assert {parts[f"new_photo{ending}"]["AttributeOf"] for ending in ("_url", "_timestamp", "")} == {"new_photoid"}
    row = bank.create("new_bankaccounts", new_photo=PNG)
    assert bank.get(f"new_bankaccounts({row})?$select=new_photo").json()["new_photo"] == PNG


def test_only_one_image_is_primary(bank: Client) -> None:
    add(bank, "Image", "new_First", IsPrimaryImage=True)
    add(bank, "Image", "new_Second", IsPrimaryImage=True)
    found = bank.get(f"{TABLE}/Attributes/{CRM}ImageAttributeMetadata").json()["value"]
    assert {item["LogicalName"]: item["IsPrimaryImage"] for item in found} == {"new_first": False, "new_second": True}


def test_a_file_and_its_name(bank: Client) -> None:
    found = add(bank, "File", "new_Contract", MaxSizeInKB=1024)
    assert (found["MaxSizeInKB"], found["AttributeTypeName"]["Value"]) == (1024, "FileType")
    assert names(bank)["new_contract_name"]["AttributeOf"] == "new_contract"
    row = bank.create("new_bankaccounts")
    stored = bank.get(f"new_bankaccounts({row})").json()
    assert (stored["new_contract"], stored["new_contract_name"]) == (None, None)
    assert bank.post("new_bankaccounts", {"new_contract": "x"}).status == 400


def test_autonumbers(bank: Client) -> None:
    found = add(bank, "String", "new_Number", AutoNumberFormat="WID-{SEQNUM:5}")
    assert found["AutoNumberFormat"] == "WID-{SEQNUM:5}"
    first, second = (bank.create("new_bankaccounts") for _ in range(2))
    numbers = [bank.get(f"new_bankaccounts({row})").json()["new_number"] for row in (first, second)]
    assert numbers == ["WID-01000", "WID-01001"]


def test_rows_that_were_there_get_the_new_column_empty(bank: Client) -> None:
    row = bank.create("new_bankaccounts", new_accountname="A")
    add(bank, "Integer")
    found = bank.get(f"new_bankaccounts({row})").json()
    assert (found["new_accountname"], found["new_thing"]) == ("A", None)


def test_standard_tables_take_columns_too(client: Client) -> None:
    body = bodies.column("String", "new_BankName", MaxLength=100)
    assert client.post("EntityDefinitions(LogicalName='account')/Attributes", body).status == 204
    row = client.create("accounts", name="A", new_bankname="B")
    assert client.get(f"accounts({row})?$select=new_bankname").json()["new_bankname"] == "B"
    assert client.get("accounts?$filter=new_bankname%20eq%20'b'&$select=name").json()["value"][0]["name"] == "A"


def test_an_activitys_column_does_not_disturb_the_view_over_all(client: Client) -> None:
    body = bodies.column("String", "new_Room", MaxLength=100)
    assert client.post("EntityDefinitions(LogicalName='task')/Attributes", body).status == 204
    row = client.create("tasks", subject="T", new_room="7")
    assert client.get(f"activitypointers({row})?$select=subject").json()["subject"] == "T"


def test_a_column_name_is_used_once(bank: Client) -> None:
    add(bank, "Integer")
    again = bank.post(f"{TABLE}/Attributes", bodies.column("Memo", "new_THING"))
    assert (again.status, again.code) == (400, "0x80047013")
    shadow = bank.post(f"{TABLE}/Attributes", bodies.column("String", "new_Flagname"))
    assert shadow.status == 204
    taken = bank.post(f"{TABLE}/Attributes", bodies.column("Boolean", "new_Flag", OptionSet=bodies.yes_and_no()))
    assert taken.code == "0x80047013"


@pytest.mark.parametrize(
    ("kind", "members", "code"),
    [
        ("String", {"MaxLength": 0}, "0x80040203"),
        ("String", {"MaxLength": 4001}, "0x80040203"),
        ("String", {"MaxLength": "100"}, "0x80048d19"),
        ("String", {"MaxLength": True}, "0x80048d19"),
        ("String", {"FormatName": {"Value": "Poem"}}, "0x80090485"),
        ("String", {"Format": "Poem"}, "0x80048d19"),
        ("String", {"AutoNumberFormat": "WID-{SEQNUM}"}, "0x80040203"),
        ("String", {"AutoNumberFormat": "WID"}, "0x80040203"),
        ("String", {"AttributeType": "Memo"}, "0x80040203"),
        ("String", {"AttributeTypeName": {"Value": "MemoType"}}, "0x80040203"),
        ("String", {"LogicalName": "new_other"}, "0x80040203"),
        ("String", {"MinValue": 1}, "0x80048d19"),
        ("String", {"RequiredLevel": {"Value": "SystemRequired"}}, "0x80040203"),
        ("String", {"RequiredLevel": {"Value": "Sometimes"}}, "0x80048d19"),
        ("String", {"RequiredLevel": "None"}, "0x80048d19"),
        ("String", {"SchemaName": "Thing"}, "0x80040203"),
        ("String", {"SchemaName": None}, "0x80040203"),
        ("String", {"SchemaName": "new_" + "x" * 47}, "0x80040203"),
        ("Memo", {"MaxLength": 1_048_577}, "0x80040203"),
        ("Integer", {"MinValue": 2, "MaxValue": 1}, "0x80040203"),
        ("Integer", {"MaxValue": 2**31}, "0x80048d19"),
        ("Integer", {"MaxValue": 1.5}, "0x80048d19"),
        ("Integer", {"Format": "DateOnly"}, "0x80048d19"),
        ("Decimal", {"MaxValue": 100_000_000_001}, "0x8009049c"),
        ("Decimal", {"Precision": 11}, "0x80040203"),
        ("Double", {"MinValue": -100_000_000_001}, "0x8009049d"),
        ("Double", {"Precision": 6}, "0x80040203"),
        ("Money", {"PrecisionSource": 3}, "0x80040203"),
        ("Money", {"Precision": 5}, "0x80040203"),
        ("Boolean", {}, "0x80048403"),
        ("Boolean", {"OptionSet": {"TrueOption": bodies.option(1, "Y")}}, "0x80040203"),
        ("Boolean", {"OptionSet": {**bodies.yes_and_no(), "TrueOption": bodies.option(2, "Y")}}, "0x80048403"),
        ("Picklist", {}, "0x80048403"),
        ("Picklist", {"OptionSet": {"Options": [bodies.option(1, "A"), bodies.option(1, "B")]}}, "0x80048403"),
        ("Picklist", {"OptionSet": {"Options": [{"Value": 1}]}}, "0x80048403"),
        ("Picklist", {"OptionSet": {"Options": [{**bodies.option(1, "A"), "Color": "red"}]}}, "0x80048403"),
        ("Picklist", {"OptionSet": {**bodies.choices("A"), "IsGlobal": True}}, "0x80048403"),
        ("Picklist", {"OptionSet": bodies.choices("A"), "DefaultFormValue": 1}, "0x80048403"),
        ("Picklist", {"OptionSet": {"Options": {}}}, "0x80048d19"),
        ("DateTime", {"Format": "TimeOnly"}, "0x80048d19"),
        ("DateTime", {"DateTimeBehavior": {"Value": "Whenever"}}, "0x80040203"),
        ("DateTime", {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "DateOnly"}}, "0x80040203"),
        ("File", {"MaxSizeInKB": 0}, "0x80040203"),
        ("Image", {"MaxSizeInKB": 30 * 1024 + 1}, "0x80040203"),
    ],
)
def test_definitions_that_do_not_fit_are_refused(bank: Client, kind: str, members: dict[str, Any], code: str) -> None:
    answer = bank.post(
        f"{TABLE}/Attributes", bodies.column(kind, "new_Thing", **{"SchemaName": "new_Thing", **members})
    )
    assert (answer.status, answer.code) == (400, code), answer.body


@pytest.mark.parametrize("kind", ["Lookup", "State", "Status", "UniqueIdentifier", "EntityName", "ManagedProperty"])
def test_types_that_only_the_platform_makes(bank: Client, kind: str) -> None:
    body = {"@odata.type": f"{CRM}{kind}AttributeMetadata", "SchemaName": "new_Thing"}
    answer = bank.post(f"{TABLE}/Attributes", body)
    assert answer.status == 400
    assert answer.message == f"Attribute of type {kind}AttributeMetadata cannot be created through the SDK."


@pytest.mark.parametrize("kind", ["AttributeMetadata", "EntityMetadata", "NopeMetadata", ""])
def test_the_body_must_name_the_columns_type(bank: Client, kind: str) -> None:
    answer = bank.post(f"{TABLE}/Attributes", {"@odata.type": f"{CRM}{kind}", "SchemaName": "new_Thing"})
    assert answer.status == 400


def test_calculated_columns_are_not_covered_and_it_is_said(bank: Client) -> None:
    answer = bank.post(f"{TABLE}/Attributes", bodies.column("Integer", "new_Sum", SourceType=1))
    assert answer.status == 501


@pytest.mark.parametrize("table", ["activitypointer", "owner", "accountleads"])
def test_tables_that_take_no_columns(client: Client, table: str) -> None:
    body = bodies.column("Integer", "new_Thing")
    answer = client.post(f"EntityDefinitions(LogicalName='{table}')/Attributes", body)
    assert (answer.status, answer.code in {"0x80047008", "0x8004830f"}) == (400, True)


def test_no_such_table(client: Client) -> None:
    answer = client.post("EntityDefinitions(LogicalName='new_no')/Attributes", bodies.column("Integer", "new_Thing"))
    assert answer.status == 404


def test_labels_come_in_many_languages(bank: Client) -> None:
    body = bodies.column("Integer", "new_Thing", DisplayName=bodies.label("Thing", l1036="Chose", l1031="Ding"))
    assert bank.post(f"{TABLE}/Attributes", body).status == 204
    found = bank.get(f"{TABLE}/Attributes(LogicalName='new_thing')").json()["DisplayName"]
    texts = {item["LanguageCode"]: item["Label"] for item in found["LocalizedLabels"]}
    assert texts == {1033: "Thing", 1036: "Chose", 1031: "Ding"}
    assert found["UserLocalizedLabel"]["Label"] == "Thing"
