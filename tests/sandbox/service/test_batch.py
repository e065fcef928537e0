from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from tests.sandbox.service.client import ROOT, Answer, Client

MISSING = "11111111-1111-1111-1111-111111111111"


def part(method: str, url: str, document: Any = None, **headers: str) -> str:
    lines = [f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items()]
    body = "" if document is None else orjson.dumps(document).decode()
    head = "Content-Type: application/http\nContent-Transfer-Encoding: binary\n"
    return f"{head}{{id}}\n{method} {url} HTTP/1.1\n{''.join(lines)}\n{body}\n"


def change_set(*parts: str, name: str = "c") -> str:
    inner = "".join(
        f"--{name}\n{text.replace('{id}', f'Content-ID: {i}{chr(10)}', 1)}" for i, text in enumerate(parts, 1)
    )
    return f"Content-Type: multipart/mixed; boundary={name}\n\n{inner}--{name}--\n"


def send(client: Client, *parts: str, **headers: str) -> Answer:
    text = "".join(f"--b\n{item.replace('{id}', '', 1)}" for item in parts) + "--b--\n"
    return client.post(
        "$batch", text.replace("\n", "\r\n").encode(), Content_Type="multipart/mixed; boundary=b", **headers
    )


def statuses(answer: Answer) -> list[int]:
    return [int(found) for found in re.findall(rb"^HTTP/1\.1 (\d+) ", answer.body, re.MULTILINE)]


def count(client: Client, entity_set: str = "accounts") -> int:
    return int(client.get(f"{entity_set}/$count").body.decode("utf-8-sig"))


def test_answers_come_in_order_whatever_form_the_address_has(client: Client) -> None:
    row_id = client.create("accounts", name="A")
    urls = [f"accounts({row_id})", f"/api/data/v9.2/accounts({row_id})", f"{ROOT}accounts?$filter=name eq 'A'"]
    answer = send(client, *(part("GET", url, Accept="application/json") for url in urls))
    assert answer.status == 200
    assert re.fullmatch(r"multipart/mixed; boundary=batchresponse_[0-9a-f-]{36}", str(answer.header("Content-Type")))
    assert statuses(answer) == [200, 200, 200]
    assert answer.body.count(b"Content-Type: application/json; odata.metadata=minimal; odata.streaming=true\r\n") == 3
    assert b"\n" not in answer.body.replace(b"\r\n", b"")


def test_the_parts_keep_their_own_headers(client: Client) -> None:
    answer = send(client, part("POST", "accounts?$select=name", {"name": "A"}, Prefer="return=representation"))
    assert statuses(answer) == [201]
    assert b'"name":"A"' in answer.body


def test_a_failure_stops_the_batch_and_gives_its_status(client: Client) -> None:
    bad, good = part("GET", f"accounts({MISSING})"), part("POST", "accounts", {"name": "A"})
    answer = send(client, good, bad, good)
    assert answer.status == 404
    assert statuses(answer) == [204, 404]
    assert re.search(rb"\r\nREQ_ID: [0-9a-f-]{36}\r\n", answer.body)
    assert b'{"error":{"code":"0x80040217"' in answer.body
    assert count(client) == 1


def test_going_on_after_a_failure_when_asked(client: Client) -> None:
    bad, good = part("GET", f"accounts({MISSING})"), part("POST", "accounts", {"name": "A"})
    answer = send(client, good, bad, good, Prefer="odata.continue-on-error")
    assert answer.status == 200
    assert statuses(answer) == [204, 404, 204]
    assert count(client) == 2


def test_a_change_set_answers_with_its_ids(client: Client) -> None:
    answer = send(client, change_set(part("POST", "accounts", {"name": "A"}), part("POST", "accounts", {"name": "B"})))
    assert answer.status == 200
    assert statuses(answer) == [204, 204]
    assert re.search(rb"Content-Type: multipart/mixed; boundary=changesetresponse_[0-9a-f-]{36}\r\n", answer.body)
    assert re.findall(rb"Content-ID: (\d)", answer.body) == [b"1", b"2"]
    assert len(re.findall(rb"OData-EntityId: https://sandbox.test/api/data/v9.2/accounts", answer.body)) == 2


def test_references_work_in_addresses_binds_and_links(client: Client) -> None:
    answer = send(
        client,
        change_set(
            part("POST", "accounts", {"name": "A"}),
            part("POST", f"{ROOT}contacts", {"lastname": "L", "parentcustomerid_account@odata.bind": "$1"}),
            part("PATCH", "$1", {"name": "B"}),
            part("PUT", "$2/lastname", {"value": "M"}),
            part("PUT", "$1/primarycontactid/$ref", {"@odata.id": "$2"}),
        ),
    )
    assert statuses(answer) == [204] * 5, answer.body
    account = client.get("accounts?$select=name,_primarycontactid_value").json()["value"][0]
    contact = client.get("contacts?$select=lastname,_parentcustomerid_value").json()["value"][0]
    assert (account["name"], contact["lastname"]) == ("B", "M")
    assert account["_primarycontactid_value"] == contact["contactid"]
    assert contact["_parentcustomerid_value"] == account["accountid"]


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_failing_change_set_leaves_nothing_and_one_error(client: Client, failing: int) -> None:
    parts = [part("POST", "accounts", {"name": str(number)}) for number in range(3)]
    parts[failing] = part("POST", "accounts", {"nope": 1})
    answer = send(client, change_set(*parts), part("GET", "accounts"))
    assert answer.status == 400
    assert statuses(answer) == [400]
    assert b"changesetresponse" not in answer.body
    assert count(client) == 0


def test_a_forward_reference_is_refused_and_undone(client: Client) -> None:
    answer = send(client, change_set(part("POST", "accounts", {"name": "A"}), part("PATCH", "$7", {"name": "B"})))
    assert answer.status == 400
    assert b"Content-ID Reference: '$7' does not exist in the batch context." in answer.body
    assert count(client) == 0


def test_two_change_sets_stand_for_themselves(client: Client) -> None:
    good = change_set(part("POST", "accounts", {"name": "A"}))
    bad = change_set(part("POST", "accounts", {"name": "B"}), part("POST", "accounts", {"nope": 1}))
    answer = send(client, good, bad, good, Prefer="odata.continue-on-error")
    assert statuses(answer) == [204, 400, 204]
    assert count(client) == 2


def test_batches_do_not_nest_and_addresses_stay_below_the_root(client: Client) -> None:
    wishes = {"Prefer": "odata.continue-on-error"}
    parts = [part("POST", "$batch", {}), part("GET", "/other/accounts"), part("GET", "$metadata")]
    assert statuses(send(client, *parts, **wishes)) == [404, 404, 200]


def test_an_unreadable_envelope_is_plain_json(client: Client) -> None:
    answer = client.post("$batch", b"--b\n", Content_Type="multipart/mixed; boundary=b")
    assert (answer.status, answer.code) == (400, "0x80048d19")
    assert answer.header("Content-Type") == "application/json; odata.metadata=minimal"


def test_metadata_can_be_asked_in_a_batch(client: Client) -> None:
    answer = send(client, part("GET", "EntityDefinitions?$filter=LogicalName eq 'account'&$select=LogicalName"))
    assert b'"LogicalName":"account"' in answer.body
