"""Metadata inside ``$batch``: a change set that fails takes its definitions back."""

from __future__ import annotations

from typing import Any

import orjson

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Answer, Client


def send(client: Client, *parts: tuple[str, str, Any], together: bool = False) -> Answer:
    lines: list[str] = []
    for number, (method, url, document) in enumerate(parts, 1):
        lines += ["--changes" if together else "--outer"]
        lines += ["Content-Type: application/http", "Content-Transfer-Encoding: binary", f"Content-ID: {number}", ""]
        lines += [f"{method} /api/data/v9.2/{url} HTTP/1.1", "Content-Type: application/json", "If-Match: *", ""]
        lines += ["" if document is None else orjson.dumps(document).decode()]
    if together:
        head = ["--outer", 'Content-Type: multipart/mixed; boundary="changes"', ""]
        lines = [*head, *lines, "--changes--"]
    body = "\r\n".join([*lines, "--outer--", ""]).encode()
    return client.send("POST", "$batch", body, Content_Type='multipart/mixed; boundary="outer"')


def test_a_table_its_column_and_a_row_in_one_batch(client: Client) -> None:
    entity = {**bodies.table(), "@odata.type": f"{bodies.CRM}ComplexEntityMetadata"}
    answer = send(
        client,
        ("POST", "CreateEntities?SolutionUniqueName=examplesolution", {"Entities": [entity]}),
        ("POST", "EntityDefinitions(LogicalName='new_bankaccount')/Attributes", bodies.column("Integer", "new_Code")),
        ("POST", "new_bankaccounts", {"new_accountname": "A", "new_code": 5}),
    )
    assert answer.status == 200, answer.body
    assert answer.body.count(b"HTTP/1.1 204") == 3
    assert client.get("new_bankaccounts").json()["value"][0]["new_code"] == 5


def test_a_failing_change_set_leaves_no_table(client: Client) -> None:
    model = client.world.model
    parts = (("POST", "EntityDefinitions", bodies.table()), ("POST", "new_bankaccounts", {"new_nope": 1}))
    answer = send(client, *parts, together=True)
    assert answer.status == 400
    assert client.world.model is model
    assert client.get("new_bankaccounts").status == 404
    assert client.post("EntityDefinitions", bodies.table()).status == 204


def test_a_change_set_keeps_what_succeeds(client: Client) -> None:
    row = ("POST", "new_bankaccounts", {"new_accountname": "A"})
    answer = send(client, ("POST", "EntityDefinitions", bodies.table()), row, together=True)
    assert answer.status == 200, answer.body
    assert len(client.get("new_bankaccounts").json()["value"]) == 1


def test_a_failing_part_does_not_undo_the_ones_before(bank: Client) -> None:
    parts = (
        ("POST", "EntityDefinitions(LogicalName='new_bankaccount')/Attributes", bodies.column("Integer", "new_Code")),
        ("POST", "EntityDefinitions", bodies.table()),
        ("DELETE", "EntityDefinitions(LogicalName='new_bankaccount')", None),
    )
    answer = send(bank, *parts)
    assert answer.status == 400
    assert bank.get("EntityDefinitions(LogicalName='new_bankaccount')/Attributes(LogicalName='new_code')").status == 200
