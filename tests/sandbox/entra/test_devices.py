"""Signing in on another device."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from onteg_dynamics.sandbox.entra import CONNECTOR, DESKTOP
from onteg_dynamics.sandbox.entra.devices import answer_device
from tests.sandbox.entra.desk import AMARA, MINE, ORIGIN, TENANT, Desk, claims

BEGIN = f"/{TENANT}/oauth2/v2.0/devicecode"


def begin(desk: Desk, **fields: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(
        desk.ask("POST", BEGIN, {"client_id": DESKTOP.client_id, "scope": MINE, **fields}).body
    )
    return found


def poll(flow: dict[str, Any], **fields: str) -> dict[str, str]:
    kind = "urn:ietf:params:oauth:grant-type:device_code"
    return {"grant_type": kind, "client_id": DESKTOP.client_id, "device_code": flow["device_code"], **fields}


def test_a_device_waits_until_somebody_signs_in(desk: Desk) -> None:
    flow = begin(desk)
    assert flow["verification_uri"] == f"{ORIGIN}/devicelogin"
    assert flow["user_code"] in flow["message"]
    assert desk.refused(**poll(flow)) == (400, "authorization_pending", 70016)
    answer_device(desk.tenant, flow["user_code"].lower(), AMARA)
    document = desk.token(**poll(flow))
    assert claims(document["access_token"])["upn"] == AMARA
    assert "refresh_token" in document
    assert desk.refused(**poll(flow))[1] == "bad_verification_code"


def test_a_device_that_asks_too_often_is_told_to_slow_down(desk: Desk) -> None:
    flow = begin(desk)
    assert desk.refused(**poll(flow))[1] == "authorization_pending"
    desk.now += 2
    assert desk.refused(**poll(flow))[1] == "slow_down"
    desk.now += flow["interval"]
    assert desk.refused(**poll(flow))[1] == "authorization_pending"


def test_a_code_ends_after_a_quarter_of_an_hour(desk: Desk) -> None:
    flow = begin(desk)
    desk.now += flow["expires_in"]
    assert desk.refused(**poll(flow)) == (400, "expired_token", 70020)
    with pytest.raises(LookupError, match="didn't work"):
        answer_device(desk.tenant, flow["user_code"], AMARA)


def test_a_person_may_decline(desk: Desk) -> None:
    flow = begin(desk)
    answer_device(desk.tenant, flow["user_code"], None)
    assert desk.refused(**poll(flow))[1] == "authorization_declined"


def test_codes_that_nobody_gave_out(desk: Desk) -> None:
    flow = begin(desk)
    assert desk.refused(**poll({"device_code": "1.made-up"}))[1] == "bad_verification_code"
    other = poll(flow, client_id=CONNECTOR.client_id, client_secret=CONNECTOR.secret)
    assert desk.refused(**other)[1] == "bad_verification_code"
    with pytest.raises(LookupError, match="nobody"):
        answer_device(desk.tenant, flow["user_code"], "nobody")


def test_an_application_with_a_secret_has_no_devices(desk: Desk) -> None:
    document = begin(desk, client_id=CONNECTOR.client_id)
    assert document["error_codes"] == [7000218]


def test_the_page_takes_the_code(desk: Desk) -> None:
    flow = begin(desk)
    page = desk.ask("GET", "/devicelogin", {"otc": flow["user_code"]}).body.decode()
    assert f'value="{flow["user_code"]}"' in page
    assert AMARA in page
    wrong = desk.ask("POST", "/devicelogin", {"otc": "NOSUCH", "login": AMARA})
    assert (wrong.status, b"didn&#x27;t work" in wrong.body) == (400, True)
    done = desk.ask("POST", "/devicelogin", {"otc": flow["user_code"], "login": AMARA})
    assert b"You have signed in" in done.body
    assert "access_token" in desk.token(**poll(flow))


def test_the_page_has_a_way_out(desk: Desk) -> None:
    flow = begin(desk)
    desk.ask("POST", "/devicelogin", {"otc": flow["user_code"], "decline": "1"})
    assert desk.refused(**poll(flow))[1] == "authorization_declined"
