"""What endpoints are sent, over real HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.webhooks.desk import HEADER, QUERY, Desk, values
from tests.sandbox.webhooks.receiver import Receiver

ENTITY = "Entity:http://schemas.microsoft.com/xrm/2011/Contracts"
SETTINGS = '<settings><setting name="Key-1" value="one &amp; 1" /><setting name="Key-2" value="two" /></settings>'


def test_an_update_is_posted_as_the_page_prints_it(desk: Desk) -> None:
    step = desk.step(filteringattributes="firstname,lastname")
    contact = desk.create("contacts", firstname="Jim", lastname="Glynn")
    assert desk.posts() == []
    desk.call("PATCH", f"contacts({contact})", {"firstname": "James", "gendercode": 1, "creditlimit": 5})
    post = desk.the_post()
    context = post.json()
    assert list(context) == [
        *("BusinessUnitId", "CorrelationId", "Depth", "InitiatingUserId", "InputParameters", "IsExecutingOffline"),
        *("IsInTransaction", "IsOfflinePlayback", "IsolationMode", "MessageName", "Mode", "OperationCreatedOn"),
        *("OperationId", "OrganizationId", "OrganizationName", "OutputParameters", "OwningExtension", "ParentContext"),
        *("PostEntityImages", "PreEntityImages", "PrimaryEntityId", "PrimaryEntityName", "RequestId"),
        *("SecondaryEntityName", "SharedVariables", "Stage", "UserId"),
    ]
    assert (context["MessageName"], context["Stage"], context["Mode"], context["Depth"]) == ("Update", 40, 1, 1)
    assert (context["PrimaryEntityName"], context["PrimaryEntityId"]) == ("contact", contact)
    assert context["OwningExtension"]["Id"] == step
    assert re.fullmatch(r"/Date\(\d+\+0000\)/", context["OperationCreatedOn"])
    who = desk.row("WhoAmI")
    assert (context["UserId"], context["OrganizationId"]) == (who["UserId"], who["OrganizationId"])
    target = values(context["InputParameters"])["Target"]
    assert (target["__type"], target["Id"], target["LogicalName"]) == (ENTITY, contact, "contact")
    attributes = values(target["Attributes"])
    assert attributes["firstname"] == "James"
    assert attributes["fullname"] == "James Glynn"
    assert attributes["contactid"] == contact
    assert attributes["gendercode"] == {"__type": ENTITY.replace("Entity", "OptionSetValue"), "Value": 1}
    assert attributes["creditlimit"] == {"__type": ENTITY.replace("Entity", "Money"), "Value": 5}
    assert attributes["modifiedby"]["LogicalName"] == "systemuser"
    assert re.fullmatch(r"/Date\(\d+\)/", attributes["modifiedon"])
    assert "lastname" not in attributes


def test_the_calling_context_has_what_was_asked_for(desk: Desk) -> None:
    desk.step()
    contact = desk.create("contacts", lastname="Glynn")
    desk.call("PATCH", f"contacts({contact})", {"lastname": "G"})
    context = desk.the_post().json()
    parent = context["ParentContext"]
    assert (parent["Stage"], parent["ParentContext"], parent["MessageName"]) == (30, None, "Update")
    inputs = values(parent["InputParameters"])
    assert values(inputs["Target"]["Attributes"]) == {"lastname": "G", "contactid": contact}
    assert inputs["SuppressDuplicateDetection"] is False
    (image,) = context["PostEntityImages"]
    assert image["key"] == "AsynchronousStepPrimaryName"
    assert values(image["value"]["Attributes"]) == {"fullname": "G", "contactid": contact}
    assert "__type" not in image["value"]


def test_the_headers_of_a_post(desk: Desk) -> None:
    desk.step()
    contact = desk.create("contacts", lastname="Glynn")
    desk.call("PATCH", f"contacts({contact})", {"lastname": "G"})
    post = desk.the_post()
    sent = {name: value for name, value in post.headers.items() if name.startswith("x-ms")}
    assert sent == {
        "x-ms-dynamics-organization": desk.sandbox.url.removeprefix("https://"),
        "x-ms-dynamics-entity-name": "contact",
        "x-ms-dynamics-request-name": "Update",
        "x-ms-correlation-request-id": post.json()["CorrelationId"],
    }
    assert post.headers["content-type"] == "application/json; charset=utf-8"
    assert rb"http:\/\/schemas.microsoft.com\/xrm" in post.body
    assert b"/" not in post.body.replace(rb"\/", b"")


def test_a_key_is_sent_as_code(desk: Desk) -> None:
    desk.step("Create", endpoint=desk.endpoint(url=f"{desk.receiver.url}?a=1"))
    desk.create("contacts", lastname="A")
    assert desk.the_post().path == "/hook?a=1&code=s3%20cr%26t"


def test_proofs_in_headers(desk: Desk) -> None:
    desk.step("Create", endpoint=desk.endpoint(HEADER, SETTINGS))
    desk.create("contacts", lastname="A")
    post = desk.the_post()
    assert (post.path, post.headers["key-1"], post.headers["key-2"]) == ("/hook", "one & 1", "two")


def test_proofs_in_the_query(desk: Desk) -> None:
    desk.step("Create", endpoint=desk.endpoint(QUERY, SETTINGS))
    desk.create("contacts", lastname="A")
    assert desk.the_post().path == "/hook?Key-1=one%20%26%201&Key-2=two"


def test_what_proves_is_never_read(desk: Desk) -> None:
    endpoint = desk.endpoint()
    row = desk.row(f"serviceendpoints({endpoint})")
    assert "authvalue" not in row
    assert row["isauthvalueset"] is True
    assert (row["connectionmode"], row["userclaim"], row["contract"]) == (1, 1, 8)
    assert "authvalue" not in desk.row(f"serviceendpoints({endpoint})?$select=name,authvalue")
    assert "s3" not in "".join(str(exchange) + str(exchange.response_body) for exchange in desk.sandbox.exchanges)


def test_a_create_tells_its_id(desk: Desk) -> None:
    desk.step("Create")
    contact = desk.create("contacts", lastname="A", birthdate="1990-01-31", donotphone=True)
    context = desk.the_post().json()
    assert context["OutputParameters"] == [{"key": "id", "value": contact}]
    attributes = values(values(context["InputParameters"])["Target"]["Attributes"])
    assert attributes["donotphone"] is True
    assert attributes["birthdate"] == "/Date(633744000000)/"
    assert attributes["ownerid"]["LogicalName"] == "systemuser"
    assert attributes["createdonbehalfby"] is None


def test_a_delete_tells_a_reference(desk: Desk) -> None:
    desk.step("Delete")
    contact = desk.create("contacts", lastname="A")
    desk.call("DELETE", f"contacts({contact})")
    context = desk.the_post().json()
    target = values(context["InputParameters"])["Target"]
    assert target == {
        "__type": ENTITY.replace("Entity", "EntityReference"),
        "Id": contact,
        "KeyAttributes": [],
        "LogicalName": "contact",
        "Name": None,
        "RowVersion": None,
    }
    assert values(context["PreEntityImages"])["AsynchronousStepPrimaryName"]["Id"] == contact


def test_rows_that_go_along_are_told_of_too(desk: Desk) -> None:
    desk.step("Delete", "annotation")
    contact = desk.create("contacts", lastname="A")
    desk.create("annotations", subject="N", **{"objectid_contact@odata.bind": f"/contacts({contact})"})
    desk.call("DELETE", f"contacts({contact})")
    assert desk.the_post().json()["PrimaryEntityName"] == "annotation"


def test_pairs_are_told_of(desk: Desk) -> None:
    desk.step("Associate", None)
    (team,) = desk.rows("teams?$top=1&$select=teamid")
    (profile,) = desk.rows("roles?$top=1&$select=roleid")
    body = {"@odata.id": f"{desk.root}roles({profile['roleid']})"}
    answer = desk.call("POST", f"teams({team['teamid']})/teamroles_association/$ref", body)
    assert answer.status_code == 204, answer.text
    context = desk.the_post().json()
    inputs = values(context["InputParameters"])
    assert (inputs["Target"]["LogicalName"], inputs["Target"]["Id"]) == ("team", team["teamid"])
    assert inputs["Relationship"]["SchemaName"] == "teamroles_association"
    assert inputs["RelatedEntities"][0]["Id"] == profile["roleid"]


def test_images_before_and_after(desk: Desk) -> None:
    step = desk.step()
    assert desk.image(step, 2, "firstname,lastname", "both").status_code == 204
    contact = desk.create("contacts", firstname="A", lastname="B", jobtitle="C")
    desk.call("PATCH", f"contacts({contact})", {"firstname": "Z"})
    context = desk.the_post().json()
    before = values(values(context["PreEntityImages"])["both"]["Attributes"])
    after = values(values(context["PostEntityImages"])["both"]["Attributes"])
    assert before == {"firstname": "A", "lastname": "B", "contactid": contact}
    assert after == {"firstname": "Z", "lastname": "B", "contactid": contact}


@pytest.mark.parametrize(
    ("message", "stage", "kind", "member", "code"),
    [
        ("Create", 40, 0, "Id", "0x8004416d"),
        ("Create", 40, 1, "Target", "0x8004416b"),
        ("Delete", 40, 2, "Target", "0x8004416d"),
        ("Update", 20, 1, "Target", "0x8004416e"),
        ("Associate", 40, 0, "Target", "0x80044189"),
    ],
)
def test_images_that_cannot_be(desk: Desk, message: str, stage: int, kind: int, member: str, code: str) -> None:
    step = desk.step(message, None, stage=stage, mode=0)
    answer = desk.image(step, kind, member=member)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_columns_choose_updates_only(desk: Desk) -> None:
    desk.step(filteringattributes="firstname, lastname")
    contact = desk.create("contacts", lastname="A")
    desk.call("PATCH", f"contacts({contact})", {"jobtitle": "X"})
    assert desk.posts() == []
    desk.call("PATCH", f"contacts({contact})", {"lastname": "A"})  # the same value is an update too
    assert len(desk.posts()) == 1


def test_a_large_message_loses_its_details(desk: Desk) -> None:
    desk.step("Create", "annotation")
    desk.create("annotations", subject="N", notetext="x" * 90_000)
    assert "x-ms-dynamics-msg-size-exceeded" not in desk.the_post().headers
    desk.create("annotations", subject="N", notetext="x" * 99_000, documentbody="eHh4" * 50_000, filename="x.txt")
    post = desk.posts()[1]
    assert post.headers["x-ms-dynamics-msg-size-exceeded"] == "true"
    assert len(post.body) < 256 * 1024
    context = post.json()
    assert {"ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages"}.isdisjoint(context)
    assert context["PrimaryEntityName"] == "annotation"


def test_steps_can_be_switched_off_and_removed(desk: Desk) -> None:
    endpoint = desk.endpoint()
    step = desk.step("Create", endpoint=endpoint)
    desk.call("PATCH", f"sdkmessageprocessingsteps({step})", {"statecode": 1, "statuscode": 2})
    desk.create("contacts", lastname="A")
    assert desk.posts() == []
    desk.call("PATCH", f"sdkmessageprocessingsteps({step})", {"statecode": 0, "statuscode": 1})
    desk.create("contacts", lastname="A")
    assert len(desk.posts()) == 1
    assert desk.call("DELETE", f"serviceendpoints({endpoint})").status_code == 204
    assert desk.call("GET", f"sdkmessageprocessingsteps({step})").status_code == 404
    desk.create("contacts", lastname="A")
    assert len(desk.posts()) == 1


def test_a_step_without_a_filter_is_of_every_table(desk: Desk) -> None:
    desk.step("Create", None)
    desk.create("accounts", name="A")
    desk.create("contacts", lastname="A")
    assert sorted(post.json()["PrimaryEntityName"] for post in desk.posts()) == ["account", "contact"]


def test_the_queries_of_the_page(desk: Desk) -> None:
    endpoint = desk.endpoint()
    step = desk.step(endpoint=endpoint, filteringattributes="firstname")
    (row,) = desk.rows("serviceendpoints?$filter=contract eq 8&$select=serviceendpointid,name,authtype,url")
    assert row["serviceendpointid"] == endpoint
    chosen = "sdkmessageprocessingstepid,name,description,asyncautodelete,filteringattributes,mode,stage"
    (found,) = desk.rows(f"serviceendpoints({endpoint})/serviceendpoint_sdkmessageprocessingstep?$select={chosen}")
    assert (found["sdkmessageprocessingstepid"], found["filteringattributes"]) == (step, "firstname")
    expand = (
        "eventhandler_serviceendpoint($select=name),sdkmessagefilterid($select=primaryobjecttypecode),"
        "sdkmessageid($select=name)"
    )
    one = desk.row(f"sdkmessageprocessingsteps({step})?$select=name,mode,stage&$expand={expand}")
    assert one["eventhandler_serviceendpoint"]["name"] == "Hook"
    assert one["sdkmessagefilterid"]["primaryobjecttypecode"] == "contact"
    assert one["sdkmessageid"]["name"] == "Update"


def test_tags_and_correlation(desk: Desk) -> None:
    desk.step("Create")
    desk.call("POST", "contacts?tag=import", {"lastname": "A"})
    assert desk.the_post().json()["SharedVariables"] == [{"key": "tag", "value": "import"}]


@pytest.mark.parametrize(
    "headers",
    [
        {"MSCRM_BypassBusinessLogicExecution": "CustomAsync"},
        {"MSCRM_BypassBusinessLogicExecution": "CustomSync,CustomAsync"},
        {"MSCRM_BypassBusinessLogicExecutionStepIds": "{step}"},
    ],
)
def test_steps_can_be_bypassed(desk: Desk, headers: dict[str, str]) -> None:
    step = desk.step("Create")
    told = {name: value.format(step=step) for name, value in headers.items()}
    assert desk.call("POST", "contacts", {"lastname": "A"}, **told).status_code == 204
    assert desk.posts() == []
    desk.call("POST", "contacts", {"lastname": "A"}, MSCRM_BypassCustomPluginExecution="true")
    assert len(desk.posts()) == 1  # that one is for synchronous steps


def test_no_more_than_three_steps_can_be_bypassed(desk: Desk) -> None:
    ids = ",".join(["1d6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a55"] * 4)
    answer = desk.call("POST", "contacts", {"lastname": "A"}, MSCRM_BypassBusinessLogicExecutionStepIds=ids)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("message", "table", "members", "status"),
    [
        ("Update", "contact", {"stage": 20}, 400),
        ("Update", "contact", {"stage": 30}, 400),
        ("Retrieve", "contact", {}, 501),
        ("CreateMultiple", "contact", {}, 501),
        ("Update", "contact", {"name": None}, 400),
        ("Update", "contact", {"mode": 7}, 400),
    ],
)
def test_steps_that_would_never_run_are_refused(
    desk: Desk, message: str, table: str, members: dict[str, Any], status: int
) -> None:
    assert desk.try_step(message, table, **members).status_code == status


def test_endpoints_that_are_no_webhooks_have_no_steps(desk: Desk) -> None:
    other = desk.create("serviceendpoints", name="Bus", contract=2, namespaceaddress="sb://x", saskey="k")
    assert desk.row(f"serviceendpoints({other})")["isauthvalueset"] is False
    assert desk.try_step("Create", "contact", endpoint=other).status_code == 501


@pytest.mark.parametrize("url", [None, "", "ftp://127.0.0.1/x", "hook", "http://", "http://[x"])
def test_endpoints_have_addresses(desk: Desk, url: str | None) -> None:
    answer = desk.call("POST", "serviceendpoints", {"name": "X", "contract": 8, "url": url})
    assert answer.status_code == 400


def test_one_filter_is_of_one_message(desk: Desk) -> None:
    (created,) = desk.rows("sdkmessages?$filter=name eq 'Create'&$select=sdkmessageid")
    where = f"primaryobjecttypecode eq 'contact' and _sdkmessageid_value eq {created['sdkmessageid']}"
    (chosen,) = desk.rows(f"sdkmessagefilters?$filter={where}&$select=sdkmessagefilterid")
    wrong = {"sdkmessagefilterid@odata.bind": f"/sdkmessagefilters({chosen['sdkmessagefilterid']})"}
    assert desk.try_step("Update", None, **wrong).json()["error"]["code"] == "0x80044187"


def test_a_reset_takes_webhooks_away(desk: Desk) -> None:
    desk.step("Create")
    desk.sandbox.reset()
    desk.create("contacts", lastname="A")
    assert desk.posts() == []


def test_plain_http_tells_its_host_too(receiver: Receiver) -> None:
    with Sandbox("demo", http=True) as sandbox:
        desk = Desk(sandbox, receiver)
        with desk.session:
            desk.step("Create")
            desk.create("contacts", lastname="A")
            assert desk.the_post().headers["x-ms-dynamics-organization"] == sandbox.url.removeprefix("http://")
