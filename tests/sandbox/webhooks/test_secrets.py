"""What opens an endpoint can be written, and never be read again."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.sandbox.webhooks.desk import Desk

SECRET = "s3 cr&t"


def fetch(inner: str) -> str:
    text = f"<fetch><entity name='serviceendpoint'>{inner}</entity></fetch>"
    return f"serviceendpoints?fetchXml={quote(text)}"


@pytest.mark.parametrize(
    "query",
    [
        "serviceendpoints?$select=name,authvalue",
        "serviceendpoints",
        f"serviceendpoints?$apply={quote('groupby((authvalue))')}",
        f"serviceendpoints?sql={quote('SELECT name, authvalue FROM serviceendpoint')}",
        fetch('<attribute name="authvalue"/>'),
        fetch("<all-attributes/>"),
        "sdkmessageprocessingsteps?$expand=eventhandler_serviceendpoint($select=authvalue)",
    ],
)
def test_no_query_reads_it(desk: Desk, query: str) -> None:
    desk.step()
    answer = desk.call("GET", query)
    assert answer.status_code == 200, answer.text
    assert answer.json()["value"]
    assert SECRET not in answer.text


def test_no_condition_finds_it(desk: Desk) -> None:
    endpoint = desk.endpoint()
    found = f"serviceendpoints?$select=name&$filter=startswith(authvalue,'{SECRET[0]}')"
    assert desk.rows(found) == []
    assert desk.call("GET", f"serviceendpoints({endpoint})/authvalue").status_code == 204


def test_it_can_be_replaced(desk: Desk) -> None:
    endpoint = desk.endpoint()
    desk.step("Create", endpoint=endpoint)
    assert desk.call("PATCH", f"serviceendpoints({endpoint})", {"authvalue": "new"}).status_code == 204
    desk.create("contacts", lastname="A")
    assert desk.the_post().path == "/hook?code=new"
    assert desk.call("PATCH", f"serviceendpoints({endpoint})", {"authvalue": None}).status_code == 204
    assert desk.row(f"serviceendpoints({endpoint})?$select=isauthvalueset")["isauthvalueset"] is False
