"""Create, Update, Upsert, Delete Records, Start Bulk Delete, Get Job Status, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, OntegError, ServiceError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.model import stable_id


def leads(run: Any, text: str) -> list[str]:
    rows = run("list_records", table="lead", filter=f"startswith(lastname,'{text}')", order_by="lastname")["rows"]
    return [row["lastname"] for row in rows]


def posts(sandbox: Sandbox, end: str) -> int:
    return len([one for one in sandbox.exchanges if one.method == "POST" and one.target.endswith(end)])


def test_create_in_chunks(run: Any, sandbox: Sandbox) -> None:
    rows = [{"lastname": f"Bulk {number:03d}", "leadsourcecode": "Web"} for number in range(25)]
    output = run("create_records", table="leads", rows=rows, chunk_size="10")
    assert (output["done"], output["failed"]) == (25, 0)
    assert len(set(output["ids"])) == 25
    assert leads(run, "Bulk") == [row["lastname"] for row in rows]
    assert posts(sandbox, "CreateMultiple") == 3
    assert run("get_record", table="lead", key=output["ids"][7])["row"]["lastname"] == "Bulk 007"


def test_rows_may_come_as_text(run: Any) -> None:
    text = '[{"lastname": "Text 1", "estimatedamount": "12.5"}, {"lastname": "Text 2"}]'
    assert run("create_records", table="lead", rows=text)["done"] == 2


def test_rows_that_do_not_fit_stop_everything_before_it_is_sent(
    executor: Executor, settings: dict[str, str], run: Any
) -> None:
    rows = [{"lastname": "Wrong 1"}, {"lastnam": "x"}, {"lastname": "Wrong 2", "leadsourcecode": "Nowhere"}]
    result = executor.run("create_records", {"table": "lead", "rows": rows}, settings)
    with pytest.raises(InputError) as caught:
        result.unwrap()
    assert {problem.path for problem in caught.value.problems} == {"rows.1.row.lastnam", "rows.2.row.leadsourcecode"}
    assert leads(run, "Wrong") == []


def test_going_on_names_each_row_that_could_not_be_written(run: Any) -> None:
    rows: list[dict[str, Any]] = [
        {"lastname": "Mixed 1"},
        {"lastname": "Mixed 2", "subject": "x" * 301},
        {"lastnam": "x"},
        {"lastname": "Mixed 4"},
    ]
    output = run("create_records", table="lead", rows=rows, on_error="Go On")
    assert (output["done"], output["failed"]) == (2, 2)
    failures = {failure["index"]: failure["error"] for failure in output["failures"]}
    assert failures[1]["code"] == "0x80044331"
    assert failures[2]["kind"] == "UnknownNameError"
    assert output["ids"][1] is None
    assert leads(run, "Mixed") == ["Mixed 1", "Mixed 4"]


def test_stopping_says_what_was_done_before(run: Any) -> None:
    rows = [{"lastname": f"Stop {number}"} for number in range(4)] + [{"lastname": "Stop 4", "subject": "x" * 301}]
    with pytest.raises(ServiceError, match=r"It stopped at rows 4 to 4; 4 rows were done"):
        run("create_records", table="lead", rows=rows, chunk_size=2)
    assert len(leads(run, "Stop")) == 4


def test_update(run: Any) -> None:
    ids = run("create_records", table="lead", rows=[{"lastname": f"U{number}"} for number in range(3)])["ids"]
    rows = [{"id": ids[0], "jobtitle": "A"}, {"leadid": ids[1], "jobtitle": "B"}, {"id": ids[2], "jobtitle": None}]
    assert run("update_records", table="lead", rows=rows)["done"] == 3
    found = run("list_records", table="lead", filter="startswith(lastname,'U')", select="jobtitle", order_by="lastname")
    assert [row["jobtitle"] for row in found["rows"]] == ["A", "B", None]
    with pytest.raises(InputError, match="is required: the id of the row to change"):
        run("update_records", table="lead", rows=[{"jobtitle": "A"}])


def test_upsert_by_id_and_by_key(run: Any) -> None:
    run("create_key", table="account", name="new_Number", columns="accountnumber")
    rows = [{"accountnumber": "NR-1001", "fax": "1"}, {"accountnumber": "X & 'Y'", "name": "New"}]
    assert run("upsert_records", table="account", rows=rows, key_columns="accountnumber")["done"] == 2
    assert run("count_records", table="account")["count"] == 11
    found = run("get_record", table="account", key={"accountnumber": "X & 'Y'"}, select="name")
    assert found["row"]["name"] == "New"
    again = run("upsert_records", table="account", rows=[{"id": found["id"], "name": "Newer"}])
    assert again["ids"] == [found["id"]]
    assert run("find_record", table="account", text="Newer")["match"] == "one"


def test_tables_without_the_message_go_in_batches(run: Any, sandbox: Sandbox) -> None:
    def forget() -> None:
        sandbox.world.store.db.execute("DELETE FROM sdkmessagefilter WHERE primaryobjecttypecode = 'lead'")

    sandbox.call(forget)
    rows = [{"lastname": "Batch 1"}, {"lastname": "Batch 2", "subject": "x" * 301}, {"lastname": "Batch 3"}]
    output = run("create_records", table="lead", rows=rows, on_error="Go On")
    assert (output["done"], output["failures"][0]["index"]) == (2, 1)
    assert posts(sandbox, "CreateMultiple") == 0
    assert leads(run, "Batch") == ["Batch 1", "Batch 3"]


def test_delete(run: Any) -> None:
    ids = run("create_records", table="lead", rows=[{"lastname": f"D{number}"} for number in range(5)])["ids"]
    missing = "11111111-1111-1111-1111-111111111111"
    output = run("delete_records", table="lead", ids=",".join([*ids, missing]), chunk_size=2)
    assert (output["done"], output["failed"]) == (6, 0)
    assert leads(run, "D") == []


def test_a_row_that_must_stay(run: Any) -> None:
    run("create_table", name="new_Pet", label="Pet")
    lookup = {"name": "new_OwnerId", "label": "Owner", "type": "Lookup"}
    run("create_column", table="new_pet", related_table="lead", on_delete="Restrict", **lookup)
    ids = run("create_records", table="lead", rows=[{"lastname": "Keep"}, {"lastname": "Go"}])["ids"]
    run("create_record", table="new_pet", row={"new_name": "Rex", "new_ownerid": ids[0]})
    output = run("delete_records", table="lead", ids=ids, on_error="Go On")
    assert (output["done"], output["failed"]) == (1, 1)
    assert output["failures"][0]["error"]["code"] == "0x80040227"
    with pytest.raises(OntegError):
        run("delete_records", table="lead", ids=ids[:1])


def test_a_job_deletes_and_tells_how_it_stands(run: Any) -> None:
    run("create_records", table="lead", rows=[{"lastname": "Old", "jobtitle": "x"} for _ in range(3)])
    job = run("start_bulk_delete", table="lead", values={"jobtitle": "x", "fax": None}, job_name="Old ones")["job_id"]
    first = run("get_job_status", job_id=job)
    assert (first["name"], first["state"], first["ended"], first["outcome"]) == ("Old ones", "running", False, None)
    last = run("get_job_status", job_id=job, wait="10")
    assert (last["state"], last["outcome"]) == ("completed", "succeeded")
    assert leads(run, "Old") == []
    with pytest.raises(InputError, match="a whole table is not deleted"):
        run("start_bulk_delete", table="lead")


@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("create_records", {"rows": [{"lastname": "Dry"}]}),
        ("update_records", {"rows": [{"id": stable_id("seed", "lead", "1"), "jobtitle": "Dry"}]}),
        ("upsert_records", {"rows": [{"lastname": "Dry"}]}),
        ("delete_records", {"ids": stable_id("seed", "lead", "1")}),
        ("start_bulk_delete", {"values": {"lastname": "Dry"}}),
    ],
)
def test_dry_runs_change_nothing(run: Any, sandbox: Sandbox, action: str, options: dict[str, Any]) -> None:
    before = sandbox.call(lambda: sandbox.world.store.db.total_changes)
    told = run(action, table="lead", **options, dry_run=True)
    assert len(told["requests"]) == 1
    assert sandbox.call(lambda: sandbox.world.store.db.total_changes) == before
