from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.service.batch.parse import ChangeSet, Operation, parse_batch

TYPE = "multipart/mixed; boundary=b"
GET = "--b\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\nGET accounts HTTP/1.1\n"


def body(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def change(content_id: str | None, request: str, name: str = "c") -> str:
    line = "" if content_id is None else f"Content-ID: {content_id}\n"
    return f"--{name}\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n{line}\n{request}\n"


def change_set(*parts: str) -> bytes:
    return body("--b\nContent-Type: multipart/mixed; boundary=c\n\n" + "".join(parts) + "--c--\n--b--\n")


def message(content_type: str, content: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        parse_batch(content_type, content)
    assert caught.value.status == 400
    return caught.value.message


def test_reads_requests_with_and_without_headers_and_bodies() -> None:
    text = GET + (
        "\n--b\nContent-Type: application/http\n\nPOST /api/data/v9.2/accounts HTTP/1.1\n"
        'Content-Type: application/json\nPrefer: return=representation\n\n{"name":"x"}\n--b--\n'
    )
    headers = {"content-type": "application/json", "prefer": "return=representation"}
    assert parse_batch(TYPE, body(text)) == [
        Operation("GET", "accounts"),
        Operation("POST", "/api/data/v9.2/accounts", headers, b'{"name":"x"}'),
    ]


def test_a_request_line_may_hold_spaces() -> None:
    text = GET.replace("GET accounts", "GET accounts?$filter=name eq 'a b'") + "\n--b--\n"
    assert parse_batch(TYPE, body(text)) == [Operation("GET", "accounts?$filter=name eq 'a b'")]


def test_reads_change_sets_with_quoted_boundaries_and_a_preamble() -> None:
    content = b"\r\n" + change_set(
        change("1", "POST accounts HTTP/1.1\nA: b\n\n{}"), change("2", "DELETE $1 HTTP/1.1\n")
    )
    assert parse_batch('multipart/mixed;boundary="b"', content) == [
        ChangeSet((Operation("POST", "accounts", {"a": "b"}, b"{}", "1"), Operation("DELETE", "$1", {}, b"", "2"))),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no boundary at all",
        (GET + "\n--b--").encode(),
        body(GET + "\n--b--"),
        body(GET),
        body(GET + "\n--b--\n").replace(b"binary\r\n", b"binary\n"),
        body(GET.replace("GET accounts HTTP/1.1", "accounts") + "\n--b--\n"),
        body(GET.replace("GET", "BREW") + "\n--b--\n"),
    ],
)
def test_lines_must_be_whole(content: bytes) -> None:
    assert "Stream was not readable" in message(TYPE, content)


@pytest.mark.parametrize("content_type", ["application/json", "multipart/mixed", "text/plain; boundary=b", ""])
def test_needs_a_boundary(content_type: str) -> None:
    assert "boundary" in message(content_type, body(GET + "\n--b--\n"))


def test_change_sets_hold_no_queries_no_change_sets_and_need_ids() -> None:
    assert "query" in message(TYPE, change_set(change("1", "GET accounts HTTP/1.1\n")))
    nested = change("1", "--d--").replace("application/http", "multipart/mixed; boundary=d")
    assert "another" in message(TYPE, change_set(nested))
    assert "Content-ID" in message(TYPE, change_set(change(None, "POST accounts HTTP/1.1\n\n{}")))
    twice = change("1", "POST accounts HTTP/1.1\n\n{}")
    assert "more than once" in message(TYPE, change_set(twice, twice))


def test_takes_a_thousand_operations_and_no_more() -> None:
    assert len(parse_batch(TYPE, body((GET + "\n") * 1000 + "--b--\n"))) == 1000
    assert "1000" in message(TYPE, body((GET + "\n") * 1001 + "--b--\n"))


def status(content: bytes) -> int:
    try:
        parse_batch(TYPE, content)
    except Refusal as refusal:
        return refusal.status
    return 200


@given(st.binary(max_size=200))
def test_no_body_breaks_it(noise: bytes) -> None:
    assert status(body(GET) + noise + b"\r\n--b--\r\n") in {200, 400}


def test_bare_line_feeds_are_read_where_there_is_nothing_else() -> None:
    (operation,) = parse_batch(TYPE, (GET + "\n--b--\n").encode())
    assert isinstance(operation, Operation)
    assert (operation.method, operation.url) == ("GET", "accounts")
