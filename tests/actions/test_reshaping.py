"""Definitions that are there, given another shape: relationships, keys, choices; over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, OntegError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox


@pytest.fixture
def machines(run: Any) -> str:
    """A table whose rows refer to accounts; the relationship's name."""
    run("create_table", name="new_Machine", label="Machine")
    lookup = {"table": "new_machine", "name": "new_CustomerId", "label": "Customer", "type": "Lookup"}
    run("create_column", **lookup, related_table="account", relationship="new_account_machine")
    return "new_account_machine"


def definition(run: Any, relationship: str) -> Any:
    path = f"RelationshipDefinitions(SchemaName='{relationship}')/Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata"
    return run("send_request", path=path)["body"]


def test_a_relationship_cascades_otherwise(run: Any, machines: str) -> None:
    own = run("create_record", table="account", row={"name": "Roasters"})["id"]
    run("create_record", table="new_machine", row={"new_name": "E4", "new_customerid": own})
    options = {"relationship": machines, "on_delete": "restrict", "on_assign": "User Owned", "searchable": "no"}
    assert run("change_relationship", **options, menu_label="Machines") == {"name": machines, "changed": True}
    found = definition(run, machines)
    assert (found["CascadeConfiguration"]["Delete"], found["CascadeConfiguration"]["Assign"]) == (
        "Restrict",
        "UserOwned",
    )
    assert found["CascadeConfiguration"]["Share"] == "NoCascade"
    menu = found["AssociatedMenuConfiguration"]
    assert (menu["Behavior"], menu["Label"]["LocalizedLabels"][0]["Label"]) == ("UseLabel", "Machines")
    assert found["IsValidForAdvancedFind"] is False
    with pytest.raises(OntegError):
        run("delete_record", table="account", key=own)


def test_changes_are_published(run: Any, machines: str, sandbox: Sandbox) -> None:
    run("change_relationship", relationship=machines, on_delete="Cascade")
    run("create_choice", name="new_Roast", label="Roast", choices="Light,Dark")
    run("change_choice", choice="new_roast", add="Medium")
    sent = [
        one.request_body.decode() for one in sandbox.exchanges if one.target.partition("?")[0].endswith("PublishXml")
    ]
    assert "<entity>new_machine</entity>" in sent[0]
    assert "<optionset>new_roast</optionset>" in sent[1]


def test_many_to_many_has_no_cascades(run: Any) -> None:
    run("create_relationship", table="account", related_table="product", name="new_account_product")
    with pytest.raises(InputError, match="is many-to-many"):
        run("change_relationship", relationship="new_account_product", on_delete="Restrict")
    run("change_relationship", relationship="new_account_product", searchable="false")
    path = "RelationshipDefinitions(SchemaName='new_account_product')"
    assert run("send_request", path=path)["body"]["IsValidForAdvancedFind"] is False


def test_relationships_that_can_be_changed_are_offered(
    run: Any, machines: str, executor: Executor, settings: dict[str, str]
) -> None:
    run("create_relationship", table="account", related_table="product", name="new_account_product")
    found = {one.value: one.label for one in executor.choices(settings, "custom_relationships", {})}
    assert found[machines] == "account → new_machine (new_account_machine)"
    assert found["new_account_product"] == "account → product (new_account_product)"
    assert "contact_customer_accounts" not in found


def test_a_key_gets_other_columns(run: Any) -> None:
    run("create_key", table="account", name="new_Number", columns="accountnumber")
    made = run("change_key", table="account", key_name="new_number", columns="accountnumber,name", label="Number")
    (key,) = run("list_keys", table="account")["keys"]
    assert (key["name"], key["label"], key["columns"]) == ("new_Number", "Number", ["accountnumber", "name"])
    assert made["metadata_id"] == key["id"]
    found = run("get_record", table="account", key={"accountnumber": "NR-1001", "name": "Northwind Roasters"})
    assert found["row"]["name"] == "Northwind Roasters"


def test_a_key_that_cannot_be_so_stays_as_it_was(run: Any) -> None:
    run("create_key", table="account", name="new_Number", columns="accountnumber", label="Number")
    with pytest.raises(OntegError, match="cannot be part of"):
        run("change_key", table="account", key_name="new_Number", columns="description")
    (key,) = run("list_keys", table="account")["keys"]
    assert (key["label"], key["columns"], key["active"]) == ("Number", ["accountnumber"], True)


def test_a_key_that_failed_is_built_again(run: Any) -> None:
    twin = run("create_record", table="account", row={"name": "Twin", "accountnumber": "NR-1001"})["id"]
    run("create_key", table="account", name="new_Number", columns="accountnumber")
    assert run("list_keys", table="account")["keys"][0]["active"] is False
    run("delete_record", table="account", key=twin)
    run("change_key", table="account", key_name="new_Number", rebuild="yes")
    assert run("list_keys", table="account")["keys"][0]["active"] is True


