"""Marketing lists, emails, duplicates."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.processes.desk import CRM, Desk


def contact(desk: Desk, name: str, **more: Any) -> str:
    return desk.create("contacts", lastname=name, **more)


def member(own: str, kind: str = "contact") -> dict[str, str]:
    return {"@odata.type": f"{CRM}.{kind}", f"{kind}id": own}


@pytest.fixture
def people(desk: Desk) -> str:
    return desk.create("lists", listname="People", createdfromcode=2, type=False)


def test_members_come_and_go(desk: Desk, people: str) -> None:
    one, two = contact(desk, "A"), contact(desk, "B")
    body = {"List": {"listid": people}, "Members": [member(one), member(two), member(one)]}
    desk.do("AddListMembersList", body)
    found = desk.get(f"lists({people})/listcontact_association?$select=lastname").json()["value"]
    assert sorted(row["lastname"] for row in found) == ["A", "B"]
    assert desk.row(f"lists({people})")["membercount"] == 2
    desk.do(f"lists({people})/{CRM}.RemoveMemberList", {"EntityId": member(one)})
    desk.do(f"lists({people})/{CRM}.RemoveMemberList", {"EntityId": member(one)})
    assert desk.row(f"lists({people})")["membercount"] == 1
    desk.do(f"lists({people})/{CRM}.AddMemberList", {"EntityId": member(one)})
    assert desk.row(f"lists({people})")["membercount"] == 2


def test_a_list_holds_one_kind(desk: Desk, people: str) -> None:
    account = desk.create("accounts", name="A")
    answer = desk.post(f"lists({people})/{CRM}.AddMemberList", {"EntityId": member(account, "account")})
    assert (answer.status, answer.code) == (400, "0x80040300")
    desk.patch(f"lists({people})", {"lockstatus": True})
    answer = desk.post(f"lists({people})/{CRM}.AddMemberList", {"EntityId": member(contact(desk, "A"))})
    assert (answer.status, answer.code) == (400, "0x80040301")


def email(desk: Desk, *kinds: int) -> str:
    person = contact(desk, "P", emailaddress1="p@x.example")
    parties = [{"partyid_contact@odata.bind": f"contacts({person})", "participationtypemask": kind} for kind in kinds]
    return desk.create("emails", subject="Hello", email_activity_parties=parties)


def test_an_email_is_sent_once(desk: Desk) -> None:
    own = email(desk, 1, 2)
    answer = desk.do(f"emails({own})/{CRM}.SendEmail", {"IssueSend": True}, status=200)
    assert answer.json()["Subject"] == "Hello"
    row = desk.row(f"emails({own})")
    assert (row["statecode"], row["statuscode"]) == (1, 3)
    assert desk.post(f"emails({own})/{CRM}.SendEmail", {"IssueSend": True}).status == 400


@pytest.mark.parametrize("kinds", [(), (1,), (2,)])
def test_an_email_needs_sender_and_recipient(desk: Desk, kinds: tuple[int, ...]) -> None:
    own = email(desk, *kinds)
    assert desk.post(f"emails({own})/{CRM}.SendEmail", {"IssueSend": True}).status == 400
    assert desk.row(f"emails({own})")["statecode"] == 0


def duplicates(desk: Desk, own: str, matching: str = "contact", paging: str = "{'PageNumber':1,'Count':50}") -> Any:
    aliases = {"@p1": f"{{'@odata.id':'contacts({own})'}}", "@p2": f"'{matching}'", "@p3": paging}
    query = "&".join(f"{name}={quote(value)}" for name, value in aliases.items())
    return desk.get(f"RetrieveDuplicates(BusinessEntity=@p1,MatchingEntityName=@p2,PagingInfo=@p3)?{query}")


def test_duplicates_are_found_page_by_page(desk: Desk) -> None:
    own, *others = (contact(desk, str(number), emailaddress1="a@x.example") for number in range(4))
    contact(desk, "other", emailaddress1="b@x.example")
    found = duplicates(desk, own).json()["value"]
    assert sorted(row["contactid"] for row in found) == sorted(others)
    pages = [duplicates(desk, own, paging=f"{{'PageNumber':{page},'Count':2}}").json()["value"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert duplicates(desk, own, "nosuch").status == 404
