"""Find Record, Create or Find Record through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, LookupTextError, OntegError
from onteg_dynamics.executor import Executor


def find(executor: Executor, settings: dict[str, str], **options: Any) -> Any:
    return executor.run("find_record", options, settings).unwrap()


def test_one_none_and_many_are_told_apart(executor: Executor, settings: dict[str, str]) -> None:
    found = find(executor, settings, table="account", text="northwind roasters", select="name")
    assert (found["match"], found["row"]["name"]) == ("one", "Northwind Roasters")
    assert found["etag"]
    nobody = find(executor, settings, table="account", text="Nobody & 'Sons'")
    assert (nobody["match"], nobody["id"], nobody["row"]) == ("none", None, None)
    many = find(executor, settings, table="opportunity", values={"statecode": "Open"})
    assert (many["match"], many["id"]) == ("many", None)


def test_values_are_typed_by_their_columns(executor: Executor, settings: dict[str, str]) -> None:
    values = {"parentcustomerid": "Northwind Roasters", "lastname": "McKay", "fullname": "Yvonne McKay", "fax": None}
    found = find(executor, settings, table="contact", values=values, select="fullname,parentcustomerid", labels="true")
    assert found["match"] == "one"
    assert found["row"]["parentcustomerid.label"] == "Northwind Roasters"
    text = '{"parentcustomerid": "Northwind Roasters", "lastname": "McKay"}'
    assert find(executor, settings, table="contact", values=text)["id"] == found["id"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"table": "account"}, "is required when Text is empty"),
        ({"table": "account", "values": {"nam": "x"}}, 'Did you mean "name"'),
        ({"table": "account", "values": {"revenue": "much"}}, "values.revenue"),
        ({"table": "account", "values": {"accountcategorycode": "Golden"}}, "allowed are"),
    ],
)
def test_bad_input(executor: Executor, settings: dict[str, str], options: dict[str, Any], told: str) -> None:
    result = executor.run("find_record", options, settings)
    with pytest.raises(InputError):
        result.unwrap()
    assert told in str(result.error)


def test_create_or_find(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "values": {"name": "Fresh"}, "row": {"fax": "1"}}
    first = executor.run("create_or_find_record", options, settings).unwrap()
    second = executor.run("create_or_find_record", options, settings).unwrap()
    assert (first["created"], second["created"]) == (True, False)
    assert first["id"] == second["id"]
    row = executor.run("get_record", {"table": "account", "key": first["id"], "select": "fax"}, settings).unwrap()[
        "row"
    ]
    assert row["fax"] == "1"


def test_create_or_find_does_not_choose_among_many(executor: Executor, settings: dict[str, str]) -> None:
    for _ in range(2):
        executor.run("create_record", {"table": "account", "row": {"name": "Twin"}}, settings).unwrap()
    with pytest.raises(InputError, match="more than one row matches"):
        executor.run("create_or_find_record", {"table": "account", "values": {"name": "Twin"}}, settings).unwrap()


def test_create_or_find_can_be_rehearsed(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "values": {"name": "Never"}, "dry_run": "true"}
    told = executor.run("create_or_find_record", options, settings).unwrap()
    assert told["requests"][0]["body"]["name"] == "Never"
    assert find(executor, settings, table="account", text="Never")["match"] == "none"


def test_a_lookup_that_matches_nobody(executor: Executor, settings: dict[str, str]) -> None:
    with pytest.raises((InputError, LookupTextError), match="no row has this name"):
        find(executor, settings, table="contact", values={"parentcustomerid": "Nobody"})


def test_the_service_may_refuse(executor: Executor, settings: dict[str, str]) -> None:
    with pytest.raises(OntegError):
        executor.run("create_or_find_record", {"table": "incident", "values": {"title": "T"}}, settings).unwrap()
