from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.people.catalogue import privilege_id
from tests.sandbox.people.conftest import ADMIN, Office

READ = {"prvReadAccount": "Basic"}
LINK = "<link-entity name='account' from='accountid' to='parentcustomerid'/>"
LINKED = f"<fetch><entity name='contact'>{LINK}</entity></fetch>"


def test_a_missing_privilege_is_named_as_the_service_names_it(office: Office) -> None:
    user = office.user("Ada", office.role("Reader", **READ))
    answer = office.as_(user, "POST", "accounts", {"name": "x"})
    assert (answer.status, answer.code) == (403, "0x80040220")
    assert answer.message == (
        f"Principal user (Id={user}, type=8, roleCount=1, privilegeCount=1, accessMode='0 Read-Write', "
        f"AADObjectId='', businessUnitId={office.unit}), is missing prvCreateAccount privilege "
        f"(Id={privilege_id('prvCreateAccount')}) on OTC=1 for entity 'account' (LocalizedName='Account'). "
        f"context.Caller={user}. Consider adding missed privilege to one of the principal (user/team) roles."
    )


@pytest.mark.parametrize(
    ("method", "below", "document", "privilege"),
    [
        ("GET", "", None, "prvReadAccount"),
        ("PATCH", "", {"name": "y"}, "prvWriteAccount"),
        ("DELETE", "", None, "prvDeleteAccount"),
        ("PUT", "/name", {"value": "y"}, "prvWriteAccount"),
        ("GET", "/name", None, "prvReadAccount"),
    ],
)
def test_each_verb_asks_for_its_privilege(
    office: Office, method: str, below: str, document: object, privilege: str
) -> None:
    own = office.create("accounts", name="x")
    user = office.user("Ada", office.role("Nothing much", prvReadTask="Global"))
    answer = office.as_(user, method, f"accounts({own}){below}", document)
    assert (answer.status, answer.code) == (403, "0x80040220")
    assert f"is missing {privilege} privilege" in answer.message


@pytest.mark.parametrize(
    "url",
    [
        "accounts",
        "accounts/$count",
        "accounts?$apply=aggregate($count as n)",
        "accounts?fetchXml=<fetch><entity name='account'/></fetch>",
        "accounts?sql=SELECT name FROM account",
        "contacts?$expand=parentcustomerid_account($select=name)",
        "contacts?$filter=parentcustomerid_account/name eq 'x'",
        f"contacts?fetchXml={LINKED}",
    ],
)
def test_every_way_to_read_asks_for_the_privilege(office: Office, url: str) -> None:
    person = office.create("contacts", lastname="x")
    office.patch(f"contacts({person})", {"jobtitle": "y"})
    user = office.user("Ada", office.role("Contacts", prvReadContact="Global"))
    answer = office.as_(user, "GET", url.replace(" ", "%20"))
    assert (answer.status, answer.code) == (403, "0x80040220"), answer.body
    assert "is missing prvReadAccount privilege" in answer.message


def test_a_user_level_reader_sees_his_own_rows(office: Office) -> None:
    user = office.user("Ada", office.role("Own", **READ))
    mine = office.create("accounts", name="Mine", **{"ownerid@odata.bind": f"/systemusers({user})"})
    theirs = office.create("accounts", name="Theirs")
    assert office.names(user, "accounts?$select=name") == ["Mine"]
    assert office.names(ADMIN, "accounts?$select=name") == ["Mine", "Theirs"]
    assert office.as_(user, "GET", f"accounts({mine})").status == 200
    answer = office.as_(user, "GET", f"accounts({theirs})")
    assert (answer.status, answer.code) == (403, "0x80048306")
    assert answer.message == (
        f"Principal with id {user} does not have ReadAccess right(s) for record with id {theirs} of entity account"
    )
    assert office.as_(user, "GET", f"accounts({'1' * 8}-1111-1111-1111-{'1' * 12})").status == 404


