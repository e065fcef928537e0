"""Steps that are waited for, and those that are not; what failures do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.webhooks.desk import HEADER, QUERY, Desk, values
from tests.sandbox.webhooks.receiver import Post, Receiver, receiving

SYNC: dict[str, Any] = {"mode": 0}
FAILED, SUCCEEDED = (3, 31), (3, 30)


def state(job: dict[str, Any]) -> tuple[int, int]:
    return job["statecode"], job["statuscode"]


def named(desk: Desk, name: str) -> int:
    return len(desk.rows(f"contacts?$filter=lastname eq '{name}'&$select=contactid"))


@pytest.mark.parametrize("stage", [10, 20, 40])
def test_a_synchronous_step_must_agree(desk: Desk, stage: int) -> None:
    desk.step("Create", **SYNC, stage=stage)
    desk.receiver.statuses = [500]
    answer = desk.call("POST", "contacts", {"lastname": "Refused"})
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": "0x80050201",
        "message": "The webhook call failed because the http request received non-success httpStatus code. "
        "Please check your webhook request handler.",
    }
    assert named(desk, "Refused") == 0
    assert desk.call("POST", "contacts", {"lastname": "Agreed"}).status_code == 204
    assert named(desk, "Agreed") == 1
    context = desk.receiver.posts[1].json()
    assert (context["Stage"], context["Mode"], context["IsInTransaction"]) == (stage, 0, stage != 10)
    assert (context["ParentContext"] is None) == (stage == 10)
    assert desk.jobs() == []


def test_steps_before_the_operation_see_what_was_asked_for_only(desk: Desk) -> None:
    desk.step("Create", **SYNC, stage=20)
    desk.create("contacts", lastname="A")
    (post,) = desk.receiver.posts
    attributes = values(values(post.json()["InputParameters"])["Target"]["Attributes"])
    assert set(attributes) == {"lastname", "contactid"}
    assert post.json()["OutputParameters"] == []


def test_steps_run_by_stage_and_rank(desk: Desk) -> None:
    for stage, rank in ((40, 1), (20, 5), (20, 2), (10, 9)):
        desk.step("Create", **SYNC, stage=stage, rank=rank, name=f"{stage}/{rank}")
    desk.create("contacts", lastname="A")
    names = {row["sdkmessageprocessingstepid"]: row["name"] for row in desk.rows("sdkmessageprocessingsteps")}
    ran = [names[post.json()["OwningExtension"]["Id"]] for post in desk.receiver.posts]
    assert ran == ["10/9", "20/2", "20/5", "40/1"]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_gateways_get_one_more_try(desk: Desk, status: int) -> None:
    desk.step("Create", **SYNC)
    desk.receiver.statuses = [status]
    assert desk.call("POST", "contacts", {"lastname": "A"}).status_code == 204
    assert len(desk.receiver.posts) == 2
    desk.receiver.statuses = [status, status]
    assert desk.call("POST", "contacts", {"lastname": "A"}).status_code == 400
    assert len(desk.receiver.posts) == 4


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429, 500])
def test_other_statuses_get_none(desk: Desk, status: int) -> None:
    desk.step("Create", **SYNC)
    desk.receiver.statuses = [status]
    desk.receiver.headers = {"Location": desk.receiver.url}
    assert desk.call("POST", "contacts", {"lastname": "A"}).json()["error"]["code"] == "0x80050201"
    assert len(desk.receiver.posts) == 1  # no redirect is followed either


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_agreement(desk: Desk, status: int) -> None:
    desk.step("Create", **SYNC)
    desk.receiver.statuses = [status]
    assert desk.call("POST", "contacts", {"lastname": "A"}).status_code == 204


@pytest.mark.parametrize(
    ("kind", "proof", "code"),
    [
        (HEADER, "no xml", "0x80050203"),
        (HEADER, '<settings><setting name="a b" value="x"/></settings>', "0x80050203"),
        (HEADER, '<settings><setting name="a" value="x&#10;y"/></settings>', "0x80050203"),
        (HEADER, '<!DOCTYPE x [<!ENTITY e "v">]><settings><setting name="a" value="&e;"/></settings>', "0x80050203"),
        (QUERY, "<other/>", "0x80050204"),
        (QUERY, '<settings><setting value="x"/></settings>', "0x80050204"),
    ],
)
def test_proofs_that_cannot_be_sent(desk: Desk, kind: int, proof: str, code: str) -> None:
    desk.step("Create", **SYNC, endpoint=desk.endpoint(kind, proof))
    assert desk.call("POST", "contacts", {"lastname": "A"}).json()["error"]["code"] == code
    assert desk.receiver.posts == []


def test_nobody_at_the_address(desk: Desk) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/x"
        desk.step("Create", **SYNC, endpoint=desk.endpoint(url=address))
        assert desk.call("POST", "contacts", {"lastname": "A"}).json()["error"]["code"] == "0x80050205"


@pytest.fixture
def impatient(receiver: Receiver) -> Iterator[Desk]:
    with Sandbox("demo", webhook_timeout=0.1) as sandbox:
        desk = Desk(sandbox, receiver)
        with desk.session:
            yield desk


def test_an_endpoint_that_is_too_slow(impatient: Desk) -> None:
    gate = impatient.receiver.holding()
    impatient.step("Create", **SYNC)
    answer = impatient.call("POST", "contacts", {"lastname": "Late"})
    gate.set()
    assert answer.json()["error"]["code"] == "0x80050202"
    assert named(impatient, "Late") == 0


def test_the_server_goes_on_while_an_endpoint_thinks(desk: Desk) -> None:
    seen: list[Any] = []

    def look(post: Post) -> None:
        row_id = post.json()["PrimaryEntityId"]
        token = {"Authorization": f"Bearer {desk.sandbox.token()}"}
        address = f"{desk.root}contacts({row_id})?$select=lastname"
        answer = requests.get(address, headers=token, verify=str(desk.sandbox.ca_bundle), timeout=60)
        seen.append(answer.json()["lastname"])

    desk.receiver.meanwhile = look
    desk.step("Create", **SYNC)
    assert desk.call("POST", "contacts", {"lastname": "Seen"}).status_code == 204
    assert seen == ["Seen"]


def test_writes_wait_for_each_other(desk: Desk) -> None:
    is_posting, gate = threading.Event(), threading.Event()

    def think(_post: Post) -> None:
        is_posting.set()
        gate.wait(5)

    desk.receiver.meanwhile = think
    desk.receiver.statuses = [500]
    desk.step("Create", **SYNC)
    answers: dict[str, int] = {}
    other = Desk(desk.sandbox, desk.receiver)

    def post(sender: Desk, path: str, body: dict[str, str]) -> None:
        answers[path] = sender.call("POST", path, body).status_code

    first = threading.Thread(target=post, args=(desk, "contacts", {"lastname": "First"}))
    second = threading.Thread(target=post, args=(other, "accounts", {"name": "Second"}))
    first.start()
    assert is_posting.wait(5)
    second.start()
    second.join(0.1)
    assert second.is_alive()
    gate.set()
    first.join()
    second.join()
    other.session.close()
    assert answers == {"contacts": 400, "accounts": 204}  # what failed took nothing of the other with it
    assert len(desk.rows("accounts?$filter=name eq 'Second'")) == 1


def test_a_sandbox_stops_although_an_endpoint_thinks(receiver: Receiver) -> None:
    is_posting, gate = threading.Event(), threading.Event()

    def think(_post: Post) -> None:
        is_posting.set()
        gate.wait(5)

    receiver.meanwhile = think
    with Sandbox("demo") as sandbox:
        desk = Desk(sandbox, receiver)
        desk.step("Create")
        desk.step("Create", **SYNC)
        with desk.session:
            call = threading.Thread(target=lambda: _ignoring(desk))
            call.start()
            assert is_posting.wait(5)
            sandbox.stop()
            call.join(5)
            assert not call.is_alive()
    gate.set()


def _ignoring(desk: Desk) -> None:
    try:
        desk.call("POST", "contacts", {"lastname": "A"})
    except requests.ConnectionError:
        return


def test_a_change_set_goes_back_as_a_whole(desk: Desk) -> None:
    desk.step("Create")
    desk.step("Create", "account", **SYNC, endpoint=desk.endpoint())
    desk.receiver.statuses = [500]
    part = "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {}\r\n\r\n"
    post = 'POST {} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{"{}":"Gone"}}\r\n'
    operations = [
        part.format(number) + post.format(f"/api/data/v9.2/{table}", column)
        for number, (table, column) in enumerate((("contacts", "lastname"), ("accounts", "name")), 1)
    ]
    body = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n" + "".join(operations) + "--c--\r\n\r\n--b--\r\n"
    head = {"Content-Type": "multipart/mixed; boundary=b"}
    answer = desk.session.post(f"{desk.root}$batch", body, headers=head, timeout=60)
    assert answer.status_code == 400
    assert named(desk, "Gone") == 0
    assert [post.json()["PrimaryEntityName"] for post in desk.posts()] == ["account"]  # the contact's was never sent
    assert desk.jobs() == []


def test_an_asynchronous_step_is_a_job(desk: Desk) -> None:
    step = desk.step("Create", name="Tell them")
    contact = desk.create("contacts", lastname="A")
    context = desk.the_post().json()
    (job,) = desk.jobs()
    assert (job["name"], job["messagename"], job["primaryentitytype"]) == ("Tell them", "Create", "contact")
    assert (job["operationtype"], job["_owningextensionid_value"], state(job)) == (1, step, SUCCEEDED)
    assert (job["asyncoperationid"], job["correlationid"]) == (context["OperationId"], context["CorrelationId"])
    assert (job["retrycount"], context["PrimaryEntityId"], context["IsInTransaction"]) == (0, contact, False)
    assert job["startedon"]
    assert job["completedon"]


def test_a_failed_job_tells_why(desk: Desk) -> None:
    step = desk.step("Create", asyncautodelete=True)
    desk.receiver.statuses = [404]
    assert desk.call("POST", "contacts", {"lastname": "Kept"}).status_code == 204
    assert len(desk.posts()) == 1
    query = f"asyncoperations?$orderby=completedon desc&$filter=statuscode eq 31 and _owningextensionid_value eq {step}"
    (job,) = desk.rows(f"{query}&$select=name,friendlymessage,errorcode,message,completedon")
    assert job["errorcode"] == -2147155455
    assert job["friendlymessage"].startswith("The webhook call failed because the http request received non-success")
    assert named(desk, "Kept") == 1


def test_a_job_that_needed_a_second_try(desk: Desk) -> None:
    desk.step("Create")
    desk.receiver.statuses = [503]
    desk.create("contacts", lastname="A")
    assert len(desk.posts()) == 2
    (job,) = desk.jobs()
    assert (state(job), job["retrycount"]) == (SUCCEEDED, 1)


def test_a_job_that_went_well_may_go(desk: Desk) -> None:
    desk.step("Create", asyncautodelete=True)
    desk.create("contacts", lastname="A")
    assert len(desk.posts()) == 1
    assert desk.jobs() == []


def test_a_job_is_seen_under_way(desk: Desk) -> None:
    gate = desk.receiver.holding()
    desk.step("Create")
    desk.create("contacts", lastname="A")
    (job,) = desk.jobs()
    gate.set()
    assert state(job) in {(0, 0), (2, 20)}
    assert len(desk.posts()) == 1
    assert state(desk.jobs()[0]) == SUCCEEDED


def test_rows_of_a_bulk_message_are_told_of_one_by_one(desk: Desk) -> None:
    desk.step("Create")
    rows = [{"@odata.type": "Microsoft.Dynamics.CRM.contact", "lastname": f"B{number}"} for number in range(5)]
    assert desk.call("POST", "contacts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": rows}).status_code == 200
    assert len(desk.posts()) == 5
    assert len({post.json()["CorrelationId"] for post in desk.receiver.posts}) == 1


def test_receivers_on_this_machine_may_have_any_certificate(desk: Desk) -> None:
    with Sandbox("empty") as other:
        address = f"{other.url}/_sandbox/faults"  # takes posts of JSON, and checks them
        desk.step("Create", **SYNC, endpoint=desk.endpoint(url=address))
        answer = desk.call("POST", "contacts", {"lastname": "A"})
        assert answer.json()["error"]["code"] == "0x80050201"


def test_no_proxy_stands_before_this_machine(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        desk.step("Create", **SYNC)
        desk.create("contacts", lastname="A")
        assert (len(desk.receiver.posts), proxy.posts) == (1, [])


def later(desk: Desk, seconds: float) -> str:
    moment = desk.sandbox.world.clock() + timedelta(seconds=seconds)
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_postponed_callback_needs_no_further_request(desk: Desk) -> None:
    arrived = threading.Event()
    desk.receiver.meanwhile = lambda _post: arrived.set()
    moment = desk.sandbox.world.clock() + timedelta(seconds=0.1)
    desk.callback(1, postponeuntil=moment.isoformat())
    desk.create("contacts", lastname="A")
    assert arrived.wait(5)


def test_a_callback_can_be_postponed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.callback(1, postponeuntil=later(desk, 3600))
    desk.create("contacts", lastname="A")
    assert desk.posts() == []
    (job,) = desk.jobs()
    assert (job["operationtype"], state(job)) == (79, (1, 10))
    past = datetime.now(timezone.utc) + timedelta(hours=2)
    monkeypatch.setattr(desk.sandbox.world, "clock", lambda: past)
    assert len(desk.posts()) == 1
    assert state(desk.jobs()[0]) == SUCCEEDED
