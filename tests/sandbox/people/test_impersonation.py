from __future__ import annotations

from onteg_dynamics.sandbox.entra import READER
from onteg_dynamics.sandbox.seed.platform import READER_USER
from tests.sandbox.people.conftest import ADMIN, Office

OBJECT = "39d2e8a4-5b17-4c60-9f83-d7e1a2b3c4d5"
STRANGER = "11111111-1111-1111-1111-111111111111"


def _row(office: Office, own: str) -> dict[str, str]:
    return dict(office.get(f"accounts({own})").json())


def test_rows_are_made_for_the_one_and_by_the_other(office: Office) -> None:
    user = office.user("Ada", "Basic User")
    office.world.store.update(office.world.model.tables["systemuser"], user, {"azureactivedirectoryobjectid": OBJECT})
    for header in ({"CallerObjectId": OBJECT}, {"MSCRMCallerID": user}, {"MSCRMCallerID": f"{{{user.upper()}}}"}):
        made = office.post("accounts", {"name": "x"}, **header)
        assert made.status == 204, made.body
        row = _row(office, str(made.header("OData-EntityId")).rsplit("(", 1)[1][:-1])
        assert (row["_createdby_value"], row["_createdonbehalfby_value"]) == (user, ADMIN)
        assert (row["_ownerid_value"], row["_modifiedonbehalfby_value"]) == (user, ADMIN)
    assert office.get("WhoAmI", MSCRMCallerID=user).json()["UserId"] == user


def test_a_change_is_stamped_too(office: Office) -> None:
    user = office.user("Ada", "Basic User")
    own = office.create("accounts", name="x", **{"ownerid@odata.bind": f"/systemusers({user})"})
    assert _row(office, own)["_modifiedonbehalfby_value"] is None
    assert office.patch(f"accounts({own})", {"name": "y"}, MSCRMCallerID=user).status == 204
    row = _row(office, own)
    assert (row["_modifiedby_value"], row["_modifiedonbehalfby_value"]) == (user, ADMIN)
    office.patch(f"accounts({own})", {"name": "z"})
    assert _row(office, own)["_modifiedonbehalfby_value"] is None


def test_the_other_ones_rights_count(office: Office) -> None:
    user = office.user("Ada", office.role("Reader", prvReadAccount="Basic"))
    office.create("accounts", name="Theirs")
    assert office.get("accounts", MSCRMCallerID=user).json()["value"] == []
    answer = office.post("accounts", {"name": "x"}, MSCRMCallerID=user)
    assert (answer.status, answer.code) == (403, "0x80040220")
    assert f"context.Caller={user}" in answer.message


def test_only_what_both_may_do_is_done(office: Office) -> None:
    wide = {"prvReadAccount": "Global", "prvReadContact": "Global"}
    delegate = office.role("Acting", prvActOnBehalfOfAnotherUser="Global", prvReadAccount="Basic")
    actor, chief = office.user("Ada", delegate), office.user("Bob", office.role("Wide", **wide))
    office.create("accounts", name="Of the chief", **{"ownerid@odata.bind": f"/systemusers({chief})"})
    office.create("accounts", name="Of the actor", **{"ownerid@odata.bind": f"/systemusers({actor})"})
    found = office.as_(actor, "GET", "accounts?$select=name", MSCRMCallerID=chief).json()["value"]
    assert [row["name"] for row in found] == ["Of the chief"]
    assert office.as_(actor, "GET", "contacts", MSCRMCallerID=chief).code == "0x80040220"
    found = office.as_(actor, "GET", "accounts?$select=name", MSCRMCallerID=ADMIN).json()["value"]
    assert found == []
    assert office.as_(actor, "GET", "contacts", MSCRMCallerID=ADMIN).code == "0x80040220"


def test_nobody_acts_for_others_without_the_privilege(office: Office) -> None:
    user, other = office.user("Ada", "Salesperson"), office.user("Bob", "Salesperson")
    answer = office.as_(user, "GET", "WhoAmI", MSCRMCallerID=other)
    assert (answer.status, answer.code) == (403, "0x80040220")
    assert "is missing prvActOnBehalfOfAnotherUser privilege" in answer.message
    assert " on OTC=" not in answer.message
    assert office.as_(user, "GET", "WhoAmI", MSCRMCallerID=user).json()["UserId"] == user
    both = office.user("Cleo", "Salesperson", "Delegate")
    assert office.as_(both, "GET", "WhoAmI", MSCRMCallerID=other).json()["UserId"] == other


def test_users_who_are_not_there(office: Office) -> None:
    answer = office.get("WhoAmI", CallerObjectId=STRANGER)
    assert (answer.status, answer.code) == (403, "0x80072560")
    answer = office.get("WhoAmI", MSCRMCallerID=STRANGER)
    assert (answer.status, answer.code) == (404, "0x80040217")
    assert office.get("WhoAmI", CallerObjectId="nobody").status == 403
    roleless = office.user("Ada")
    assert office.get("WhoAmI", MSCRMCallerID=roleless).code == "0x80042f09"
    office.patch(f"systemusers({roleless})", {"isdisabled": True})
    assert office.get("WhoAmI", MSCRMCallerID=roleless).code == "0x80040225"


def test_two_headers_must_name_one_user(office: Office) -> None:
    same = {"CallerObjectId": READER.object_id, "MSCRMCallerID": READER_USER}
    assert office.get("WhoAmI", **same).json()["UserId"] == READER_USER
    other = office.user("Ada", "Basic User")
    answer = office.get("WhoAmI", CallerObjectId=READER.object_id, MSCRMCallerID=other)
    assert (answer.status, answer.code) == (400, "0x80040203")


def test_parts_of_a_batch_may_be_sent_for_others(office: Office) -> None:
    user = office.user("Ada", "Basic User")
    parts = "".join(
        "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"GET /api/data/v9.2/WhoAmI HTTP/1.1\r\n{header}Accept: application/json\r\n\r\n\r\n"
        for header in ("", f"MSCRMCallerID: {user}\r\n")
    )
    body = f"{parts}--b--\r\n".encode()
    answer = office.post("$batch", body, Content_Type="multipart/mixed; boundary=b", Authorization=ADMIN)
    assert answer.status == 200, answer.body
    assert answer.body.index(ADMIN.encode()) < answer.body.index(user.encode())
