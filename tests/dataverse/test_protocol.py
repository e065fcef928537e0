from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from onteg_dynamics.dataverse.protocol import (
    Repeat,
    Request,
    Response,
    dumps,
    error_of,
    prefer,
    read,
    retry_after,
)
from onteg_dynamics.errors import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InputError,
    NotFoundError,
    OntegError,
    PermissionDeniedError,
    ThrottledError,
    TransportError,
    UnavailableError,
)

GUID = "0f4a1c52-7b3e-4d68-9a51-2c8e6f7d9b10"
JSON = "application/json; odata.metadata=minimal"
NGINX = (
    b"<html>\r\n<head><title>504 Gateway\r\n Time-out</title><style>p{}</style></head>\r\n"
    b"<body><center><h1>504 Gateway Time-out</h1></center><script>x</script></body></html>"
)


def answer(status: int, body: Any = b"", kind: str = JSON, **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, CaseInsensitiveDict({"Content-Type": kind, **named}), raw)


def refusal(code: str, message: str, **beside: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **beside}}


# Good answers


def test_json_is_read() -> None:
    good = read(answer(200, {"@odata.etag": 'W/"1"', "name": "Söhne"}))
    assert (good.data["name"], good.status, good.etag) == ("Söhne", 200, 'W/"1"')


def test_a_count_comes_with_a_byte_order_mark() -> None:
    assert read(answer(200, b"\xef\xbb\xbf42", "text/plain")).data == "42"


def test_json_may_come_with_a_byte_order_mark() -> None:
    assert read(answer(200, b'\xef\xbb\xbf{"a":1}')).data == {"a": 1}


def test_xml_is_text_and_other_content_is_bytes() -> None:
    assert read(answer(200, b"<edmx/>", "application/xml")).data == "<edmx/>"
    assert read(answer(200, b"\x00\xff", "application/octet-stream")).data == b"\x00\xff"


def test_an_empty_answer_has_no_data_and_names_the_row() -> None:
    good = read(answer(204, OData_EntityId=f"https://org/api/data/v9.2/accounts({GUID.upper()})", ETag='W/"7"'))
    assert (good.data, good.entity_id, good.etag) == (None, GUID, 'W/"7"')


@pytest.mark.parametrize(
    "echo", ["", "https://org/accounts(name='x')", f"https://org/accounts(_ownerid_value={GUID})", f"(x='({GUID})')"]
)
def test_an_echoed_key_is_no_id(echo: str) -> None:
    assert read(answer(204, OData_EntityId=echo)).entity_id is None


def test_json_that_ends_early_is_told_and_may_be_tried_again() -> None:
    with pytest.raises(TransportError, match="not whole") as caught:
        read(answer(200, b'{"value":[{"name":"s3cr3t'))
    assert caught.value.details.retryable
    assert "s3cr3t" not in repr(caught.value)
    assert caught.value.__context__ is None  # orjson's own error holds the body


def test_a_web_page_with_a_good_status_is_no_answer() -> None:
    with pytest.raises(TransportError, match="web page") as caught:
        read(answer(200, b"<html>Sign in</html>", "text/html; charset=utf-8"))
    assert "Endpoint URL" in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_error(status: int) -> None:
    with pytest.raises(TransportError, match="redirects elsewhere") as caught:
        read(answer(status, Location="https://evil.example/"))
    assert caught.value.details.status == status


# Errors


