from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.people.catalogue import all_privileges, privilege_id
from onteg_dynamics.sandbox.people.roles import role_id
from tests.sandbox.people.conftest import ADMIN, Office
from tests.sandbox.service.client import ROOT

CRM = "Microsoft.Dynamics.CRM."


def _depths(office: Office, url: str) -> dict[str, str]:
    found = office.get(url).json()
    return {one["PrivilegeName"]: one["Depth"] for one in found["RolePrivileges"]}


def _add(office: Office, role: str, *privileges: dict[str, Any], verb: str = "AddPrivilegesRole") -> int:
    return office.post(f"roles({role})/{CRM}{verb}", {"Privileges": list(privileges)}).status


def test_a_role_is_made_over_the_wire_and_works(office: Office) -> None:
    bind = {"businessunitid@odata.bind": f"/businessunits({office.unit})"}
    role = office.create("roles", name="Readers", **bind)
    read = office.get("privileges?$select=privilegeid&$filter=name%20eq%20'prvReadAccount'").json()["value"][0]
    given = {"Depth": "Basic", "PrivilegeId": read["privilegeid"], "BusinessUnitId": office.unit}
    assert _add(office, role, {**given, "PrivilegeName": "prvReadAccount"}) == 204
    user = office.user("Ada", role)
    office.create("accounts", name="Mine", **{"ownerid@odata.bind": f"/systemusers({user})"})
    office.create("accounts", name="Theirs")
    assert office.names(user, "accounts") == ["Mine"]
    assert _add(office, role, {**given, "Depth": "Global"}) == 204
    assert office.names(user, "accounts") == ["Mine", "Theirs"]
    answer = office.post(f"roles({role})/{CRM}RemovePrivilegeRole", {"PrivilegeId": read["privilegeid"]})
    assert answer.status == 204
    assert office.as_(user, "GET", "accounts").status == 403


def test_a_pair_by_link_is_the_smallest_depth(office: Office) -> None:
    role = office.role("Readers")
    office.join(f"roles({role})/roleprivileges_association", f"privileges({privilege_id('prvReadAccount')})")
    user = office.user("Ada", role)
    assert _depths(office, f"systemusers({user})/{CRM}RetrieveUserPrivileges") == {"prvReadAccount": "Basic"}


def test_roles_tell_and_replace_what_they_hold(office: Office) -> None:
    role = office.role("Readers", prvReadAccount="Local")
    assert _depths(office, f"RetrieveRolePrivilegesRole(RoleId={role})") == {"prvReadAccount": "Local"}
    _add(office, role, {"PrivilegeName": "prvReadContact", "Depth": "Deep"}, verb="ReplacePrivilegesRole")
    assert _depths(office, f"RetrieveRolePrivilegesRole(RoleId={role})") == {"prvReadContact": "Deep"}
    administrators = role_id("System Administrator")
    every = _depths(office, f"RetrieveRolePrivilegesRole(RoleId={administrators})")
    assert set(every) == set(all_privileges(office.world.model))
    assert office.get(f"RetrieveRolePrivilegesRole(RoleId={privilege_id('nothing')})").status == 404


def test_users_tell_what_their_roles_make_of_them(office: Office) -> None:
    user = office.user(
        "Ada",
        office.role("One", prvReadAccount="Basic", prvReadContact="Basic"),
        office.role("Two", prvReadAccount="Global"),
    )
    url = f"systemusers({user})/{CRM}"
    found = office.get(f"{url}RetrieveUserPrivileges").json()
    assert found == {
        "@odata.context": f"{ROOT}$metadata#{CRM}RetrieveUserPrivilegesResponse",
        "RolePrivileges": [
            {
                "Depth": depth,
                "PrivilegeId": privilege_id(name),
                "BusinessUnitId": office.unit,
                "PrivilegeName": name,
            }
            for name, depth in (("prvReadAccount", "Global"), ("prvReadContact", "Basic"))
        ],
    }
    one = f"{url}RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadAccount')"
    assert _depths(office, one) == {"prvReadAccount": "Global"}
    assert _depths(office, f"{url}RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadLead')") == {}
    by_id = f"{url}RetrieveUserPrivilegeByPrivilegeId(PrivilegeId={privilege_id('prvReadContact')})"
    assert _depths(office, by_id) == {"prvReadContact": "Basic"}
    names = '["prvReadAccount","prvReadLead"]'
    assert _depths(office, f"{url}RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)?@p={names}") == {
        "prvReadAccount": "Global"
    }
    ids = f'["{privilege_id("prvReadContact")}"]'
    assert list(_depths(office, f"{url}RetrieveUserSetOfPrivilegesByIds(PrivilegeIds=@p)?@p={ids}")) == [
        "prvReadContact"
    ]
    assert office.get(f"{url}RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvNothing')").status == 400


def test_teams_and_administrators(office: Office) -> None:
    team = office.team("Crew")
    office.join(f"teams({team})/teamroles_association", f"roles({office.role('One', prvReadAccount='Deep')})")
    assert _depths(office, f"teams({team})/{CRM}RetrieveTeamPrivileges") == {"prvReadAccount": "Deep"}
    every = _depths(office, f"systemusers({ADMIN})/{CRM}RetrieveUserPrivileges")
    assert set(every.values()) == {"Global"}
    assert every.keys() >= {"prvReadAccount", "prvActOnBehalfOfAnotherUser"}


def test_what_is_no_privilege_and_no_depth(office: Office) -> None:
    role = office.role("Readers")
    assert _add(office, role, {"PrivilegeName": "prvNothing", "Depth": "Basic"}) == 400
    assert _add(office, role, {"PrivilegeName": "prvReadAccount", "Depth": "Bottomless"}) == 400
    assert _add(office, role, {"PrivilegeName": "prvReadAccount", "Depth": 3}) == 204
    assert office.post(f"roles({role})/{CRM}AddPrivilegesRole", {}).code == "0x80040203"
    user = office.user("Ada", "Salesperson")
    answer = office.as_(user, "POST", f"roles({role})/{CRM}AddPrivilegesRole", {"Privileges": []})
    assert (answer.status, answer.code) == (403, "0x80040220")


def test_members_come_and_go(office: Office) -> None:
    users = [office.user(name, "Basic User") for name in ("Ada", "Bob")]
    team = office.team("Crew")
    members = [{"@odata.type": f"{CRM}systemuser", "ownerid": users[0]}, {"systemuserid": users[1]}]
    for _ in range(2):
        assert office.post(f"teams({team})/{CRM}AddMembersTeam", {"Members": members}).status == 204
    assert office.names(ADMIN, f"teams({team})/teammembership_association", "firstname") == ["Ada", "Bob"]
    for _ in range(2):
        assert office.post(f"teams({team})/{CRM}RemoveMembersTeam", {"Members": members[:1]}).status == 204
    assert office.names(ADMIN, f"teams({team})/teammembership_association", "firstname") == ["Bob"]
    stranger = [{"@odata.type": f"{CRM}team", "teamid": team}]
    assert office.post(f"teams({team})/{CRM}AddMembersTeam", {"Members": stranger}).status == 400
    assert office.post(f"teams({team})/{CRM}AddMembersTeam", {}).code == "0x80040203"
    answer = office.as_(users[0], "POST", f"teams({team})/{CRM}AddMembersTeam", {"Members": members})
    assert (answer.status, answer.code) == (403, "0x80040220")
