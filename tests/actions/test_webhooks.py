"""Webhooks: registered, listed, repaired and removed over HTTPS against the sandbox, and what real posts say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from onteg_dynamics.errors import InputError, NotFoundError, UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.webhooks.receiver import Post, Receiver, receiving

SECRET = 's3cr&t <of> "mine"'
HOOK = {"name": "Changes", "secret": SECRET, "table": "account"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def hook(run: Any, receiver: Receiver) -> Any:
    """Registers the webhook, with whatever is asked for."""

    def hook(**options: Any) -> Any:
        return run("register_webhook", **{**HOOK, "url": receiver.url, **options})

    return hook


@pytest.fixture
def posts(sandbox: Sandbox, receiver: Receiver) -> Any:
    def posts() -> list[Post]:
        assert sandbox.wait_for_webhooks()
        return receiver.posts

    return posts


def parsed(run: Any, post: Post, **options: Any) -> Any:
    how = {"headers": post.headers, "query": post.path, "secret": SECRET, **options}
    return run("parse_webhook_event", body=post.body.decode(), **how)


def created(run: Any, **row: Any) -> str:
    return str(run("create_record", table="account", row={"name": "Northwind", **row})["id"])


def outcomes(output: Any) -> dict[str, str]:
    return {step["message"]: step["outcome"] for step in output["steps"]}


def test_registering_again_makes_no_doubles(run: Any, hook: Any, sandbox: Sandbox) -> None:
    first = hook(messages="Create,Update", columns="name")
    assert first["created"] is True
    assert outcomes(first) == {"Create": "created", "Update": "created"}
    again = hook(messages="Create,Update", columns=["name"])
    assert (again["created"], again["webhook_id"]) == (False, first["webhook_id"])
    assert outcomes(again) == {"Create": "kept", "Update": "kept"}
    changed = hook(messages="Update,Delete", columns="telephone1,name", mode="Synchronous")
    assert outcomes(changed) == {"Update": "changed", "Delete": "created"}
    other = hook(table="contact", messages="Create")
    assert outcomes(other) == {"Create": "created"}
    (listed,) = run("list_webhooks")["webhooks"]
    told = {(step["table"], step["message"]): (step["mode"], sorted(step["columns"])) for step in listed["steps"]}
    assert told == {
        ("account", "Create"): ("Asynchronous", []),
        ("account", "Update"): ("Synchronous", ["name", "telephone1"]),
        ("account", "Delete"): ("Synchronous", []),
        ("contact", "Create"): ("Asynchronous", []),
    }
    assert sandbox.call(lambda: sandbox.world.store.count("serviceendpoint")) == 1


def test_the_secret_reaches_the_endpoint_and_nobody_else(
    executor: Executor, settings: dict[str, str], run: Any, hook: Any, receiver: Receiver, posts: Any
) -> None:
    hook()
    created(run)
    (post,) = posts()
    assert dict(parse_qsl(urlsplit(post.path).query))["code"] == SECRET
    assert SECRET not in str(run("list_webhooks"))
    for kind in ({}, {"authentication": "Header", "secret_name": "X-Key"}):
        rehearsed = executor.run("register_webhook", {**HOOK, "url": receiver.url, **kind, "dry_run": True}, settings)
        assert "***" in json.dumps(rehearsed.output)
        assert "s3cr" not in json.dumps(rehearsed.as_dict())


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ({"authentication": "Header", "secret_name": "X-Key"}, "headers"),
        ({"authentication": "Query", "secret_name": "k"}, "query"),
    ],
)
def test_other_proofs_are_sent_and_checked(run: Any, hook: Any, posts: Any, kind: dict[str, str], part: str) -> None:
    hook(messages="Create", **kind)
    own = created(run)
    (post,) = posts()
    assert parsed(run, post, **kind)["id"] == own
    with pytest.raises(InputError, match=f"{part}.*not known to come from your environment"):
        parsed(run, post, **kind, **{part: {}})


def test_posts_become_plain_rows(run: Any, hook: Any, posts: Any) -> None:
    hook(messages="Update,Delete", images="Both", image_columns="name,revenue")
    own = created(run, revenue=5)
    change = {"name": "Contoso", "industrycode": "Consulting", "primarycontactid": "Jim Glynn"}
    run("update_record", table="account", key=own, row=change)
    run("delete_record", table="account", key=own)
    events = {event["message"]: event for event in (parsed(run, post) for post in posts())}
    update = events["Update"]
    contact = run("find_record", table="contact", text="Jim Glynn")["id"]
    assert update["row"]["name"] == "Contoso"
    assert isinstance(update["row"]["industrycode"], int)
    assert (update["row"]["primarycontactid"], update["row"]["primarycontactid.table"]) == (contact, "contact")
    assert update["row"]["modifiedon"].endswith("Z")
    assert (update["before"]["name"], update["after"]["name"], update["after"]["revenue"]) == (
        "Northwind",
        "Contoso",
        5,
    )
    assert (update["table"], update["id"], update["cut"], update["read_again"]) == ("account", own, False, False)
    assert update["user_id"] == run("who_am_i")["user_id"]
    delete = events["Delete"]
    assert (delete["row"], delete["before"]["name"], delete["after"]) == (None, "Contoso", None)


def test_images_come_and_go(run: Any, hook: Any, posts: Any) -> None:
    hook(messages="Create,Update", images="After", image_columns="name")
    again = hook(messages="Create,Update", images="After", image_columns=["name"])
    assert set(outcomes(again).values()) == {"kept"}
    assert outcomes(hook(messages="Create,Update")) == {"Create": "changed", "Update": "changed"}
    created(run)
    (post,) = posts()
    assert parsed(run, post)["after"] is None


def test_what_was_cut_off_is_read_anew(
    executor: Executor, settings: dict[str, str], run: Any, hook: Any, posts: Any
) -> None:
    hook(table="annotation", messages="Create")
    note = {"subject": "N", "notetext": "x" * 99_000, "documentbody": "eHh4" * 50_000, "filename": "x.txt"}
    own = run("create_record", table="annotation", row=note)["id"]
    (post,) = posts()
    assert post.headers["x-ms-dynamics-msg-size-exceeded"] == "true"
    options = {"body": post.body.decode(), "headers": post.headers, "query": post.path, "secret": SECRET}
    result = executor.run("parse_webhook_event", options, settings)
    output = result.unwrap()
    assert (output["cut"], output["read_again"], len(output["row"]["notetext"])) == (True, True, 99_000)
    assert "read anew" in result.warnings[0]
    run("delete_record", table="annotation", key=own)
    gone = executor.run("parse_webhook_event", options, settings)
    assert (gone.output["row"], gone.output["read_again"]) == (None, False)
    assert "gone" in gone.warnings[0]


def test_a_webhook_is_repaired(run: Any, hook: Any, receiver: Receiver, posts: Any) -> None:
    first = hook(messages="Create")
    run("set_record_status", table="sdkmessageprocessingstep", key=first["steps"][0]["id"], state="Disabled")
    second = run("create_record", table="serviceendpoint", row=endpoint("Changes", receiver.url))["id"]
    step = run("get_record", table="sdkmessageprocessingstep", key=first["steps"][0]["id"])["row"]
    double = {name: step[name] for name in ("stage", "mode", "rank", "supporteddeployment", "sdkmessageid")}
    double |= {"name": "double", "sdkmessagefilterid": step["sdkmessagefilterid"]}
    other = run(
        "create_record",
        table="sdkmessageprocessingstep",
        row={**double, "eventhandler": {"table": "serviceendpoint", "id": second}},
    )["id"]
    kept, gone = (one["id"] for one in run("list_webhooks")["webhooks"])  # both are of the same second
    planned = [one["method"] for one in run("repair_webhook", webhook="Changes", dry_run=True)["requests"]]
    assert planned == ["DELETE", *(["PATCH"] if kept != second else []), "DELETE"]
    done = run("repair_webhook", webhook="Changes", url=receiver.url + "/new", secret="another secret")
    assert (done["changed"], done["webhook_id"], done["removed_webhooks"]) == (True, kept, [gone])
    assert done["removed_steps"] == [first["steps"][0]["id"]]
    assert [(one["id"], one["enabled"]) for one in done["steps"]] == [(other, True)]
    created(run)
    (post,) = posts()
    assert (urlsplit(post.path).path, parsed(run, post, secret="another secret")["message"]) == ("/hook/new", "Create")
    calm = run("repair_webhook", webhook=done["webhook_id"])
    assert (calm["changed"], calm["switched_on"], calm["removed_steps"]) == (False, [], [])


def test_steps_that_are_off_are_switched_on(run: Any, hook: Any) -> None:
    own = hook(messages="Create")["steps"][0]["id"]
    run("set_record_status", table="sdkmessageprocessingstep", key=own, state="Disabled")
    assert run("list_webhooks")["webhooks"][0]["steps"][0]["enabled"] is False
    assert run("repair_webhook", webhook="Changes")["switched_on"] == [own]
    run("set_record_status", table="sdkmessageprocessingstep", key=own, state="Disabled")
    assert outcomes(hook(messages="Create")) == {"Create": "changed"}
    assert run("list_webhooks")["webhooks"][0]["steps"][0]["enabled"] is True


def endpoint(name: str, url: str) -> dict[str, Any]:
    return {"name": name, "url": url, "contract": 8, "authtype": 4, "authvalue": "old"}


def test_webhooks_that_only_share_a_name_are_left_apart(run: Any, hook: Any) -> None:
    own = hook(messages="Create")["webhook_id"]
    other = run("create_record", table="serviceendpoint", row=endpoint("Changes", "http://127.0.0.1:9/other"))["id"]
    assert hook(messages="Create")["webhook_id"] == own
    with pytest.raises(InputError, match="several webhooks are called so, at other addresses"):
        hook(url="http://127.0.0.1:9/third")
    for action in ("repair_webhook", "remove_webhook"):
        with pytest.raises(InputError, match=r"several webhooks are called so.*give the id of one"):
            run(action, webhook="Changes")
    assert run("repair_webhook", webhook=other)["removed_webhooks"] == []
    assert run("remove_webhook", webhook=other) == {"removed": True, "webhooks": 1, "steps": 0}
    assert [one["id"] for one in run("list_webhooks")["webhooks"]] == [own]


def test_steps_that_differ_are_no_doubles(run: Any, hook: Any) -> None:
    first = hook(messages="Update", columns="name")
    step = run("get_record", table="sdkmessageprocessingstep", key=first["steps"][0]["id"])["row"]
    same = ("stage", "mode", "rank", "supporteddeployment", "sdkmessageid", "sdkmessagefilterid")
    more = {name: step[name] for name in same} | {"name": "other", "filteringattributes": "telephone1"}
    more["eventhandler"] = {"table": "serviceendpoint", "id": first["webhook_id"]}
    run("create_record", table="sdkmessageprocessingstep", row=more)
    done = run("repair_webhook", webhook="Changes")
    assert done["removed_steps"] == []
    assert [one["columns"] for one in sorted(done["steps"], key=lambda one: one["columns"])] == [
        ["name"],
        ["telephone1"],
    ]


def test_failed_posts_are_told(
    executor: Executor, settings: dict[str, str], run: Any, hook: Any, receiver: Receiver, posts: Any
) -> None:
    hook(messages="Create")
    receiver.statuses = [410]
    created(run)
    posts()
    result = executor.run("repair_webhook", {"webhook": "Changes"}, settings)
    assert result.output["failed_posts"] == 1
    assert "non-success" in result.output["last_failure"]
    assert "Posts have failed" in result.warnings[0]


def test_a_webhook_is_removed_once(run: Any, hook: Any, posts: Any) -> None:
    hook()
    assert run("remove_webhook", webhook="Changes", dry_run=True)["requests"]
    assert run("remove_webhook", webhook="Changes") == {"removed": True, "webhooks": 1, "steps": 3}
    assert run("remove_webhook", webhook="Changes") == {"removed": False, "webhooks": 0, "steps": 0}
    created(run)
    assert posts() == []
    with pytest.raises(NotFoundError, match="List Webhooks"):
        run("repair_webhook", webhook="Changes")


def test_webhooks_of_one_table(run: Any, hook: Any) -> None:
    hook()
    hook(name="Others", table="contact")
    found = run("list_webhooks", table="contact")["webhooks"]
    assert [one["name"] for one in found] == ["Others"]
    assert {step["table"] for step in found[0]["steps"]} == {"contact"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"url": "flows.example/hook"}, "URL"),
        ({"url": "file:///etc/passwd"}, "URL"),
        ({"secret": "short"}, "Secret"),
        ({"authentication": "Header"}, r"Secret Name .*is required with Header"),
        ({"authentication": "Header", "secret_name": "X Key\r\nY"}, "no header may have"),
        ({"columns": "nam"}, r'Columns .*no column "nam"'),
        ({"images": "Both", "image_columns": "nam"}, r'Image Columns .*no column "nam"'),
        ({"messages": "Explode"}, "Messages"),
    ],
)
def test_what_cannot_work_is_refused(run: Any, hook: Any, options: dict[str, Any], told: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=told) as caught:
        hook(**options)
    assert "s3cr" not in str(caught.value)
    assert run("list_webhooks")["webhooks"] == []


BODY = {
    "MessageName": "Create",
    "PrimaryEntityName": "account",
    "PrimaryEntityId": "0D487D3A-B3D7-5ABB-B975-CA66EF309DEA",
}


@pytest.mark.parametrize(
    "query",
    [
        "code=a+long+secret",
        "?code=a%20long%20secret",
        "https://x.example/h?a=1&code=a+long+secret",
        {"code": ["a long secret"]},
    ],
)
def test_the_query_in_whatever_form(run: Any, query: Any) -> None:
    body = {**BODY, "InputParameters": []}
    output = run("parse_webhook_event", body=body, query=query, secret="a long secret")
    assert (output["id"], output["cut"]) == (BODY["PrimaryEntityId"].lower(), False)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"query": ""}, r"Query .*lacks the webhook's secret \(\"code\"\)"),
        ({"query": "code=wrong"}, "has another value"),
        ({"query": "code=a long secret", "body": "nonsense"}, "Body .*is not JSON"),
        ({"query": "code=a long secret", "body": "[]"}, "Body .*no post of a webhook"),
        ({"query": "code=a long secret", "body": {"MessageName": "Create"}}, "Body .*no post of a webhook"),
    ],
)
def test_posts_that_are_none(run: Any, options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        run("parse_webhook_event", **{"body": BODY, "secret": "a long secret", **options})


def test_observers_never_see_a_secret(settings: dict[str, str]) -> None:
    from onteg_dynamics.hookspecs import hookimpl
    from onteg_dynamics.registry import load

    class Observer:
        seen: dict[str, Any]

        @hookimpl
        def onteg_before_execute(self, action: str, options: Any) -> None:
            assert action == "register_webhook"
            self.seen = dict(options)

    observer = Observer()
    with Executor(load((), [observer])) as executor:
        executor.run("register_webhook", {**HOOK, "url": "https://x.example/h", "dry_run": True}, settings).unwrap()
    assert observer.seen["secret"] == "***"
    assert observer.seen["name"] == "Changes"