@pytest.mark.parametrize(
    ("status", "code", "kind", "retryable"),
    [
        (400, "0x0", BadRequestError, False),
        (400, "0x80060888", BadRequestError, False),
        (400, "0x80040265", BadRequestError, False),
        (401, "0x8005F101", AuthenticationError, False),
        (403, "0x80040220", PermissionDeniedError, False),
        (404, "0x80040217", NotFoundError, False),
        (404, "", NotFoundError, False),
        (405, "0x80040227", BadRequestError, False),
        (408, "", UnavailableError, True),
        (409, "", ConflictError, False),
        (412, "0x80060882", ConflictError, False),
        (412, "0x80040237", ConflictError, False),
        (400, "0x80060892", ConflictError, False),
        (500, "0x80040333", ConflictError, False),
        (413, "", BadRequestError, False),
        (418, "", BadRequestError, False),
        (429, "0x80072322", ThrottledError, True),
        (500, "0x80040216", UnavailableError, True),
        (500, "0x80044150", UnavailableError, True),
        (400, "0x80044151", BadRequestError, True),
        (501, "0x8006088a", BadRequestError, False),
        (502, "", UnavailableError, True),
        (503, "", UnavailableError, True),
        (504, "", UnavailableError, True),
        (505, "", UnavailableError, False),
    ],
)
def test_the_kind_of_error_tells_what_went_wrong(
    status: int,
    code: str,
    kind: type[OntegError],
    retryable: bool,  # noqa: FBT001 - a table
) -> None:
    error = error_of(answer(status, refusal(code, "It is so.")))
    assert type(error) is kind
    assert error.message == "It is so."
    assert (error.details.status, error.details.code) == (status, code or None)
    assert error.details.retryable is retryable


def test_codes_are_told_in_any_case() -> None:
    assert type(error_of(answer(500, refusal("0X80060892", "x")))) is ConflictError


def test_the_facts_beside_the_message() -> None:
    headers = {"x_ms_service_request_id": "abc", "Retry_After": "17"}
    details = error_of(answer(429, refusal("0x80072326", "Number of concurrent requests …"), **headers)).details
    assert (details.request_id, details.retry_after, details.code) == ("abc", 17.0, "0x80072326")
    assert "at the same time" in (details.fix or "")


def test_the_request_id_of_a_batch_part() -> None:
    part = Response(400, CaseInsensitiveDict({"REQ_ID": "5f"}), b"")
    assert error_of(part).details.request_id == "5f"


def test_annotations_and_inner_errors_do_not_show() -> None:
    beside = {
        "@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus": "1",
        "@Microsoft.PowerApps.CDS.TraceText": "\r\n[Plugins: s3cr3t]",
        "innererror": {"message": "s3cr3t", "stacktrace": "at Microsoft.Crm"},
    }
    error = error_of(answer(400, refusal("0x80040265", "Limit\r\n   exceeded.", **beside)))
    assert error.message == "Limit exceeded."
    assert "s3cr3t" not in str(error.as_dict())


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\r\n", b"  ", b"\t"])
def test_json_is_found_behind_what_may_precede_it(lead: bytes) -> None:
    assert error_of(answer(400, lead + json.dumps(refusal("0x1", "So.")).encode())).message == "So."


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (refusal("", "No HTTP resource was found"), "No HTTP resource was found"),
        ({"error": {"code": None, "message": None}}, "The service answered with HTTP 400 and no explanation."),
        ({"error": {}}, "The service answered with HTTP 400 and no explanation."),
        ({"Message": "The request is invalid."}, "The request is invalid."),
    ],
)
def test_bodies_with_little_in_them(body: Any, message: str) -> None:
    error = error_of(answer(400, body))
    assert (error.message, error.details.code) == (message, None)


def test_a_gateways_page_is_told_by_its_title() -> None:
    error = error_of(answer(504, NGINX, "text/html"))
    assert error.message == "A gateway answered with HTTP 504: 504 Gateway Time-out"
    assert type(error) is UnavailableError


def test_a_page_without_title_is_told_by_its_text() -> None:
    page = b"<html><style>h1{color:red}</style><h1>Bad</h1><p>Request</p><script>alert(1)</script></html>"
    assert error_of(answer(400, page, "text/html")).message == "A gateway answered with HTTP 400: Bad Request"


def test_a_long_page_is_cut() -> None:
    assert len(error_of(answer(502, b"word " * 100_000, "text/plain")).message) < 300


def test_an_empty_error_says_so() -> None:
    assert error_of(answer(503)).message == "The service answered with HTTP 503 and no explanation."


