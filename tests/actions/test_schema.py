"""Tables, columns, relationships, keys and choices made, changed and deleted, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, OntegError
from onteg_dynamics.executor import Executor


@pytest.fixture
def machine(run: Any) -> str:
    made = run("create_table", name="new_Machine", label="Machine", has_notes="true")
    assert made["metadata_id"]
    return str(made["name"])


def test_a_table_is_made_used_and_deleted(run: Any, machine: str) -> None:
    own = run("create_record", table=machine, row={"new_name": "E4"})["id"]
    found = run("get_record", table="new_machines", key=own, select="new_name,statecode", labels=True)
    assert found["row"]["new_name"] == "E4"
    run("change_table", table=machine, label="Espresso Machine", plural_label="Espresso Machines")
    assert run("describe_table", table=machine)["label"] == "Espresso Machine"
    run("delete_table", table=machine)
    with pytest.raises(InputError, match="there is no table"):
        run("get_record", table=machine, key=own)


COLUMNS: list[dict[str, Any]] = [
    {"name": "new_Serial", "type": "Text", "max_length": "20", "value": "A-1"},
    {"name": "new_Number", "type": "Text", "pattern": "M-{SEQNUM:5}"},
    {"name": "new_Story", "type": "Multiline Text", "value": "long\nstory"},
    {"name": "new_Cups", "type": "Whole Number", "minimum": 0, "maximum": "500", "value": 12},
    {"name": "new_Weight", "type": "Decimal", "precision": "3", "value": 12.345},
    {"name": "new_Heat", "type": "Floating Point", "value": 92.5},
    {"name": "new_Price", "type": "Currency", "value": 3400.0},
    {"name": "new_Rented", "type": "Yes/No", "value": True},
    {"name": "new_Bought", "type": "Date", "value": "2026-11-24"},
    {"name": "new_Serviced", "type": "Date and Time", "value": "2026-11-24T08:00:00Z"},
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column["name"])
def test_columns_of_every_type(run: Any, machine: str, column: dict[str, Any]) -> None:
    facts = {name: value for name, value in column.items() if name != "value"}
    run("create_column", table=machine, label=column["name"][4:], **facts)
    name = column["name"].lower()
    row = {name: column["value"]} if "value" in column else {"new_name": "x"}
    own = run("create_record", table=machine, row=row)["id"]
    found = run("get_record", table=machine, key=own, select=name)["row"][name]
    assert found == column.get("value", "M-01000")


@pytest.mark.parametrize("choices", ["Light,Dark", [{"value": 7, "label": "Light"}, {"value": 8, "label": "Dark"}]])
def test_a_choice_column(run: Any, machine: str, choices: Any) -> None:
    options = {"table": machine, "name": "new_Roast", "label": "Roast", "type": "Choice", "choices": choices}
    run("create_column", **options)
    own = run("create_record", table=machine, row={"new_roast": "Dark"})["id"]
    row = run("get_record", table=machine, key=own, select="new_roast", labels=True)["row"]
    assert row["new_roast.label"] == "Dark"
    assert [choice["label"] for choice in run("list_choices", table=machine, column="new_roast")["choices"]] == [
        "Light",
        "Dark",
    ]


def test_a_lookup_comes_with_its_relationship(run: Any, machine: str) -> None:
    options = {"table": machine, "name": "new_CustomerId", "label": "Customer", "type": "Lookup"}
    with pytest.raises(InputError, match="Related Table"):
        run("create_column", **options)
    run("create_column", **options, related_table="accounts", on_delete="Restrict")
    own = run("create_record", table=machine, row={"new_name": "E2", "new_customerid": "Northwind Roasters"})["id"]
    found = run("get_record", table=machine, key=own, select="new_customerid", labels=True)["row"]
    assert found["new_customerid.label"] == "Northwind Roasters"
    relationships = run("list_relationships", table=machine)["relationships"]
    name = next(one["schema_name"] for one in relationships if one["column"] == "new_customerid")
    run("delete_relationship", relationship=name)
    assert "new_customerid" not in {column["name"] for column in run("list_columns", table=machine)["columns"]}


def test_a_column_is_changed_and_deleted(run: Any, machine: str) -> None:
    run("create_column", table=machine, name="new_Serial", label="Serial", type="Text", max_length=5)
    run("change_column", table=machine, column="new_serial", label="Serial Number", max_length="9", required="Yes")
    (column,) = run("list_columns", table=machine, search="new_serial")["columns"]
    assert (column["label"], column["max_length"], column["required"]) == ("Serial Number", 9, "ApplicationRequired")
    run("delete_column", table=machine, column="new_serial")
    assert run("list_columns", table=machine, search="new_serial")["columns"] == []


def test_many_to_many(run: Any, machine: str) -> None:
    run("create_relationship", table=machine, related_table="product", name="new_machine_product")
    own = run("create_record", table=machine, row={"new_name": "E2"})["id"]
    product = run("list_records", table="product", top=1)["rows"][0]["productid"]
    options = {"table": machine, "id": own, "related_table": "product", "related_ids": product}
    assert run("relate_records", **options)["related"] == 1


def test_a_key(run: Any) -> None:
    run("create_key", table="account", name="new_AccountNumber", columns="accountnumber")
    found = run("get_record", table="account", key={"accountnumber": "NR-1001"}, select="name")
    assert found["row"]["name"] == "Northwind Roasters"
    run("delete_key", table="account", key_name="new_accountnumber")
    assert run("list_keys", table="account")["keys"] == []


def test_a_global_choice(run: Any) -> None:
    run("create_choice", name="new_Roast", label="Roast", choices="Light,Dark")
    assert [one["label"] for one in run("list_choices", choice="new_roast")["choices"]] == ["Light", "Dark"]
    run("delete_choice", choice="new_roast")
    with pytest.raises(InputError, match="no such global choice"):
        run("list_choices", choice="new_roast")


@pytest.mark.parametrize(
    ("action", "options", "told"),
    [
        ("create_table", {"name": "Machine", "label": "M"}, "publisher's prefix"),
        (
            "create_column",
            {"table": "account", "name": "new_X", "label": "X", "type": "Choice"},
            "needs its options in Choices",
        ),
        ("create_column", {"table": "account", "name": "new_X", "label": "X", "type": "Txt"}, "Type"),
        ("change_table", {"table": "account"}, "there is nothing to change"),
        ("create_key", {"table": "account", "name": "new_K", "columns": "nope"}, "Columns"),
        ("delete_key", {"table": "account", "key_name": "new_K"}, "has no such key"),
        ("delete_column", {"table": "account", "column": "name"}, ""),
        ("delete_table", {"table": "account"}, ""),
    ],
)
def test_mistakes_and_refusals(
    executor: Executor, settings: dict[str, str], action: str, options: dict[str, Any], told: str
) -> None:
    result = executor.run(action, options, settings)
    with pytest.raises(OntegError):
        result.unwrap()
    assert told in str(result.error)


def test_dry_runs_change_nothing(run: Any) -> None:
    told = run("create_table", name="new_Machine", label="Machine", dry_run=True)
    assert told["requests"][0]["body"]["SchemaName"] == "new_Machine"
    assert run("list_tables", search="new_machine")["tables"] == []
