"""Run Batch through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onteg_dynamics.errors import InputError, NotFoundError, OntegError
from onteg_dynamics.sandbox import Sandbox

MISSING = "11111111-1111-1111-1111-111111111111"


def names(run: Any, prefix: str) -> list[str]:
    options = {"table": "account", "filter": f"startswith(name,'{prefix}')", "select": "name", "order_by": "name"}
    return [row["name"] for row in run("list_records", **options)["rows"]]


def create(name: str, /, **more: Any) -> dict[str, Any]:
    return {"operation": "Create", "table": "account", "row": {"name": name}, **more}


def delete(key: str, /, **more: Any) -> dict[str, Any]:
    return {"operation": "Delete", "table": "account", "key": key, **more}


def batches(sandbox: Sandbox) -> int:
    return sum(one.target.endswith("$batch") and b"POST" in one.request_body for one in sandbox.exchanges)


def test_operations_of_every_kind(run: Any, sandbox: Sandbox) -> None:
    old = run("create_record", table="account", row={"name": "RB0"})["id"]
    operations = [
        create("RB1", name="new"),
        {"operation": "Create", "table": "contact", "row": {"lastname": "L", "parentcustomerid": "$new"}},
        {"operation": "Update", "table": "account", "key": "$new", "row": {"numberofemployees": "12"}},
        {"operation": "Upsert", "table": "accounts", "key": MISSING, "row": {"name": "RB2"}},
        {"operation": "Get", "table": "account", "key": "$new", "select": "name,numberofemployees,revenue"},
        delete(old),
    ]
    output = run("run_batch", operations=json.dumps(operations))
    assert (output["done"], output["failed"], batches(sandbox)) == (6, 0, 1)
    new, contact, *_, read, gone = output["results"]
    assert (new["name"], new["table"], gone["id"]) == ("new", "account", old)
    assert read["row"] == {"name": "RB1", "numberofemployees": 12, "revenue": None, "accountid": new["id"]}
    found = run("get_record", table="contact", key=contact["id"], select="parentcustomerid", labels=True)["row"]
    assert (found["parentcustomerid"], found["parentcustomerid.table"]) == (new["id"], "account")
    assert names(run, "RB") == ["RB1", "RB2"]


def test_all_or_nothing(run: Any) -> None:
    operations = [create("G1"), create("G2"), delete(MISSING)]
    with pytest.raises(NotFoundError, match="the group that begins at operation 0; 0 operations were done"):
        run("run_batch", operations=operations, all_or_nothing=True)
    assert names(run, "G") == []


def test_groups_stand_for_themselves(run: Any) -> None:
    operations = [
        create("H1", group="a"),
        create("H2", group="a"),
        create("H3", group="b"),
        delete(MISSING, group="b"),
        create("H4"),
    ]
    output = run("run_batch", operations=operations, on_error="Go On")
    assert [one["outcome"] for one in output["results"]] == ["done", "done", "failed", "undone", "done"]
    assert output["results"][2]["error"]["status"] == 404
    assert names(run, "H") == ["H1", "H2", "H4"]


def test_it_stops_at_the_first_failure(run: Any) -> None:
    with pytest.raises(NotFoundError, match="stopped at operation 1; 1 operations were done"):
        run("run_batch", operations=[create("S1"), delete(MISSING), create("S2")])
    assert names(run, "S1") == ["S1"]
    assert names(run, "S2") == []


def test_many_operations_travel_in_several_batches(run: Any, sandbox: Sandbox) -> None:
    operations = [create(f"M{number:04d}", group="first" if number < 600 else "second") for number in range(1200)]
    assert run("run_batch", operations=operations)["done"] == 1200
    assert batches(sandbox) == 2
    assert len(names(run, "M")) == 1200


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ({"operation": "Update", "table": "account", "row": {"name": "x"}}, "is required"),
        ({"operation": "Update", "table": "account", "key": "$nobody", "row": {"name": "x"}}, "no earlier operation"),
        ({"operation": "Delete", "table": "account", "key": "Contoso"}, "is a GUID"),
        ({"operation": "Create", "table": "account", "key": MISSING, "row": {"name": "x"}}, "not for a new row"),
        ({"operation": "Create", "table": "account", "row": {"nmae": "x"}}, 'Did you mean "name"'),
        ({"operation": "Create", "table": "acount", "row": {"name": "x"}}, 'Did you mean "account"'),
        ({"operation": "Get", "table": "account", "key": MISSING, "group": "a"}, "holds no Get"),
        ({"operation": "Merge", "table": "account"}, "must be one of"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_sent(
    run: Any, sandbox: Sandbox, operation: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=r"Operations \(operations") as caught:
        run("run_batch", operations=[operation])
    assert told in str(caught.value)
    assert batches(sandbox) == 0


def test_every_problem_is_named(run: Any) -> None:
    with pytest.raises(InputError) as caught:
        run("run_batch", operations=[{"operation": "Delete", "table": "account"}] * 3)
    assert [problem.path for problem in caught.value.problems] == [f"operations.{index}.key" for index in range(3)]


def test_a_dry_run_shows_every_request(run: Any, sandbox: Sandbox) -> None:
    operations = [create("D1", name="d"), {"operation": "Update", "table": "account", "key": "$d", "row": {"fax": "1"}}]
    output = run("run_batch", operations=operations, all_or_nothing="true", dry_run=True)
    assert [one["method"] for one in output["requests"]] == ["POST", "PATCH"]
    assert batches(sandbox) == 0
    assert names(run, "D1") == []


def test_an_error_of_the_batch_itself_comes_through(run: Any) -> None:
    row = {"name": "x" * 5000}
    with pytest.raises(OntegError, match="length"):
        run("run_batch", operations=[{"operation": "Create", "table": "account", "row": row}])
