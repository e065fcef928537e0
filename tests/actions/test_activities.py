"""Tasks, phone calls, appointments, emails and timelines, over HTTPS against the sandbox."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.dataverse.parties import ROLES
from onteg_dynamics.errors import BadRequestError, InputError, NotFoundError, OntegError
from onteg_dynamics.sandbox import Sandbox

JIM = "2db245f7-1bab-5df8-9102-f9ea822782fa"
NANCY = "0d487d3a-b3d7-5abb-b975-ca66ef309dea"
TASK = "04bf6ab1-418b-555b-8e4e-f2ead5002be5"
MISSING = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def account(run: Any) -> dict[str, str]:
    return {"table": "account", "id": run("create_record", table="account", row={"name": "A"})["id"]}


def row(run: Any, table: str, key: str, *columns: str) -> dict[str, Any]:
    found = run("get_record", table=table, key=key, select=list(columns))["row"]
    return {name: found[name] for name in columns}


def parties(run: Any, activity: str) -> set[tuple[str, str]]:
    """Who takes part: the role, and the address or name."""
    rows = run(
        "list_records",
        table="activityparty",
        select="addressused,partyid,participationtypemask",
        filter=f"activityid eq {activity}",
        labels=True,
    )["rows"]
    roles = {mask: role for role, mask in ROLES.items()}
    named = ((roles.get(one["participationtypemask"]), one["partyid.label"] or one["addressused"]) for one in rows)
    return {(role, name) for role, name in named if role}


def test_a_task_about_a_row(run: Any, account: dict[str, str]) -> None:
    told = {"due": "2026-12-01T16:00:00Z", "priority": "high", "owner": "Priya Raman", "minutes": "15"}
    own = run("add_task", subject="Offer", description="Two options.", **account, **told, row='{"category": "Deals"}')
    columns = ("subject", "description", "scheduledend", "prioritycode", "regardingobjectid", "category")
    assert list(row(run, "task", own["id"], *columns).values()) == [
        *("Offer", "Two options.", "2026-12-01T16:00:00Z", 2),
        *(account["id"], "Deals"),
    ]
    assert (own["table"], own["parties"]) == ("task", 0)


def test_a_phone_call_either_way(run: Any, account: dict[str, str]) -> None:
    number = "+1 206 555 0100"
    out = run("add_phone_call", subject="Ask", to="Jim Glynn", **{"from": "Priya Raman"}, phone_number=number)["id"]
    assert row(run, "phonecall", out, "directioncode", "phonenumber") == {"directioncode": True, "phonenumber": number}
    assert parties(run, out) == {("to", "Jim Glynn"), ("from", "Priya Raman")}
    came = run("add_phone_call", subject="Complaint", direction="Incoming", **{"from": JIM}, **account)["id"]
    assert row(run, "phonecall", came, "directioncode") == {"directioncode": False}
    assert parties(run, came) == {("from", "Jim Glynn")}


def test_an_appointment_with_rows_and_addresses(run: Any) -> None:
    when = {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:00:00Z"}
    invited = {"required_attendees": "Jim Glynn, Guest <guest@x.example>", "optional_attendees": [{"id": NANCY}]}
    made = run("add_appointment", subject="Tasting", location="Roastery", **when, **invited, organizer="Priya Raman")
    assert made["parties"] == 4
    assert parties(run, made["id"]) == {
        *{("required_attendees", "Jim Glynn"), ("required_attendees", "guest@x.example")},
        *{("optional_attendees", "Nancy Anderson"), ("organizer", "Priya Raman")},
    }
    assert row(run, "appointment", made["id"], "scheduledstart", "location")["location"] == "Roastery"


def test_an_appointment_does_not_end_before_it_starts(run: Any, sandbox: Sandbox) -> None:
    with pytest.raises(InputError) as caught:
        run("add_appointment", subject="Tasting", start="2026-12-01T09:00:00+02:00", end="2026-12-01T06:59:00Z")
    assert str(caught.value) == "End (end): is before Start (scheduledstart)"
    with pytest.raises(InputError, match="is before Start"):
        run("add_appointment", subject="x", start="2026-12-02", end="2026-12-01", dry_run=True)
    with pytest.raises(InputError, match="a date is expected"):
        run("add_appointment", subject="x", start="soon", end="2026-12-01")
    assert not any(exchange.method == "POST" for exchange in sandbox.exchanges if "/appointments" in exchange.target)
    assert run("add_appointment", subject="A moment", start="2026-12-01", end="2026-12-01T00:00:00Z")["id"]


def test_an_email_is_sent_with_files(run: Any, account: dict[str, str], tmp_path: Path) -> None:
    organization = run("who_am_i")["organization_id"]
    run("update_record", table="organization", key=organization, row={"maxuploadfilesize": 16_000_000})
    path = tmp_path / "offer.txt"
    path.write_bytes(b"An offer")
    files = [{"content": base64.b64encode(b"x" * 4_300_000).decode(), "file_name": "big.bin"}]
    to = ["jim@x.example", "Jim Glynn", {"table": "contact", "id": JIM}]
    output = run(
        "send_email",
        subject="Offer",
        body="<p>Hello</p>",
        to=to,
        bcc="a@x.example",
        path=str(path),
        attachments=files,
        **account,
    )
    assert (output["sent"], output["parties"], output["attachments"]) == (True, 4, 2)
    own = output["id"]
    found = row(run, "email", own, "statecode", "description", "directioncode", "regardingobjectid")
    assert list(found.values()) == [1, "<p>Hello</p>", True, account["id"]]
    named = {("to", "jim@x.example"), ("to", "Jim Glynn"), ("bcc", "a@x.example"), ("from", "# Sandbox Connector")}
    assert parties(run, own) == named
    held = run("list_attachments", table="email", id=own)["attachments"]
    assert sorted((one["name"], one["size"]) for one in held) == [("big.bin", 4_300_000), ("offer.txt", 8)]


def test_an_email_to_everybody_on_a_marketing_list(run: Any) -> None:
    run("create_record", table="list", row={"listname": "News", "createdfromcode": 2, "type": False})
    run("add_to_marketing_list", list="News", member_ids=[JIM, NANCY])
    draft = run("send_email", subject="News", to='[{"table": "list", "name": "News"}]', cc=JIM, send="no")
    assert draft["sent"] is False
    assert row(run, "email", draft["id"], "statecode") == {"statecode": 0}
    people = {("to", "Jim Glynn"), ("to", "Nancy Anderson"), ("cc", "Jim Glynn")}
    assert parties(run, draft["id"]) == people | {("from", "# Sandbox Connector")}


def test_a_dynamic_list_cannot_be_read(run: Any) -> None:
    dynamic = {"listname": "News", "createdfromcode": 2, "type": True, "query": "<fetch/>"}
    run("create_record", table="list", row=dynamic)
    with pytest.raises(InputError, match=r"To \(to\).*is a dynamic list"):
        run("send_email", subject="News", to=[{"table": "list", "name": "News"}])


@pytest.mark.parametrize(
    ("action", "options", "told"),
    [
        ("send_email", {}, r"To \(to\).*is required when CC and BCC are empty"),
        ("send_email", {"to": "Nobody At All", "cc": "@"}, r"To .*no row has this name\nCC .*no row has this name"),
        ("send_email", {"to": [{"table": "task", "id": TASK}]}, "does not refer to task"),
        ("send_email", {"to": "a@x.example", "path": "/no/such/file"}, "Path .*names no file"),
        ("send_email", {"to": "a@x.example", "attachments": [{"content": "?", "file_name": "x"}]}, "is not base64"),
        ("add_task", {"due": "soon", "priority": "Burning"}, r"Priority \(priority\)(.|\n)*Due \(due\)"),
        ("add_task", {"table": "account"}, "Row ID .*is required with Table"),
        ("add_task", {"row": {"nonsense": 1}}, "task has no such column"),
        ("add_appointment", {"start": "2026-12-01", "end": "2026-12-01", "organizer": "Nobody At All"}, "Organizer"),
    ],
)
def test_what_does_not_fit_is_said_and_writes_nothing(
    run: Any, sandbox: Sandbox, action: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        run(action, subject="S", **options)
    assert not [
        one
        for one in sandbox.exchanges
        if one.method == "POST" and "$batch" not in one.target and "/api/" in one.target
    ]


def test_what_cannot_be_sent_stays_as_a_draft(run: Any) -> None:
    with pytest.raises(BadRequestError, match="stays as a draft"):
        run("send_email", subject="S", to="a@x.example", attachments=[{"content": "eA==", "file_name": "virus.exe"}])
    (draft,) = run("list_records", table="email", select="statecode")["rows"]
    assert draft["statecode"] == 0


def test_an_email_whose_fate_is_unknown_is_named(run: Any, sandbox: Sandbox) -> None:
    sandbox.faults.add("drop-after", method="POST", path="*SendEmail")
    with pytest.raises(OntegError, match="was written; whether it was sent is not known") as caught:
        run("send_email", subject="S", to="a@x.example")
    assert caught.value.details.outcome_unknown
    (email,) = run("list_records", table="email", select="statecode")["rows"]
    assert (email["statecode"], email["activityid"] in str(caught.value)) == (1, True)


def test_a_dry_run_of_an_email_tells_each_step(run: Any) -> None:
    files = [{"content": "eA==", "file_name": "x.txt"}]
    output = run("send_email", subject="S", to="a@x.example", attachments=files, dry_run=True)
    paths = [one["path"].rpartition(".")[2] for one in output["requests"]]
    assert paths == ["emails", "activitymimeattachments", "SendEmail"]
    assert run("list_records", table="email", select="subject")["rows"] == []


def test_activities_of_any_kind_are_completed_once(run: Any) -> None:
    output = run("complete_activity", activity=TASK, minutes="20")
    assert (output["table"], output["was"]) == ("task", "Open")
    done = row(run, "task", TASK, "statecode", "statuscode", "actualdurationminutes")
    assert done == {"statecode": 1, "statuscode": 5, "actualdurationminutes": 20}
    with pytest.raises(InputError, match="is Completed and cannot be completed"):
        run("complete_activity", activity=TASK)
    call = run("add_phone_call", subject="Ask", to="Jim Glynn")["id"]
    run("complete_activity", activity=call, status="Received")
    assert row(run, "phonecall", call, "statecode", "statuscode") == {"statecode": 1, "statuscode": 4}
    with pytest.raises(NotFoundError):
        run("complete_activity", activity=MISSING)


def test_a_reason_that_does_not_complete(run: Any) -> None:
    with pytest.raises(InputError, match=r"allowed are Completed \(5\)"):
        run("complete_activity", activity=TASK, status="Waiting on someone else")


def test_a_timeline_page_by_page(run: Any, account: dict[str, str]) -> None:
    for number in range(4):
        run("add_task", subject=f"T{number}", **account)
    run("add_note", **account, subject="N", text="Said so.")
    seen: list[str] = []
    cursor = None
    for expected in (False, False, True):
        page = run("list_timeline", **account, top="2", **({"cursor": cursor} if cursor else {}))
        seen += [entry["subject"] for entry in page["entries"]]
        cursor = page["cursor"]
        assert page["complete"] is expected
    assert sorted(seen) == ["N", "T0", "T1", "T2", "T3"]
    assert cursor is None
    (note,) = run("list_timeline", **account, kinds="Notes")["entries"]
    assert (note["kind"], note["table"], note["text"], note["state"]) == ("note", "annotation", "Said so.", None)


def test_a_timeline_has_what_the_row_takes_part_in(run: Any) -> None:
    run("add_phone_call", subject="Ask", to="Jim Glynn", table="contact", id=JIM)  # both about him and with him
    (entry,) = run("list_timeline", table="contact", id=JIM)["entries"]
    assert (entry["table"], entry["subject"], entry["state"]) == ("phonecall", "Ask", "Open")


@pytest.mark.parametrize(
    "cursor", [{"seen": []}, {"before": "x", "seen": []}, {"before": "2026-01-01' or 1 eq 1", "seen": []}]
)
def test_a_damaged_cursor_is_refused(run: Any, account: dict[str, str], cursor: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"Cursor .*damaged"):
        run("list_timeline", **account, cursor=cursor)
