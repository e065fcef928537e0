from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.people.conftest import ADMIN, Office
from tests.sandbox.service.client import ROOT, Answer

CRM = "Microsoft.Dynamics.CRM."
ALL = "ReadAccess, WriteAccess, AppendAccess, AppendToAccess, CreateAccess, DeleteAccess, ShareAccess, AssignAccess"


def _row(table: str, own: str) -> dict[str, str]:
    return {"@odata.type": f"{CRM}{table}", f"{table}id": own}


def _share(office: Office, account: str, principal: dict[str, str], mask: str, verb: str = "GrantAccess") -> Answer:
    access = {"AccessMask": mask, "Principal": principal}
    return office.post(verb, {"Target": _row("account", account), "PrincipalAccess": access})


def _access(office: Office, principal: str, account: str) -> str:
    url = f"{principal}/{CRM}RetrievePrincipalAccess(Target=@p1)?@p1={{'@odata.id':'accounts({account})'}}"
    found = office.get(url).json()
    assert found["@odata.context"] == f"{ROOT}$metadata#{CRM}RetrievePrincipalAccessResponse"
    return str(found["AccessRights"])


def _shares(office: Office, url: str) -> list[dict[str, Any]]:
    found = office.get(f"RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={{'@odata.id':'{url}'}}").json()
    assert found["@odata.context"] == f"{ROOT}$metadata#{CRM}RetrieveSharedPrincipalsAndAccessResponse"
    return list(found["PrincipalAccesses"])


def test_a_share_opens_a_row_and_its_end_closes_it(office: Office) -> None:
    user = office.user("Ada", office.role("Editor", prvReadAccount="Basic", prvWriteAccount="Basic"))
    own = office.create("accounts", name="Theirs")
    assert _share(office, own, _row("systemuser", user), "ReadAccess").status == 204
    assert office.names(user, "accounts") == ["Theirs"]
    answer = office.as_(user, "PATCH", f"accounts({own})", {"name": "Mine"})
    assert (answer.status, answer.code) == (403, "0x80048306")
    assert _share(office, own, _row("systemuser", user), "ReadAccess,WriteAccess", "ModifyAccess").status == 204
    assert office.as_(user, "PATCH", f"accounts({own})", {"name": "Ours"}).status == 204
    body = {"Target": _row("account", own), "Revokee": _row("systemuser", user)}
    assert office.post("RevokeAccess", body).status == 204
    assert office.names(user, "accounts") == []
    assert office.post("RevokeAccess", body).status == 204


def test_granting_adds_and_modifying_replaces(office: Office) -> None:
    user = office.user("Ada", "Basic User")
    own = office.create("accounts", name="x")
    principal = {"@odata.type": f"{CRM}systemuser", "ownerid": user}
    _share(office, own, principal, "ReadAccess")
    _share(office, own, principal, "WriteAccess")
    shown = {"@odata.type": f"#{CRM}systemuser", "ownerid": user}
    assert _shares(office, f"accounts({own})") == [{"AccessMask": "ReadAccess, WriteAccess", "Principal": shown}]
    _share(office, own, principal, "DeleteAccess", "ModifyAccess")
    assert _shares(office, f"accounts({own})") == [{"AccessMask": "DeleteAccess", "Principal": shown}]
    rows = office.get(f"principalobjectaccessset?$filter=objectid eq {own}".replace(" ", "%20")).json()["value"]
    assert [(row["principalid"], row["accessrightsmask"], row["objecttypecode"]) for row in rows] == [
        (user, 65_536, "account")
    ]


def test_a_team_has_what_is_shared_with_it(office: Office) -> None:
    user = office.user("Ada", office.role("Reader", prvReadAccount="Basic"))
    team = office.team("Crew", user)
    own = office.create("accounts", name="Theirs")
    _share(office, own, _row("team", team), "ReadAccess")
    assert office.names(user, "accounts") == ["Theirs"]
    assert _access(office, f"systemusers({user})", own) == "ReadAccess"
    assert _shares(office, f"accounts({own})")[0]["Principal"] == {"@odata.type": f"#{CRM}team", "ownerid": team}


def test_a_share_gives_no_more_than_the_role(office: Office) -> None:
    user = office.user("Ada", office.role("Tasks", prvReadTask="Global"))
    own = office.create("accounts", name="x")
    _share(office, own, _row("systemuser", user), "ReadAccess,WriteAccess")
    assert _access(office, f"systemusers({user})", own) == "None"
    assert office.as_(user, "GET", f"accounts({own})").code == "0x80040220"