def test_rows_of_others_are_hidden_in_every_language(office: Office) -> None:
    user = office.user("Ada", office.role("Own", **READ, prvReadContact="Global"))
    hidden = office.create("accounts", name="Theirs")
    office.create("contacts", lastname="x", **{"parentcustomerid_account@odata.bind": f"/accounts({hidden})"})
    fetch = "<fetch><entity name='account'><attribute name='name'/></entity></fetch>"
    for url in (f"accounts?fetchXml={fetch}", "accounts?sql=SELECT name FROM account", "accounts?$filter=name ne 'x'"):
        assert office.names(user, url.replace(" ", "%20")) == []
    assert office.as_(user, "GET", "accounts/$count").body.endswith(b"0")
    found = office.as_(user, "GET", "contacts?$select=lastname&$expand=parentcustomerid_account($select=name)").json()
    assert found["value"][0]["parentcustomerid_account"] is None
    assert found["value"][0]["lastname"] == "x"
    assert office.names(user, "contacts?$filter=parentcustomerid_account/name%20eq%20'Theirs'", "lastname") == []


def test_an_address_does_not_lead_through_hidden_rows(office: Office) -> None:
    user = office.user("Ada", office.role("Own", **READ, prvReadContact="Global"))
    hidden = office.create("accounts", name="Theirs")
    for below in ("contact_customer_accounts", "contact_customer_accounts/$count", "primarycontactid", "$ref"):
        answer = office.as_(user, "GET", f"accounts({hidden})/{below}")
        assert (answer.status, answer.code) == (403, "0x80048306"), below


def test_depths_reach_from_oneself_to_the_organization(office: Office) -> None:
    below = office.create(
        "businessunits", name="South", **{"parentbusinessunitid@odata.bind": f"/businessunits({office.unit})"}
    )
    owners = {"mine": {}, "near": {}, "below": {"unit": below}}
    users = {name: office.user(name, "Basic User", **values) for name, values in owners.items()}
    for name, user in users.items():
        office.create("accounts", name=name, **{"ownerid@odata.bind": f"/systemusers({user})"})
    expected = {
        "Basic": ["me"],
        "Local": ["me", "mine", "near"],
        "Deep": ["below", "me", "mine", "near"],
        "Global": ["below", "me", "mine", "near"],
    }
    for depth, names in expected.items():
        reader = office.user(depth, office.role(depth, prvReadAccount=depth))
        own = office.create("accounts", name="me", **{"ownerid@odata.bind": f"/systemusers({reader})"})
        assert office.names(reader, "accounts") == names, depth
        office.delete(f"accounts({own})")
    south = office.user("Southerner", office.role("Local too", prvReadAccount="Local"), unit=below)
    assert office.names(south, "accounts") == ["below"]


def test_a_new_row_belongs_to_whom_the_privilege_reaches(office: Office) -> None:
    maker = office.role("Maker", prvCreateAccount="Basic", prvReadAccount="Basic")
    user, other = office.user("Ada", maker), office.user("Bob", maker)
    assert office.as_(user, "POST", "accounts", {"name": "own"}).status == 204
    bind = {"name": "not mine", "ownerid@odata.bind": f"/systemusers({other})"}
    answer = office.as_(user, "POST", "accounts", bind)
    assert (answer.status, answer.code) == (403, "0x80048306")
    assert "does not have CreateAccess right(s)" in answer.message


def test_assigning_asks_for_more_than_writing(office: Office) -> None:
    writer = {"prvReadAccount": "Global", "prvWriteAccount": "Global"}
    user = office.user("Ada", office.role("Writer", **writer))
    own = office.create("accounts", name="x")
    bind = {"ownerid@odata.bind": f"/systemusers({user})"}
    assert office.as_(user, "PATCH", f"accounts({own})", {"name": "y"}).status == 204
    answer = office.as_(user, "PATCH", f"accounts({own})", bind)
    assert "is missing prvAssignAccount privilege" in answer.message
    chief = office.user("Bob", office.role("Chief", **writer, prvAssignAccount="Global"))
    assert office.as_(chief, "PATCH", f"accounts({own})", bind).status == 204
    row = office.get(f"accounts({own})").json()
    assert (row["_ownerid_value"], row["_owninguser_value"], row["_owningteam_value"]) == (user, user, None)
    assert row["_owningbusinessunit_value"] == office.unit


