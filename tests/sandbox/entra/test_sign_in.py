"""A person signs in with a browser: authorization code, proof key, refresh tokens, id token."""

from __future__ import annotations

import base64
import hashlib
from html import unescape

import pytest

from onteg_dynamics.sandbox.entra import CONNECTOR, DESKTOP
from tests.sandbox.entra.desk import AMARA, HERE, MINE, ORIGIN, PRIYA, TENANT, Desk, claims, told

VERIFIER = "a-verifier-of-forty-three-characters-at-least"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def test_a_code_becomes_tokens(desk: Desk) -> None:
    answer = told(desk.authorize(login_hint=AMARA.upper(), state="s t", nonce="n1", client_info="1", **PKCE))
    assert answer["state"] == "s t"
    document = desk.token(**desk.redeem(answer["code"], code_verifier=VERIFIER, client_info="1"))
    access, identity = claims(document["access_token"]), claims(document["id_token"])
    assert document["scope"] == f"{ORIGIN}/user_impersonation"
    assert (access["scp"], access["upn"], access["appid"]) == ("user_impersonation", AMARA, DESKTOP.client_id)
    assert (identity["aud"], identity["nonce"], identity["name"]) == (DESKTOP.client_id, "n1", "Amara Diallo")
    assert identity["iss"] == f"{ORIGIN}/{TENANT}/v2.0"
    assert identity["oid"] == access["oid"]
    assert identity["sub"] != access["sub"]
    assert document["client_info"] == answer["client_info"]


def test_what_was_not_asked_for_does_not_come(desk: Desk) -> None:
    document = desk.token(**desk.redeem(desk.code(scope=f"{ORIGIN}/.default")))
    assert not {"refresh_token", "id_token", "client_info"} & set(document)
    assert document["scope"] == f"{ORIGIN}/user_impersonation {ORIGIN}/.default"


def test_version_one_takes_a_resource(desk: Desk) -> None:
    fields = {"client_id": DESKTOP.client_id, "response_type": "code", "redirect_uri": HERE, "login_hint": AMARA}
    reply = desk.ask("GET", "/common/oauth2/authorize", {**fields, "resource": f"{ORIGIN}/"})
    form = {**desk.redeem(told(reply)["code"]), "resource": f"{ORIGIN}/"}
    document = desk.ask("POST", "/common/oauth2/token", form)
    assert b'"resource":"https://127.0.0.1:5000/"' in document.body
    assert b'"refresh_token"' in document.body


def test_without_a_name_there_is_a_page_to_choose_on(desk: Desk) -> None:
    page = desk.authorize(state="<s>").body.decode()
    assert "Sign in" in page
    assert f'name="login_hint" value="{AMARA}"' in page
    assert 'name="state" value="&lt;s&gt;"' in page
    assert "<s>" not in page


def test_a_stranger_is_told_so(desk: Desk) -> None:
    page = desk.authorize(login_hint="<b>nobody").body.decode()
    assert "There is no <b>nobody here." in unescape(page)
    assert "<b>nobody" not in page


@pytest.mark.parametrize(("mode", "start"), [("query", f"{HERE}?code="), ("fragment", f"{HERE}#code=")])
def test_modes_of_answering(desk: Desk, mode: str, start: str) -> None:
    assert desk.authorize(login_hint=AMARA, response_mode=mode).location.startswith(start)


def test_the_answer_joins_a_query_that_is_there(desk: Desk) -> None:
    reply = desk.authorize(login_hint=AMARA, redirect_uri=f"{HERE}?a=1")
    assert reply.location.startswith(f"{HERE}?a=1&code=")


def test_a_form_is_posted_by_the_page_itself(desk: Desk) -> None:
    page = desk.authorize(login_hint=AMARA, response_mode="form_post", state="x").body.decode()
    assert f'<form method="post" action="{HERE}">' in page
    assert 'name="code" value="1.' in page
    assert "submit()" in page


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/back",
        "http://localhost.evil.example/",
        "ftp://localhost/",
        "http://localhost/#x",
        "//x[",
        "x",
    ],
)
def test_codes_go_to_this_machine_only(desk: Desk, uri: str) -> None:
    reply = desk.authorize(login_hint=AMARA, redirect_uri=uri)
    assert (reply.status, reply.location) == (400, "")
    assert b"AADSTS50011" in reply.body


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"client_id": "00000000-0000-0000-0000-00000000beef"}, "AADSTS700016"),
        ({"client_id": ""}, "AADSTS900144"),
        ({"redirect_uri": ""}, "AADSTS900144"),
    ],
)
def test_what_cannot_be_answered_is_shown(desk: Desk, fields: dict[str, str], number: str) -> None:
    reply = desk.authorize(login_hint=AMARA, **fields)
    assert reply.status == 400
    assert number in reply.body.decode()


@pytest.mark.parametrize(
    ("fields", "error", "number"),
    [
        ({"response_type": "token"}, "unsupported_response_type", "AADSTS70005"),
        ({"response_mode": "jwt"}, "invalid_request", "AADSTS70007"),
        ({"code_challenge": "short"}, "invalid_request", "AADSTS501491"),
        ({"code_challenge_method": "S512"}, "invalid_request", "AADSTS501491"),
        ({"scope": ""}, "invalid_request", "AADSTS900144"),
        ({"scope": "https://other.crm.dynamics.com/.default"}, "invalid_resource", "AADSTS500011"),
        ({"scope": f"{ORIGIN}/everything"}, "invalid_client", "AADSTS650053"),
        ({"scope": f"{ORIGIN}/.default https://graph.microsoft.com/.default"}, "invalid_scope", "AADSTS28000"),
        ({"login_hint": "", "prompt": "none"}, "login_required", "AADSTS50058"),
    ],
)
def test_the_application_is_told_what_went_wrong(desk: Desk, fields: dict[str, str], error: str, number: str) -> None:
    answer = told(desk.authorize(**{"login_hint": AMARA, "state": "s", **fields}))
    assert (answer["error"], answer["state"]) == (error, "s")
    assert answer["error_description"].startswith(number)


