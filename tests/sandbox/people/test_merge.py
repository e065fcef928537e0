from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.people.conftest import Office
from tests.sandbox.service.client import Answer

CRM = "Microsoft.Dynamics.CRM."
SETS = {"account": "accounts", "contact": "contacts", "lead": "leads", "incident": "incidents"}


def _merge(office: Office, table: str, target: str, other: str, **more: Any) -> Answer:
    rows = {
        name: {"@odata.type": f"{CRM}{table}", f"{table}id": own}
        for name, own in (("Target", target), ("Subordinate", other))
    }
    return office.post("Merge", {**rows, "PerformParentingChecks": False, **more})


def _pair(office: Office, table: str) -> tuple[str, str]:
    given: dict[str, Any] = {"account": {"name": "x"}, "contact": {"lastname": "x"}, "lead": {"lastname": "x"}}
    if table == "incident":
        customer = office.create("accounts", name="Customer")
        given["incident"] = {"title": "x", "customerid_account@odata.bind": f"/accounts({customer})"}
    first, second = (office.create(SETS[table], **given[table]) for _ in range(2))
    return first, second


@pytest.mark.parametrize(
    ("table", "state"), [("account", (1, 2)), ("contact", (1, 2)), ("lead", (2, 7)), ("incident", (2, 2000))]
)
def test_the_subordinate_becomes_inactive(office: Office, table: str, state: tuple[int, int]) -> None:
    target, other = _pair(office, table)
    assert _merge(office, table, target, other).status == 204
    row = office.get(f"{SETS[table]}({other})").json()
    assert (row["statecode"], row["statuscode"]) == state
    assert (row["_masterid_value"], row["merged"]) == (target, True)
    assert office.get(f"{SETS[table]}({target})").json()["statecode"] == 0


def test_children_move_and_content_is_written(office: Office) -> None:
    target, other = _pair(office, "account")
    person = office.create("contacts", lastname="x", **{"parentcustomerid_account@odata.bind": f"/accounts({other})"})
    task = office.create("tasks", subject="x", **{"regardingobjectid_account_task@odata.bind": f"/accounts({other})"})
    content = {"@odata.type": f"{CRM}account", "accountnumber": "1234"}
    assert _merge(office, "account", target, other, UpdateContent=content).status == 204
    assert office.get(f"contacts({person})").json()["_parentcustomerid_value"] == target
    assert office.get(f"tasks({task})").json()["_regardingobjectid_value"] == target
    assert office.get(f"accounts({target})").json()["accountnumber"] == "1234"
    assert office.get(f"accounts({other})").json()["accountnumber"] is None


def test_a_case_takes_no_content(office: Office) -> None:
    target, other = _pair(office, "incident")
    content = {"@odata.type": f"{CRM}incident", "title": "New"}
    assert _merge(office, "incident", target, other, UpdateContent=content).status == 204
    assert office.get(f"incidents({target})").json()["title"] == "x"


def test_a_parent_does_not_become_its_own_child(office: Office) -> None:
    target, other = _pair(office, "account")
    office.patch(f"accounts({target})", {"parentaccountid@odata.bind": f"/accounts({other})"})
    assert _merge(office, "account", target, other).status == 204
    assert office.get(f"accounts({target})").json()["_parentaccountid_value"] is None


def test_parents_are_compared_when_asked_for(office: Office) -> None:
    target, other = _pair(office, "account")
    parents = [office.create("accounts", name=name) for name in ("A", "B")]
    office.patch(f"accounts({other})", {"parentaccountid@odata.bind": f"/accounts({parents[0]})"})
    assert _merge(office, "account", target, other, PerformParentingChecks=True).code == "0x80045317"
    office.patch(f"accounts({target})", {"parentaccountid@odata.bind": f"/accounts({parents[1]})"})
    assert _merge(office, "account", target, other, PerformParentingChecks=True).code == "0x80045316"
    office.patch(f"accounts({target})", {"parentaccountid@odata.bind": f"/accounts({parents[0]})"})
    assert _merge(office, "account", target, other, PerformParentingChecks=True).status == 204


def test_what_cannot_be_merged(office: Office) -> None:
    target, other = _pair(office, "account")
    person = office.create("contacts", lastname="x")
    assert _merge(office, "account", target, target).code == "0x80045305"
    mixed = {"Subordinate": {"@odata.type": f"{CRM}contact", "contactid": person}}
    assert _merge(office, "account", target, other, **mixed).code == "0x80048d19"
    assert _merge(office, "account", target, other, UpdateContent={"name": "y"}).code == "0x80048d19"
    product = [office.create("territories", name=name) for name in "ab"]
    assert _merge(office, "territory", *product).code == "0x80040800"
    assert _merge(office, "account", target, other).status == 204
    assert _merge(office, "account", target, other).code == "0x80045304"


def test_the_caller_must_be_allowed_to_write_both(office: Office) -> None:
    user = office.user("Ada", "Salesperson")
    target, other = _pair(office, "account")
    body = {
        name: {"@odata.type": f"{CRM}account", "accountid": own}
        for name, own in (("Target", target), ("Subordinate", other))
    }
    answer = office.as_(user, "POST", "Merge", body)
    assert (answer.status, answer.code) == (403, "0x80048306")
    for own in (target, other):
        office.patch(f"accounts({own})", {"ownerid@odata.bind": f"/systemusers({user})"})
    child = office.create("incidents", title="Of others", **{"customerid_account@odata.bind": f"/accounts({other})"})
    assert office.as_(user, "POST", "Merge", body).status == 204
    assert office.get(f"incidents({child})").json()["_customerid_value"] == target


def test_a_new_owner_gets_what_lies_below(office: Office) -> None:
    user, team = office.user("Ada", "Basic User"), office.team("Crew")
    own = office.create("accounts", name="x")
    person = office.create("contacts", lastname="x", **{"parentcustomerid_account@odata.bind": f"/accounts({own})"})
    for bind, expected in ((f"/systemusers({user})", (user, user, None)), (f"/teams({team})", (team, None, team))):
        assert office.patch(f"accounts({own})", {"ownerid@odata.bind": bind}).status == 204
        for url in (f"accounts({own})", f"contacts({person})"):
            row = office.get(url).json()
            assert tuple(row[f"_{name}_value"] for name in ("ownerid", "owninguser", "owningteam")) == expected
            assert row["_owningbusinessunit_value"] == office.unit
    answer = office.patch(f"accounts({own})", {"ownerid@odata.bind": f"/accounts({own})"})
    assert answer.status == 400
