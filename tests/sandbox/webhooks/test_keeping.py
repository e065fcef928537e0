"""Webhooks that outlive a sandbox: in its file, and in data files."""

from __future__ import annotations

from pathlib import Path

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.webhooks.desk import Desk
from tests.sandbox.webhooks.receiver import Receiver


def test_registrations_live_in_the_file(tmp_path: Path, receiver: Receiver) -> None:
    for name in ("A", "B"):
        with Sandbox("empty", db=tmp_path / "rows.sqlite") as sandbox:
            desk = Desk(sandbox, receiver)
            with desk.session:
                if name == "A":
                    desk.step("Create")
                desk.create("contacts", lastname=name)
                assert desk.posts()
    assert len(receiver.posts) == 2


def test_what_was_not_sent_is_cancelled(tmp_path: Path, receiver: Receiver) -> None:
    with Sandbox("empty", db=tmp_path / "rows.sqlite") as sandbox:
        desk = Desk(sandbox, receiver)
        with desk.session:
            desk.callback(1, postponeuntil="2090-01-01T00:00:00Z")
            desk.create("contacts", lastname="A")
    with Sandbox("empty", db=tmp_path / "rows.sqlite") as sandbox:
        desk = Desk(sandbox, receiver)
        with desk.session:
            (job,) = desk.jobs()
            assert (job["statecode"], job["statuscode"]) == (3, 32)
            assert job["message"] == "The sandbox was stopped before this was sent."
    assert receiver.posts == []


def test_registrations_are_saved_and_loaded(tmp_path: Path, desk: Desk) -> None:
    step = desk.step("Update", mode=0)
    desk.image(step, 0, "lastname")
    desk.callback(4)
    contact = desk.create("contacts", lastname="A")
    assert len(desk.posts()) == 1
    desk.sandbox.save(tmp_path, tables=["serviceendpoint", "sdkmessageprocessingstep", "sdkmessageprocessingstepimage"])
    desk.sandbox.save(tmp_path, tables=["contact", "callbackregistration"])
    desk.sandbox.reset()
    desk.sandbox.load(tmp_path)
    assert len(desk.posts()) == 1  # nobody is told of rows that are laid
    assert desk.call("PATCH", f"contacts({contact})", {"lastname": "B"}).status_code == 204
    assert len(desk.posts()) == 3
    (sync,) = [post for post in desk.receiver.posts if "x-ms-dynamics-request-name" in post.headers]
    assert sync.json()["PreEntityImages"][0]["value"]["Attributes"][0] == {"key": "lastname", "value": "A"}