def test_a_code_is_good_once_and_for_ten_minutes(desk: Desk) -> None:
    code = desk.code()
    assert "access_token" in desk.token(**desk.redeem(code))
    assert desk.refused(**desk.redeem(code)) == (400, "invalid_grant", 54005)
    late = desk.code()
    desk.now += 600
    assert desk.refused(**desk.redeem(late)) == (400, "invalid_grant", 70008)
    assert desk.refused(**desk.redeem("1.made-up")) == (400, "invalid_grant", 9002313)


@pytest.mark.parametrize("verifier", ["", "another-verifier-of-forty-three-characters-at-all"])
def test_a_code_is_worth_nothing_without_its_verifier(desk: Desk, verifier: str) -> None:
    code = desk.code(**PKCE)
    fields = desk.redeem(code, code_verifier=verifier)
    assert desk.refused(**fields) == (400, "invalid_grant", 501481)


def test_a_plain_challenge_is_its_own_verifier(desk: Desk) -> None:
    code = desk.code(code_challenge=VERIFIER)
    assert "access_token" in desk.token(**desk.redeem(code, code_verifier=VERIFIER))


def test_a_verifier_that_nobody_announced(desk: Desk) -> None:
    fields = desk.redeem(desk.code(), code_verifier=VERIFIER)
    assert desk.refused(**fields) == (400, "invalid_grant", 501481)


def test_the_reply_address_stays_the_same(desk: Desk) -> None:
    fields = desk.redeem(desk.code(), redirect_uri=f"{HERE}/")
    assert desk.refused(**fields) == (401, "invalid_client", 500112)


def test_a_confidential_application_proves_itself(desk: Desk) -> None:
    fields = desk.redeem(desk.code(client_id=CONNECTOR.client_id), client_id=CONNECTOR.client_id)
    assert desk.refused(**fields) == (401, "invalid_client", 7000218)
    assert desk.refused(**fields, client_secret="wrong") == (401, "invalid_client", 7000215)
    found = claims(desk.token(**fields, client_secret=CONNECTOR.secret)["access_token"])
    assert (found["appidacr"], found["appid"]) == ("1", CONNECTOR.client_id)


def test_a_public_application_has_no_secret(desk: Desk) -> None:
    fields = desk.redeem(desk.code(), client_secret="made-up")
    assert desk.refused(**fields) == (401, "invalid_client", 700025)


def test_a_code_of_another_application(desk: Desk) -> None:
    code = desk.code(client_id=CONNECTOR.client_id)
    assert desk.refused(**desk.redeem(code)) == (400, "invalid_grant", 70000)


def refresh(token: str, **fields: str) -> dict[str, str]:
    usual = {"grant_type": "refresh_token", "client_id": DESKTOP.client_id, "refresh_token": token}
    return {**usual, **fields}


def test_a_refresh_token_is_followed_by_another(desk: Desk) -> None:
    first = desk.token(**desk.redeem(desk.code(nonce="n1")))
    second = desk.token(**refresh(first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    assert "nonce" not in claims(second["id_token"])
    third = desk.token(**refresh(second["refresh_token"], scope=MINE))
    assert claims(third["access_token"])["upn"] == AMARA
    # "The Microsoft identity platform doesn't revoke old refresh tokens when used to fetch new access tokens."
    assert "access_token" in desk.token(**refresh(first["refresh_token"]))


def test_a_refresh_token_opens_other_resources(desk: Desk) -> None:
    first = desk.token(**desk.redeem(desk.code()))["refresh_token"]
    graph = desk.token(**refresh(first, scope="https://graph.microsoft.com/.default"))
    assert claims(graph["access_token"])["aud"] == "https://graph.microsoft.com"
    assert desk.refused(**refresh(first, scope="https://x.example/.default"))[1:] == ("invalid_resource", 500011)


def test_refresh_tokens_that_are_refused(desk: Desk) -> None:
    token = desk.token(**desk.redeem(desk.code()))["refresh_token"]
    assert desk.refused(**refresh("made-up")) == (400, "invalid_grant", 9002313)
    other = refresh(token, client_id=CONNECTOR.client_id, client_secret=CONNECTOR.secret)
    assert desk.refused(**other) == (400, "invalid_grant", 70000)
    desk.now += 90 * 24 * 3600
    assert desk.refused(**refresh(token)) == (400, "invalid_grant", 70008)


def test_a_persons_sign_ins_can_be_revoked(desk: Desk) -> None:
    hers = desk.token(**desk.redeem(desk.code()))["refresh_token"]
    his = desk.token(**desk.redeem(told(desk.authorize(login_hint=PRIYA))["code"]))["refresh_token"]
    person = desk.tenant.people.find(AMARA)
    assert person is not None
    desk.tenant.ledger.revoke(person)
    assert desk.refused(**refresh(hers)) == (400, "invalid_grant", 50173)
    assert "access_token" in desk.token(**refresh(his))
    assert "refresh_token" in desk.token(**desk.redeem(desk.code()))


def test_applications_and_machines_are_nobody(desk: Desk) -> None:
    names = [person.name for person in desk.tenant.people.everybody()]
    assert names == ["Amara Diallo", "Jonas Keller", "Priya Raman", "Tomás Silva"]
