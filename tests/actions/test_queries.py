"""List Records through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox


@pytest.fixture
def many(sandbox: Sandbox, executor: Executor, settings: dict[str, str]) -> int:
    """Leads enough for several pages."""
    targets = [{"@odata.type": "Microsoft.Dynamics.CRM.lead", "lastname": f"N{n:04d}"} for n in range(120)]
    options = {
        "path": "leads/Microsoft.Dynamics.CRM.CreateMultiple",
        "method": "POST",
        "body": {"Targets": targets},
    }
    executor.run("send_request", options, settings).unwrap()
    return len(sandbox.world.store.select("lead", {}, ("leadid",)))


def test_all_pages_come(executor: Executor, settings: dict[str, str], many: int) -> None:
    result = executor.run("list_records", {"table": "leads", "select": "lastname", "page_size": "50"}, settings)
    output = result.unwrap()
    assert len({row["leadid"] for row in output["rows"]}) == len(output["rows"]) == many
    assert (output["complete"], output["reason"], output["cursor"]) == (True, "end", None)
    assert result.stats["pages"] == -(-many // 50)
    assert result.stats["rows"] == many


def test_a_stream_hands_out_page_by_page(executor: Executor, settings: dict[str, str], many: int) -> None:
    stream = executor.stream("list_records", {"table": "lead", "page_size": 25}, settings)
    sizes = [len(page) for page in stream]
    assert sum(sizes) == many
    assert max(sizes) == 25
    assert stream.result is not None
    assert stream.result.output["complete"] is True


def test_a_bounded_step_goes_on_with_its_cursor(settings: dict[str, str], many: int) -> None:
    options: dict[str, Any] = {"table": "lead", "select": "lastname", "order_by": "lastname desc", "page_size": 30}
    seen: list[str] = []
    with Executor(inline_rows=40) as executor:
        while True:
            output = executor.run("list_records", options, settings).unwrap()
            seen += [row["leadid"] for row in output["rows"]]
            if output["complete"]:
                break
            assert output["reason"] == "limit"
            options["cursor"] = output["cursor"]
    assert len(seen) == len(set(seen)) == many


def test_top_is_not_complete_and_goes_on(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "select": "name", "order_by": "name", "top": "3"}
    first = executor.run("list_records", options, settings).unwrap()
    assert (len(first["rows"]), first["complete"], first["reason"]) == (3, False, "top")
    second = executor.run("list_records", {**options, "cursor": first["cursor"]}, settings).unwrap()
    names = [row["name"] for row in (*first["rows"], *second["rows"])]
    assert names == sorted(names, key=str.lower)
    assert len(set(names)) == 6


def test_a_cursor_belongs_to_its_query(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "select": "name", "top": "3"}
    cursor = executor.run("list_records", options, settings).unwrap()["cursor"]
    result = executor.run("list_records", {"table": "contact", "select": "fullname", "cursor": cursor}, settings)
    assert not result.ok
    assert "Cursor" in str(result.error) or "cursor" in str(result.error)


def test_lookups_are_filtered_and_sorted_by_their_logical_name(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "select": "name,primarycontactid", "filter": "primarycontactid ne null", "top": 1}
    row = executor.run("list_records", options, settings).unwrap()["rows"][0]
    again = {"table": "account", "filter": f"primarycontactid eq {row['primarycontactid']}", "select": "name"}
    found = executor.run("list_records", again, settings).unwrap()["rows"]
    assert [one["name"] for one in found] == [row["name"]]


def test_expand_and_count(executor: Executor, settings: dict[str, str]) -> None:
    options = {
        "table": "account",
        "select": "name",
        "filter": "name eq 'Northwind Roasters'",
        "expand": "primarycontactid($select=fullname),contact_customer_accounts($select=fullname)",
        "count": "true",
    }
    output = executor.run("list_records", options, settings).unwrap()
    row = output["rows"][0]
    assert (output["count"], output["count_is_minimum"]) == (1, False)
    assert row["primarycontactid"]["fullname"] == "Yvonne McKay"
    assert {contact["fullname"] for contact in row["contact_customer_accounts"]} == {"Yvonne McKay", "Omar Haddad"}
    assert not [name for name in row if "@" in name]


def test_raw_rows_keep_their_annotations(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "select": "name,revenue", "top": 1, "raw": "true", "labels": "true"}
    row = executor.run("list_records", options, settings).unwrap()["rows"][0]
    assert "@odata.etag" in row
    assert "revenue@OData.Community.Display.V1.FormattedValue" in row


def test_a_long_filter_goes_as_a_batch(executor: Executor, settings: dict[str, str], sandbox: Sandbox) -> None:
    text = (
        " or ".join(f"name eq 'Company number {number:05d}'" for number in range(900)) + " or name eq 'Fourth Coffee'"
    )
    rows = executor.run("list_records", {"table": "account", "filter": text}, settings).unwrap()["rows"]
    assert [row["name"] for row in rows] == ["Fourth Coffee"]
    assert sandbox.exchanges[-1].target.endswith("$batch")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"filter": "name eq 'O'Brien'"}, "Filter (filter): the quotes do not match"),
        ({"select": "nam"}, 'Did you mean "name"'),
        ({"select": "industrycode.label"}, "It comes beside industrycode where Labels is on"),
        ({"top": "three"}, "Top (top): must be a whole number"),
        ({"page_size": "5001"}, "Page Size (page_size)"),
        ({"labels": "maybe"}, "Labels (labels): must be true or false"),
        ({"cursor": "nonsense"}, "ursor"),
    ],
)
def test_bad_input(executor: Executor, settings: dict[str, str], options: dict[str, str], told: str) -> None:
    result = executor.run("list_records", {"table": "account", **options}, settings)
    with pytest.raises(InputError):
        result.unwrap()
    assert told in str(result.error)


@pytest.mark.parametrize(
    ("action", "options"), [("query_with_fetchxml", {}), ("export_records", {"path": "memory://unknown/b.csv"})]
)
def test_an_unknown_column_in_fetchxml_is_told_with_what_may_be_meant(
    executor: Executor, settings: dict[str, str], action: str, options: dict[str, str]
) -> None:
    fetchxml = "<fetch><entity name='contact'><attribute name='lastnam'/></entity></fetch>"
    with pytest.raises(UnknownNameError) as caught:
        executor.run(action, {"fetchxml": fetchxml, **options}, settings).unwrap()
    assert str(caught.value).startswith('FetchXML (fetchxml): contact has no column "lastnam". Did you mean "lastname"')


@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("list_records", {}),
        ("count_records", {}),
        ("aggregate_records", {"group_by": "industrycode"}),
        ("list_new_or_updated_records", {}),
        ("export_records", {"path": "memory://unknown/a.csv"}),
        ("export_records", {"path": "memory://unknown/a.csv", "parallel": "1"}),
    ],
)
def test_an_unknown_column_in_a_filter_names_the_field(
    executor: Executor, settings: dict[str, str], action: str, options: dict[str, str]
) -> None:
    result = executor.run(action, {"table": "account", "filter": "nam eq 'x'", **options}, settings)
    with pytest.raises(UnknownNameError, match=r"Filter \(filter\)"):
        result.unwrap()
    assert 'Did you mean "name"' in str(result.error)
