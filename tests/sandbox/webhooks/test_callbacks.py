"""Callback registrations: the triggers of flows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.webhooks.desk import Desk


def told(desk: Desk) -> list[str]:
    return [post.json()["SdkMessage"] for post in sorted(desk.posts(), key=lambda post: post.json()["RowVersion"])]


def test_a_row_is_posted_with_what_happened(desk: Desk) -> None:
    desk.callback(4, runas=1)
    account = desk.create("accounts", name="A")
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    contact = desk.create("contacts", lastname="Glynn", gendercode=2, donotphone=True, **bind)
    post = desk.the_post()
    body = post.json()
    assert post.headers["content-type"] == "application/json; charset=utf-8"
    assert (body["SdkMessage"], body["ItemInternalId"], body["contactid"]) == ("Create", contact, contact)
    assert body["RunAsSystemUserId"] == desk.row("WhoAmI")["UserId"]
    assert body["RowVersion"].isdigit()
    assert (body["lastname"], body["gendercode"], body["_gendercode_label"]) == ("Glynn", 2, "Female")
    assert (body["donotphone"], body["_statecode_label"]) == (True, "Active")
    assert (body["_parentcustomerid_value"], body["_parentcustomerid_type"]) == (account, "accounts")
    assert None not in body.values()


def test_of_a_deleted_row_there_is_its_id(desk: Desk) -> None:
    contact = desk.create("contacts", lastname="A")
    desk.callback(2)
    desk.call("DELETE", f"contacts({contact})")
    body = desk.the_post().json()
    assert set(body) == {"SdkMessage", "RunAsSystemUserId", "RowVersion", "ItemInternalId", "contactid"}
    assert (body["SdkMessage"], body["contactid"]) == ("Delete", contact)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (1, {"Create"}),
        (2, {"Delete"}),
        (3, {"Update"}),
        (4, {"Create", "Update"}),
        (5, {"Create", "Delete"}),
        (6, {"Update", "Delete"}),
        (7, {"Create", "Update", "Delete"}),
    ],
)
def test_which_messages_are_told(desk: Desk, message: int, expected: set[str]) -> None:
    desk.callback(message)
    contact = desk.create("contacts", lastname="A")
    desk.call("PATCH", f"contacts({contact})", {"lastname": "A"})
    desk.call("DELETE", f"contacts({contact})")
    assert set(told(desk)) == expected
    assert len(desk.receiver.posts) == len(expected)


def test_columns_and_conditions(desk: Desk) -> None:
    desk.callback(7, filteringattributes="firstname,jobtitle", filterexpression="contains(firstname,'John')")
    contact = desk.create("contacts", firstname="Jim")
    desk.call("PATCH", f"contacts({contact})", {"lastname": "X"})
    desk.call("PATCH", f"contacts({contact})", {"firstname": "Joe"})
    assert desk.posts() == []
    desk.call("PATCH", f"contacts({contact})", {"firstname": "John"})
    desk.call("PATCH", f"contacts({contact})", {"lastname": "Y"})
    assert told(desk) == ["Update"]
    desk.call("DELETE", f"contacts({contact})")
    assert sorted(told(desk)) == ["Delete", "Update"]


def other_user(desk: Desk) -> dict[str, Any]:
    own = desk.row("WhoAmI")["UserId"]
    rows = desk.rows("systemusers?$select=systemuserid,_businessunitid_value&$filter=isdisabled eq false")
    return next(row for row in rows if row["systemuserid"] != own)


def test_scope_user_is_of_own_rows(desk: Desk) -> None:
    desk.callback(4, scope=1)
    bind = {"ownerid@odata.bind": f"/systemusers({other_user(desk)['systemuserid']})"}
    desk.create("contacts", lastname="Theirs", **bind)
    assert desk.posts() == []
    desk.create("contacts", lastname="Mine")
    assert desk.the_post().json()["lastname"] == "Mine"


def test_scope_units_are_of_the_unit_and_those_below(desk: Desk) -> None:
    root = desk.row("WhoAmI")["BusinessUnitId"]
    below = desk.create("businessunits", name="Below", **{"parentbusinessunitid@odata.bind": f"/businessunits({root})"})
    binds = {
        "businessunitid@odata.bind": f"/businessunits({below})",
        "administratorid@odata.bind": f"/systemusers({desk.row('WhoAmI')['UserId']})",
    }
    team = desk.create("teams", name="They", teamtype=0, **binds)
    desk.callback(4, scope=2, name="Own unit")
    desk.callback(4, scope=3, name="Units below")
    desk.create("contacts", lastname="Theirs", **{"ownerid@odata.bind": f"/teams({team})"})
    assert len(desk.posts()) == 1
    assert [job["name"] for job in desk.jobs()] == ["Units below"]
    desk.create("contacts", lastname="Mine")
    assert len(desk.posts()) == 3


@pytest.mark.parametrize(("runas", "expected"), [(1, "me"), (2, "them"), (3, "me"), (None, "me")])
def test_who_runs_it(desk: Desk, runas: int | None, expected: str) -> None:
    members: dict[str, Any] = {} if runas is None else {"runas": runas}
    desk.callback(1, **members)
    other = other_user(desk)["systemuserid"]
    desk.create("contacts", lastname="Theirs", **{"ownerid@odata.bind": f"/systemusers({other})"})
    me = desk.row("WhoAmI")["UserId"]
    assert desk.the_post().json()["RunAsSystemUserId"] == {"me": me, "them": other}[expected]


def test_a_job_tells_how_it_went(desk: Desk) -> None:
    desk.callback(1, name="My flow")
    desk.receiver.statuses = [500]
    desk.create("contacts", lastname="A")
    assert len(desk.posts()) == 1
    (job,) = desk.jobs()
    assert (job["name"], job["operationtype"], job["statuscode"]) == ("My flow", 79, 31)


def test_links_are_not_told_of(desk: Desk) -> None:
    desk.callback(7, table="team")
    (team,) = desk.rows("teams?$top=1&$select=teamid")
    (role,) = desk.rows("roles?$top=1&$select=roleid")
    body = {"@odata.id": f"{desk.root}roles({role['roleid']})"}
    assert desk.call("POST", f"teams({team['teamid']})/teamroles_association/$ref", body).status_code == 204
    assert desk.posts() == []


def test_callbacks_can_be_suppressed(desk: Desk) -> None:
    desk.callback(1)
    quiet = {"MSCRM_SuppressCallbackRegistrationExpanderJob": "true"}
    desk.call("POST", "contacts", {"lastname": "A"}, **quiet)
    assert desk.posts() == []
    desk.call("POST", "contacts", {"lastname": "A"}, MSCRM_BypassBusinessLogicExecution="CustomSync,CustomAsync")
    assert len(desk.posts()) == 1  # flows are no custom logic


def test_the_address_is_never_read(desk: Desk) -> None:
    callback = desk.callback()
    assert "url" not in desk.row(f"callbackregistrations({callback})")
    assert "url" not in desk.row(f"callbackregistrations({callback})?$select=name,url")
    row = desk.row(f"callbackregistrations({callback})")
    assert (row["runas"], row["softdeletestatus"], row["harddelete"]) == (3, 0, False)


def test_a_registration_ends(desk: Desk) -> None:
    callback = desk.callback()
    assert desk.call("DELETE", f"callbackregistrations({callback})").status_code == 204
    desk.create("contacts", lastname="A")
    assert desk.posts() == []


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"entityname": "nonsense"}, 400),
        ({"entityname": "activitypointer"}, 400),
        ({"entityname": None}, 400),
        ({"message": None}, 400),
        ({"message": 8}, 400),
        ({"scope": None}, 400),
        ({"version": None}, 400),
        ({"url": None}, 400),
        ({"url": "nowhere"}, 400),
        ({"filterexpression": "nonsense eq 1"}, 400),
        ({"filterexpression": "firstname eq"}, 400),
        ({"postponeuntil": "tomorrow"}, 400),
        ({"sdkmessagename": "WinOpportunity"}, 501),
    ],
)
def test_registrations_that_would_never_call_are_refused(desk: Desk, members: dict[str, Any], status: int) -> None:
    given = {"name": "Flow", "entityname": "contact", "message": 4, "scope": 4, "url": desk.receiver.url, "version": 1}
    answer = desk.call("POST", "callbackregistrations", {**given, **members})
    assert answer.status_code == status, answer.text