def labels(run: Any, **where: str) -> list[str]:
    return [one["label"] for one in run("list_choices", **where)["choices"]]


def test_options_of_a_global_choice(run: Any) -> None:
    run("create_choice", name="new_Roast", label="Roast", choices="Light,Medium,Dark")
    options = {"add": ["Decaf", {"label": "Very Dark", "value": 7, "color": "#221100"}], "rename": {"Medium": "Middle"}}
    done = run("change_choice", choice="new_roast", **options, remove="Light", order="very dark,dark", label="Roasting")
    assert labels(run, choice="new_roast") == ["Very Dark", "Dark", "Middle", "Decaf"]
    assert done["added"][1] == 7
    assert (len(done["renamed"]), len(done["removed"]), done["ordered"]) == (1, 1, True)
    found = run("send_request", path="GlobalOptionSetDefinitions(Name='new_roast')")["body"]
    assert found["DisplayName"]["UserLocalizedLabel"]["Label"] == "Roasting"
    again = run("change_choice", choice="new_roast", add="Decaf", rename={"Dark": "Dark"}, order="Very Dark")
    assert again == {"name": "new_roast", "added": [], "renamed": [], "removed": [], "ordered": False}


def test_options_of_a_column(run: Any) -> None:
    before = labels(run, table="account", column="industrycode")
    run("change_choice", table="accounts", column="industrycode", add="Roastery", rename={before[0]: "First"})
    assert labels(run, table="account", column="industrycode") == ["First", *before[1:], "Roastery"]
    row = {"name": "Roasters", "industrycode": "Roastery"}
    own = run("create_record", table="account", row=row)["id"]
    read = run("get_record", table="account", key=own, select="industrycode", labels=True)["row"]
    assert read["industrycode.label"] == "Roastery"


def test_status_reasons_and_states(run: Any) -> None:
    run("change_choice", table="lead", column="statuscode", add=[{"label": "Waiting", "state": 0}])
    own = run("create_record", table="lead", row={"lastname": "X"})["id"]
    assert run("set_record_status", table="lead", key=own, status="Waiting")["statecode"] == 0
    run("change_choice", table="lead", column="statecode", rename={"Open": "In Work"})
    assert labels(run, table="lead", column="statecode")[0] == "In Work"


@pytest.mark.parametrize(
    ("action", "options", "told"),
    [
        ("change_relationship", {"relationship": "nope", "on_delete": "Cascade"}, "no such relationship"),
        ("change_relationship", {"relationship": "contact_customer_accounts"}, "there is nothing to change"),
        ("change_relationship", {"relationship": "contact_customer_accounts", "on_delete": "Both"}, "On Delete"),
        ("change_key", {"table": "account", "key_name": "nope", "label": "X"}, "has no such key"),
        ("change_choice", {"add": "X"}, "is required when Table and Column are empty"),
        ("change_choice", {"choice": "nope", "add": "X"}, "no such global choice"),
        ("change_choice", {"table": "account", "column": "industrycode"}, "there is nothing to change"),
        ("change_choice", {"table": "account", "column": "name", "add": "X"}, "no choice column"),
        ("change_choice", {"table": "account", "column": "industrycode", "remove": "Nope"}, "allowed are"),
        ("change_choice", {"table": "account", "column": "industrycode", "label": "X"}, "Change Column"),
    ],
)
def test_mistakes(
    executor: Executor, settings: dict[str, str], action: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        executor.run(action, options, settings).unwrap()


def test_a_shared_choice_is_named_instead(run: Any) -> None:
    run("create_choice", name="new_Roast", label="Roast", choices="Light,Dark")
    body = {
        "@odata.type": "Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
        "SchemaName": "new_Roast",
        "DisplayName": {"LocalizedLabels": [{"Label": "Roast", "LanguageCode": 1033}]},
        "GlobalOptionSet@odata.bind": "/GlobalOptionSetDefinitions(Name='new_roast')",
    }
    run("send_request", method="POST", path="EntityDefinitions(LogicalName='account')/Attributes", body=body)
    with pytest.raises(InputError, match='shares the options of the global choice "new_roast"'):
        run("change_choice", table="account", column="new_roast", add="Medium")


def test_labels_go_into_the_base_language(run: Any, sandbox: Sandbox) -> None:
    def turn_german() -> None:
        store = sandbox.world.store
        store.db.execute("UPDATE organization SET languagecode = 1031")

    sandbox.call(turn_german)
    told = run("create_table", name="new_Machine", label="Maschine", dry_run=True)
    codes = {one["LanguageCode"] for one in told["requests"][0]["body"]["DisplayName"]["LocalizedLabels"]}
    assert codes == {1031}