def test_a_link_asks_for_append_and_append_to(office: Office) -> None:
    account, person = office.create("accounts", name="x"), office.create("contacts", lastname="x")
    bind = {"primarycontactid@odata.bind": f"/contacts({person})"}
    rights = {"prvReadAccount": "Global", "prvWriteAccount": "Global", "prvReadContact": "Global"}
    steps: tuple[dict[str, str], ...] = ({}, {"prvAppendAccount": "Global"}, {"prvAppendToContact": "Global"})
    missing = ("prvAppendAccount", "prvAppendToContact", None)
    for number, (more, name) in enumerate(zip(steps, missing, strict=True)):
        rights |= more
        user = office.user(f"Ada{number}", office.role(f"Step {number}", **rights))
        answers = (
            office.as_(user, "PATCH", f"accounts({account})", bind),
            office.as_(user, "PUT", f"accounts({account})/primarycontactid/$ref", {"@odata.id": f"contacts({person})"}),
        )
        for answer in answers:
            assert answer.status == 204 if name is None else f"is missing {name} privilege" in answer.message


def test_bulk_messages_and_batches_ask_too(office: Office) -> None:
    user = office.user("Ada", office.role("Reader", **READ))
    rows = {"Targets": [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "x"}]}
    answer = office.as_(user, "POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", rows)
    assert (answer.status, answer.code) == (403, "0x80040220")
    assert office.world.store.count("account") == 0


def test_a_team_lends_its_roles_and_its_rows(office: Office) -> None:
    team = office.team("Crew")
    role = office.role("Crew role", **READ)
    office.join(f"teams({team})/teamroles_association", f"roles({role})")
    office.create("accounts", name="Of the team", **{"ownerid@odata.bind": f"/teams({team})"})
    user = office.user("Ada", office.role("Nothing much", prvReadTask="Global"))
    assert office.as_(user, "GET", "accounts").status == 403
    office.join(f"teams({team})/teammembership_association", f"systemusers({user})")
    assert office.names(user, "accounts") == ["Of the team"]


def test_definitions_are_for_customizers(office: Office) -> None:
    user = office.user("Ada", "Salesperson")
    assert office.as_(user, "GET", "EntityDefinitions(LogicalName='account')?$select=LogicalName").status == 200
    answer = office.as_(user, "POST", "EntityDefinitions", {"@odata.type": "Microsoft.Dynamics.CRM.EntityMetadata"})
    assert (answer.status, answer.code) == (403, "0x80040220")
    assert "is missing prvCreateEntity privilege" in answer.message


def test_tables_tell_their_privileges(office: Office) -> None:
    found = office.get("EntityDefinitions(LogicalName='account')?$select=Privileges").json()["Privileges"]
    names = {one["Name"]: one["PrivilegeId"] for one in found}
    assert len(names) == 8
    row = office.get(f"privileges({names['prvReadAccount']})").json()
    assert (row["name"], row["accessright"], row["canbebasic"]) == ("prvReadAccount", 1, True)


def test_queries_of_others_are_not_run(office: Office) -> None:
    fetch = "<fetch><entity name='account'><attribute name='name'/></entity></fetch>"
    own = office.create("userqueries", name="Mine", returnedtypecode="account", fetchxml=fetch, querytype=0)
    user = office.user("Ada", "Salesperson")
    answer = office.as_(user, "GET", f"accounts?userQuery={own}")
    assert (answer.status, answer.code) == (403, "0x80048306")
    office.patch(f"userqueries({own})", {"ownerid@odata.bind": f"/systemusers({user})"})
    assert office.names(user, f"accounts?userQuery={own}") == []
