"""Relate, Unrelate, Replace Related Records, List Relationships, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, NotFoundError, UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox.model import stable_id

NORTHWIND = stable_id("seed", "account", "Northwind Roasters")
RENE = stable_id("seed", "contact", "Rene Valdes")
OMAR = stable_id("seed", "contact", "Omar Haddad")
YVONNE = stable_id("seed", "contact", "Yvonne McKay")
LEADS = [stable_id("seed", "lead", str(number)) for number in (0, 1)]
BASE: dict[str, Any] = {
    "table": "account",
    "id": NORTHWIND,
    "related_table": "contacts",
    "relationship": "contact_customer_accounts",
}


def contacts(executor: Executor, settings: dict[str, str]) -> set[str]:
    options = {"table": "contact", "filter": f"parentcustomerid eq {NORTHWIND}", "select": "fullname"}
    return {row["contactid"] for row in executor.run("list_records", options, settings).unwrap()["rows"]}


def test_one_to_many(executor: Executor, settings: dict[str, str]) -> None:
    done = executor.run("relate_records", {**BASE, "related_ids": f"{RENE},{OMAR}"}, settings).unwrap()
    assert done["relationship"] == "contact_customer_accounts"
    assert contacts(executor, settings) == {RENE, OMAR, YVONNE}
    done = executor.run("unrelate_records", {**BASE, "related_ids": [OMAR]}, settings).unwrap()
    assert done["unrelated"] == 1
    assert contacts(executor, settings) == {RENE, YVONNE}


def test_replace(executor: Executor, settings: dict[str, str]) -> None:
    options = {**BASE, "related_ids": [YVONNE, RENE]}
    done = executor.run("replace_related_records", options, settings).unwrap()
    assert (done["related"], done["unrelated"], done["kept"]) == (1, 1, 1)
    assert contacts(executor, settings) == {RENE, YVONNE}


def test_many_to_many_by_the_tables_names(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "lead", "id": LEADS[0], "related_table": "contact", "relationship": "contactleads_association"}
    first = executor.run("relate_records", {**options, "related_ids": [OMAR, RENE]}, settings).unwrap()
    again = executor.run("relate_records", {**options, "related_ids": [OMAR]}, settings).unwrap()
    assert (first["related"], again["already_related"]) == (2, 1)
    gone = executor.run("unrelate_records", {**options, "related_ids": [OMAR]}, settings).unwrap()
    assert gone["unrelated"] == 1


def test_a_lookup(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "id": NORTHWIND, "related_table": "contact", "relationship": "primarycontactid"}
    executor.run("relate_records", {**options, "related_ids": [OMAR]}, settings).unwrap()
    found = {"table": "account", "key": NORTHWIND, "select": "primarycontactid"}
    assert executor.run("get_record", found, settings).unwrap()["row"]["primarycontactid"] == OMAR
    executor.run("unrelate_records", {**options, "related_ids": [OMAR]}, settings).unwrap()
    assert executor.run("get_record", found, settings).unwrap()["row"]["primarycontactid"] is None
    with pytest.raises(InputError, match="must be one row"):
        executor.run("relate_records", {**options, "related_ids": [OMAR, RENE]}, settings).unwrap()
    with pytest.raises(InputError, match="Update Record sets it"):
        executor.run("replace_related_records", {**options, "related_ids": [OMAR]}, settings).unwrap()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"relationship": ""}, "there are several ways from account to contact; choose one of"),
        ({"relationship": "contact_customer_acounts"}, 'Did you mean "contact_customer_accounts"'),
        ({"related_table": "uom", "relationship": ""}, "account and uom are not related"),
        ({"related_ids": "Rene"}, "several are separated by commas"),
    ],
)
def test_mistakes(executor: Executor, settings: dict[str, str], changes: dict[str, Any], told: str) -> None:
    result = executor.run("relate_records", {**BASE, "related_ids": [RENE], **changes}, settings)
    with pytest.raises((InputError, UnknownNameError)):
        result.unwrap()
    assert told in str(result.error)


def test_a_row_that_is_not_there(executor: Executor, settings: dict[str, str]) -> None:
    missing = "11111111-1111-1111-1111-111111111111"
    with pytest.raises(NotFoundError):
        executor.run("relate_records", {**BASE, "id": missing, "related_ids": [RENE]}, settings).unwrap()


@pytest.mark.parametrize("action", ["relate_records", "unrelate_records", "replace_related_records"])
def test_dry_runs_change_nothing(executor: Executor, settings: dict[str, str], action: str) -> None:
    before = contacts(executor, settings)
    told = executor.run(action, {**BASE, "related_ids": [RENE], "dry_run": "yes"}, settings).unwrap()
    assert told["requests"]
    assert contacts(executor, settings) == before


def test_list_relationships_and_their_dropdown(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "kind": "many_to_one"}
    found = executor.run("list_relationships", options, settings).unwrap()["relationships"]
    assert {one["kind"] for one in found} == {"many_to_one"}
    assert ("primarycontactid", "contact") in {(one["navigation"], one["target"]) for one in found}
    choices = executor.choices(settings, "relationships", {"table": "account", "related_table": "contact"})
    assert "contact_customer_accounts" in {choice.value for choice in choices}