@given(st.integers(300, 599), st.binary(max_size=300), st.sampled_from([JSON, "text/html", "", "multipart/mixed"]))
def test_whatever_comes_is_an_error_in_one_line(status: int, body: bytes, kind: str) -> None:
    error = error_of(answer(status, body, kind))
    assert "\n" not in error.message
    assert error.details.status == status


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_whatever_json_comes_is_an_error(data: Any) -> None:
    assert error_of(answer(400, {"error": data})).message
    assert error_of(answer(400, {"error": {"code": data, "message": data}})).message


# Retry-After


@pytest.mark.parametrize(("value", "seconds"), [("0", 0.0), ("120", 120.0), (" 7 ", 7.0), ("1.5", 1.5)])
def test_a_wait_in_seconds(value: str, seconds: float) -> None:
    assert retry_after({"Retry-After": value}, now=None) == seconds


def test_a_wait_until_a_date_is_measured_from_the_clock() -> None:
    now = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
    headers = {"Retry-After": format_datetime(now + timedelta(seconds=90), usegmt=True)}
    assert retry_after(headers, now) == 90.0
    assert retry_after(headers, now + timedelta(hours=1)) == 0.0
    assert retry_after({"Retry-After": "Sat, 31 Jan 2026 12:00:30 -0000"}, now) == 30.0


@pytest.mark.parametrize("value", ["", "soon", "-5", "١٢", "Sat, 31 Feb 2026 99:00:00 GMT", "1e3", "00:01:00"])
def test_a_wait_that_cannot_be_read_is_none(value: str) -> None:
    assert retry_after({"Retry-After": value}, datetime.now(timezone.utc)) is None


@given(st.text())
def test_no_header_breaks_it(value: str) -> None:
    seconds = retry_after({"Retry-After": value}, datetime.now(timezone.utc))
    assert seconds is None or seconds >= 0


# Requests


def test_wishes_stand_in_one_header() -> None:
    assert prefer() == {}
    assert prefer(page_size=50) == {"Prefer": "odata.maxpagesize=50"}
    assert prefer(page_size=5000, annotations="*", representation=True) == {
        "Prefer": 'return=representation,odata.maxpagesize=5000,odata.include-annotations="*"'
    }


def test_a_requests_own_headers_win() -> None:
    request = Request("GET", "accounts", headers={"Prefer": "a"}).with_headers({"Prefer": "b", "CallerObjectId": GUID})
    assert request.headers == {"Prefer": "a", "CallerObjectId": GUID}
    assert request.with_headers({}) is request


def test_requests_are_repeated_unless_said_otherwise() -> None:
    assert Request("GET", "accounts").repeat is Repeat.ALWAYS


def test_bodies_are_json() -> None:
    body = dumps({"a": "Söhne", "b": date(2026, 1, 31), "c": UUID(GUID), "d": None, 5: [1.5, True]})
    assert json.loads(body) == {"a": "Söhne", "b": "2026-01-31", "c": GUID, "d": None, "5": [1.5, True]}


@pytest.mark.parametrize("bad", ["x\r\nEvil: 1", "x\nEvil", "x\ry", "x\x00y", "x\x7f", "snowman ☃"])
def test_no_header_can_be_smuggled_in(bad: str) -> None:
    plain = Request("PATCH", "accounts")
    with pytest.raises(InputError) as caught:
        plain.with_headers({"If-Match": bad})
    assert "Evil" not in str(caught.value)
    with pytest.raises(InputError):
        Request("GET", "accounts", headers={bad: "x"})
    with pytest.raises(InputError):
        Request(bad, "accounts")


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("accounts?$filter=name eq 'Söhne'", "accounts?$filter=name%20eq%20'S%C3%B6hne'"),
        ("accounts(1)/$ref?a=%20%2F", "accounts(1)/$ref?a=%20%2F"),
        ("a HTTP/1.1\r\nEvil: 1\r\n\r\n", "a%20HTTP/1.1%0D%0AEvil:%201%0D%0A%0D%0A"),
        ("a\x00\ud800", "a%00%3F"),
    ],
)
def test_what_no_url_may_hold_is_encoded_and_the_rest_left_alone(path: str, sent: str) -> None:
    assert Request("GET", path).path == sent
