"""Pages: the next one on its way, loops refused, nothing fetched that is not wanted."""

from __future__ import annotations

from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox


def asked(sandbox: Sandbox, entity_set: str) -> int:
    return len([one for one in sandbox.exchanges if f"/{entity_set}?" in one.target])


def test_no_page_is_fetched_that_is_not_wanted(executor: Executor, settings: dict[str, str], sandbox: Sandbox) -> None:
    for top, pages in ((2, 1), (4, 2), (5, 3)):
        sandbox.reset()
        options = {"table": "account", "select": "name", "page_size": 2, "top": top}
        output = executor.run("list_records", options, settings).unwrap()
        assert (len(output["rows"]), output["complete"], output["reason"]) == (top, False, "top")
        assert asked(sandbox, "accounts") == pages


def test_all_pages_by_either_way(executor: Executor, settings: dict[str, str]) -> None:
    fetch = "<fetch><entity name='account'><attribute name='name'/></entity></fetch>"
    odata = executor.run("list_records", {"table": "account", "select": "name", "page_size": 3}, settings).unwrap()
    xml = executor.run("query_with_fetchxml", {"fetchxml": fetch, "page_size": 3}, settings).unwrap()
    assert sorted(row["name"] for row in odata["rows"]) == sorted(row["name"] for row in xml["rows"])
    assert odata["complete"]
    assert xml["complete"]


def test_rows_keep_their_shape_where_annotations_come_and_go(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "contact", "select": "fullname,parentcustomerid,birthdate,preferredcontactmethodcode"}
    rows = executor.run("list_records", {**options, "labels": True}, settings).unwrap()["rows"]
    assert len({tuple(sorted(row)) for row in rows}) == 1
    assert {"parentcustomerid.label", "parentcustomerid.table"} < set(rows[0])
    assert not [name for row in rows for name in row if "@" in name or name.startswith("_")]
