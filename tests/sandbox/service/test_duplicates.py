from __future__ import annotations

import pytest

from tests.sandbox.service.client import Client

ON = {"MSCRM.SuppressDuplicateDetection": "false"}


def test_it_is_off_unless_asked_for(client: Client) -> None:
    for _ in range(2):
        assert client.post("accounts", {"name": "A", "emailaddress1": "a@b.example"}).status == 204


def test_a_duplicate_is_not_created(client: Client) -> None:
    client.create("accounts", name="A", emailaddress1="a@b.example")
    answer = client.post("accounts", {"name": "B", "emailaddress1": "A@B.example"}, **ON)
    assert (answer.status, answer.code) == (412, "0x80040333")
    assert len(client.get("accounts").json()["value"]) == 1


@pytest.mark.parametrize("method", ["update", "upsert"])
def test_a_row_does_not_become_a_duplicate(client: Client, method: str) -> None:
    client.create("leads", lastname="A", emailaddress1="a@b.example")
    other = client.create("leads", lastname="B", emailaddress1="b@b.example")
    key = other if method == "update" else "11111111-1111-1111-1111-111111111111"
    answer = client.patch(f"leads({key})", {"emailaddress1": "a@b.example"}, **ON)
    assert answer.code == "0x80040333"
    assert len(client.get("leads?$filter=emailaddress1 eq 'a@b.example'").json()["value"]) == 1


def test_rows_without_a_value_are_no_duplicates(client: Client) -> None:
    for _ in range(2):
        assert client.post("contacts", {"lastname": "L"}, **ON).status == 204