def test_access_is_told_for_owners_and_administrators(office: Office) -> None:
    role = office.role("Editor", prvReadAccount="Basic", prvWriteAccount="Basic", prvShareAccount="Basic")
    user = office.user("Ada", role)
    own = office.create("accounts", name="x", **{"ownerid@odata.bind": f"/systemusers({user})"})
    assert _access(office, f"systemusers({user})", own) == "ReadAccess, WriteAccess, ShareAccess"
    assert _access(office, f"systemusers({ADMIN})", own) == ALL
    assert _access(office, f"teams({office.team('Crew')})", own) == "None"


def test_what_lies_below_is_shared_too(office: Office) -> None:
    user = office.user("Ada", "Basic User")
    own = office.create("accounts", name="x")
    bind = {"regardingobjectid_account_task@odata.bind": f"/accounts({own})"}
    task = office.create("tasks", subject="Call", **bind)
    _share(office, own, _row("systemuser", user), "ReadAccess")
    assert office.names(user, "tasks", "subject") == ["Call"]
    assert len(_shares(office, f"tasks({task})")) == 1
    office.post("RevokeAccess", {"Target": _row("account", own), "Revokee": _row("systemuser", user)})
    assert office.names(user, "tasks", "subject") == []


def test_one_cannot_share_what_one_may_not_do(office: Office) -> None:
    other = office.user("Bob", "Basic User")
    user = office.user("Ada", office.role("Reader", prvReadAccount="Global"))
    sharer = office.user("Eve", office.role("Sharer", prvReadAccount="Global", prvShareAccount="Global"))
    own = office.create("accounts", name="x")
    access = {"AccessMask": "WriteAccess", "Principal": _row("systemuser", other)}
    body = {"Target": _row("account", own), "PrincipalAccess": access}
    assert "is missing prvShareAccount" in office.as_(user, "POST", "GrantAccess", body).message
    assert "is missing prvWriteAccount" in office.as_(sharer, "POST", "GrantAccess", body).message
    access["AccessMask"] = "ReadAccess"
    assert office.as_(sharer, "POST", "GrantAccess", body).status == 204


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"Target": None}, 400, "0x80040203"),
        ({"Target": {"accountid": "1"}}, 400, "0x80048d19"),
        ({"Target": {"@odata.type": f"{CRM}account"}}, 400, "0x80060888"),
        ({"Target": _row("account", "1" * 8 + "-1111-1111-1111-" + "1" * 12)}, 404, "0x80040217"),
        ({"PrincipalAccess": {"AccessMask": "FlyAccess"}}, 400, "0x80048d19"),
        ({"PrincipalAccess": {"Principal": None}}, 400, "0x80040203"),
        ({"PrincipalAccess": {"Principal": _row("systemuser", ADMIN)}}, 400, "0x80040214"),
    ],
)
def test_what_cannot_be_shared(office: Office, change: dict[str, Any], status: int, code: str) -> None:
    own, user = office.create("accounts", name="x"), office.user("Ada", "Basic User")
    access = {"AccessMask": "ReadAccess", "Principal": _row("systemuser", user)}
    if "PrincipalAccess" in change:
        change = {"PrincipalAccess": {**access, **change["PrincipalAccess"]}}
    body = {"Target": _row("account", own), "PrincipalAccess": access, **change}
    answer = office.post("GrantAccess", body)
    assert (answer.status, answer.code) == (status, code), answer.body


def test_shares_are_not_written_as_rows_and_go_with_theirs(office: Office) -> None:
    own, user = office.create("accounts", name="x"), office.user("Ada", "Basic User")
    _share(office, own, _row("systemuser", user), "ReadAccess")
    assert office.post("principalobjectaccessset", {"accessrightsmask": 1}).code == "0x80040800"
    share = office.get("principalobjectaccessset").json()["value"][0]["principalobjectaccessid"]
    for method in ("PATCH", "DELETE"):
        answer = office.send(method, f"principalobjectaccessset({share})", {"accessrightsmask": 3})
        assert answer.code == "0x80040800"
    office.delete(f"accounts({own})")
    assert office.world.store.count("principalobjectaccess") == 0
    product = {"@odata.type": f"{CRM}territory", "territoryid": office.create("territories", name="x")}
    access = {"AccessMask": "ReadAccess", "Principal": _row("systemuser", user)}
    assert office.post("GrantAccess", {"Target": product, "PrincipalAccess": access}).code == "0x80040800"


def test_the_metadata_document_shows_the_messages(office: Office) -> None:
    found = office.get("$metadata").body.decode()
    for line in (
        '<Function Name="RetrievePrincipalAccess" IsBound="true"><Parameter Name="entity" Type="mscrm.principal"',
        '<Action Name="GrantAccess"><Parameter Name="Target" Type="mscrm.crmbaseentity"',
        '<EnumType Name="AccessRights" IsFlags="true">',
        '<Member Name="AssignAccess" Value="524288"',
        '<ComplexType Name="PrincipalAccess">',
        '<Action Name="AddMembersTeam" IsBound="true">',
        '<Action Name="Merge">',
    ):
        assert line in found, line
