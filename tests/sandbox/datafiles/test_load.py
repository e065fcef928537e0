"""Data files as people write them: what is filled in, what is understood, and what is told of bad ones."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.datafiles import DataFileError
from tests.sandbox.datafiles.conftest import Write, only

ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def test_what_a_row_leaves_out_is_filled_in(empty: Sandbox, write: Write) -> None:
    assert empty.load(write("account.json", '[{"name": "Ada"}]')) == {"account": 1}
    row = only(empty, "account")
    assert (row["name"], row["statecode"], row["statuscode"], row["donotemail"]) == ("Ada", 0, 1, 0)
    assert row["ownerid__table"] == "systemuser"
    assert row["createdon"]
    assert row["transactioncurrencyid"] is None


def test_entity_sets_name_files_too_and_one_file_may_be_loaded(empty: Sandbox, write: Write) -> None:
    assert empty.load(write("accounts.csv", "name\nAda\nBob\n") / "accounts.csv") == {"account": 2}


def test_other_files_are_passed_over(empty: Sandbox, write: Write) -> None:
    write("README.md", "about")
    assert empty.load(write("account.csv", "name\r\nAda\r\n")) == {"account": 1}


def test_csv_of_every_type(empty: Sandbox, write: Write) -> None:
    head = "name,revenue,numberofemployees,donotemail,customertypecode,createdon,description"
    text = f'\ufeff{head}\n"A, B",1234.5,7, TRUE ,3,2020-01-02T03:04:05Z,"two\nlines"\n\nC,,,,,,\n'
    empty.load(write("account.csv", text))
    rows = {row["name"]: row for row in empty.world.store.select("account", {})}
    first, second = rows["A, B"], rows["C"]
    assert (first["revenue"], first["numberofemployees"], first["donotemail"]) == (1234.5, 7, 1)
    assert (first["customertypecode"], first["createdon"], first["description"]) == (
        3,
        "2020-01-02T03:04:05Z",
        "two\nlines",
    )
    assert (second["revenue"], second["donotemail"], second["description"]) == (None, None, None)
    assert second["createdon"]


def test_lookups_in_every_form(empty: Sandbox, write: Write) -> None:
    write("account.json", json.dumps([{"accountid": ONE, "name": "Ada", "primarycontactid": TWO}]))
    beside = {"contactid": TWO, "lastname": "B", "parentcustomerid": ONE, "parentcustomerid.table": "account"}
    inside = {"lastname": "C", "parentcustomerid": {"table": "contact", "id": TWO}}
    wire = {
        "lastname": "D",
        "_parentcustomerid_value": ONE.upper(),
        "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account",
        "parentcustomerid.label": "Ada",
    }
    answer = {"@odata.context": "…", "value": [beside, inside, wire]}
    assert empty.load(write("contact.json", json.dumps(answer))) == {"account": 1, "contact": 3}
    found = {row["lastname"]: row for row in empty.world.store.select("contact", {})}
    links = {name: (row["parentcustomerid__table"], row["parentcustomerid"]) for name, row in found.items()}
    assert links == {"B": ("account", ONE), "C": ("contact", TWO), "D": ("account", ONE)}


def test_rows_that_are_there_are_changed(empty: Sandbox, write: Write) -> None:
    empty.load(write("account.json", json.dumps([{"accountid": ONE, "name": "Ada", "fax": "1"}])))
    version = only(empty, "account")["versionnumber"]
    empty.load(write("account.json", json.dumps([{"accountid": ONE, "name": "Bob"}])))
    row = only(empty, "account")
    assert (row["name"], row["fax"]) == ("Bob", "1")
    assert row["versionnumber"] > version


def test_a_won_opportunity_needs_no_message(empty: Sandbox, write: Write) -> None:
    write("account.json", json.dumps([{"accountid": ONE, "name": "Ada"}]))
    deal = {"name": "Deal", "customerid": ONE, "customerid.table": "account", "statecode": 1}
    empty.load(write("opportunity.json", json.dumps([deal])))
    row = only(empty, "opportunity")
    assert (row["statecode"], row["statuscode"]) == (1, 3)


def test_pairs_of_many_to_many(empty: Sandbox, write: Write) -> None:
    user = {
        "systemuserid": ONE,
        "lastname": "Byron",
        "domainname": "b@x.example",
        "internalemailaddress": "b@x.example",
        "businessunitid": empty.world.organization.business_unit_id,
    }
    write("systemuser.json", json.dumps([user]))
    (role,) = empty.world.store.select("role", {"name": "Salesperson"}, ("roleid",))
    text = f"systemuserid,roleid\n{ONE},{role['roleid']}\n"
    for _ in range(2):
        empty.load(write("systemuserroles.csv", text))
        assert len(empty.world.store.select("systemuserroles", {"systemuserid": ONE})) == 1


def told(sandbox: Sandbox, path: Path) -> list[str]:
    before = sandbox.world.store.count("account")
    with pytest.raises(DataFileError) as caught:
        sandbox.load(path)
    assert sandbox.world.store.count("account") == before
    assert sandbox.world.store.db.in_transaction is False
    return str(caught.value).splitlines()


def test_every_bad_value_is_told_with_its_place(empty: Sandbox, write: Write) -> None:
    text = 'name,revenue,donotemail,acountnumber\nA,many,perhaps,1\n"B\nB",1,true,\nC,1e20,no,\n'
    lines = told(empty, write("account.csv", text))
    assert lines[:2] == [
        "account.csv, line 2, column revenue: must be a number, such as 1234.5.",
        "account.csv, line 2, column donotemail: must be true or false.",
    ]
    assert "no such column. Did you mean accountnumber" in lines[2]
    places = [line.split(":")[0] for line in lines[2:]]
    assert places == [
        "account.csv, line 2, column acountnumber",
        "account.csv, line 3, column acountnumber",
        "account.csv, line 5, column revenue",
        "account.csv, line 5, column acountnumber",
    ]


def test_lines_of_json_are_those_of_the_value(empty: Sandbox, write: Write) -> None:
    text = '[\n  {"name": "A"},\n\n  {\n    "name": "B",\n    "customertypecode": 99\n  }\n]'
    (line,) = told(empty, write("account.json", text))
    assert line.startswith("account.json, line 6, column customertypecode: ")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[\n{"name": "A"},\n{"name": }\n]', "account.json, line 3: is not valid JSON"),
        ('[{"name": "A"}\n{"name": "B"}]', "account.json, line 2: is not valid JSON"),
        ('[{"name": "A"}', "account.json, line 1: is not valid JSON"),
        ('[{"name": "A"}] x', "account.json, line 1: is not valid JSON"),
        ('[{"name": "A", "name": "B"}]', "account.json: is not valid JSON: the member 'name' stands there twice"),
        ('[{"revenue": NaN}]', "account.json: is not valid JSON: NaN is no JSON number"),
        ('{"name": "A"}', "account.json, line 1: must hold a list of rows"),
        ('{"name": }', "account.json, line 1: is not valid JSON"),
        ("[\n1]", "account.json, line 2: Each row must be a JSON object."),
        ("", "account.json, line 1: is not valid JSON"),
        ("[" * 100_000, "account.json: is nested too deeply."),
        (b'[{"name": "\xff"}]', "account.json, line 1: is not UTF-8 at byte 11"),
    ],
)
def test_json_that_is_none(empty: Sandbox, write: Write, text: str | bytes, place: str) -> None:
    (line,) = told(empty, write("account.json", text))
    assert line.startswith(place)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "account.csv, line 1: has no head line"),
        ("name,,fax\nA,B,C\n", "account.csv, line 1: The head line has no name for its field 2."),
        ("name,name\nA,B\n", "account.csv, line 1: The head line names 'name' twice."),
        ("name,fax\nA\n", "account.csv, line 2: The row has 1 fields, the head line has 2."),
        ('name\nA\n"B\n', "account.csv, line 3: is not valid CSV"),
    ],
)
def test_csv_that_is_none(empty: Sandbox, write: Write, text: str, place: str) -> None:
    (line,) = told(empty, write("account.csv", text))
    assert line.startswith(place)


@pytest.mark.parametrize(
    ("name", "row", "place"),
    [
        ("contact", {"parentcustomerid": ONE}, "column parentcustomerid: needs the table of the row beside its id"),
        ("contact", {"parentcustomerid": "Ada"}, "column parentcustomerid: must be the id of a row."),
        ("contact", {"parentcustomerid": ONE, "parentcustomerid.table": "lead"}, "one of account, contact."),
        ("account", {"primarycontactid": TWO}, f"column primarycontactid: There is no contact with the id {TWO}."),
        ("account", {"accountid": "7"}, "column accountid: "),
        ("account", {"owneridname": "x"}, "column owneridname: is worked out by the service"),
        ("account", {"statecode": 1, "statuscode": 1}, "line 1: "),
        ("account", {"statecode": 7}, "line 1, column statecode: "),
        ("incident", {"title": "A", "customerid": None}, "line 1: "),
        ("account", {"name": "A", "entityimage": "!"}, "column entityimage: must be the file's bytes in Base64."),
        ("account", {"name": "A", "entityimage": 7}, "column entityimage: must be the file's bytes in Base64."),
        ("account", {"name": "A", "entityimage": "AAAA"}, "line 1: "),
        ("systemuserroles", {"systemuserid": ONE}, "needs both systemuserid and roleid."),
        ("systemuserroles", {"systemuserid": ONE, "roleid": ONE}, "There is no systemuser with the id"),
    ],
)
def test_rows_that_cannot_be(empty: Sandbox, write: Write, name: str, row: dict[str, object], place: str) -> None:
    first = told(empty, write(f"{name}.json", json.dumps([row])))[0]
    assert first.startswith(f"{name}.json, line 1")
    assert place in first


def test_an_id_stands_once(empty: Sandbox, write: Write) -> None:
    (line,) = told(empty, write("account.csv", f"accountid,name\n{ONE},A\n{ONE.upper()},B\n"))
    assert line.startswith("account.csv, line 3, column accountid: A row with this id stands on line 2")


def test_folders_without_data(empty: Sandbox, tmp_path: Path, write: Write) -> None:
    assert "There is no such folder" in told(empty, tmp_path / "none")[0]
    assert "has no data" in told(empty, tmp_path)[0]
    assert "has no data" in told(empty, write("account.txt", "") / "account.txt")[0]
    assert "Did you mean account" in told(empty, write("acount.csv", "name\nA\n"))[0]


def test_tables_that_only_show(empty: Sandbox, write: Write) -> None:
    assert "only shows rows of other tables" in told(empty, write("activitypointer.csv", "subject\nA\n"))[0]


def test_of_very_many_faults_some_are_told(empty: Sandbox, write: Write) -> None:
    lines = told(empty, write("account.csv", "revenue\n" + "x\n" * 50))
    assert len(lines) == 11
    assert lines[-1] == "and 40 more."


def test_data_is_part_of_what_a_reset_goes_back_to(write: Write) -> None:
    with Sandbox("empty", data=write("account.csv", "name\nAda\n")) as sandbox:
        assert only(sandbox, "account")["name"] == "Ada"
        sandbox.world.store.db.execute("DELETE FROM account")
        sandbox.reset()
        assert only(sandbox, "account")["name"] == "Ada"


def test_a_sandbox_with_bad_data_does_not_start(write: Write, tmp_path: Path) -> None:
    sandbox = Sandbox("empty", data=write("account.csv", "nam\nAda\n"), db=tmp_path / "rows.sqlite")
    with pytest.raises(DataFileError, match=r"account.csv, line 2, column nam"):
        sandbox.start()
    with closing(sqlite3.connect(tmp_path / "rows.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM account").fetchone() == (0,)
