"""Servers that mean harm are refused with a clear error, in bounded time and memory."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from onteg_dynamics.errors import (
    AuthenticationError,
    ForeignHostError,
    InputError,
    OntegError,
    ServiceError,
    TransportError,
)
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox.tls import Certificate
from tests.hostile import evil
from tests.hostile.evil import ROOT, Answer, Evil, Handler

pytestmark = pytest.mark.hostile

MOST_MEMORY = 420  # MB: the largest answer that is taken, and what holds it
CRM = "@Microsoft.Dynamics.CRM."
LIST = {"table": "account", "select": "name"}


def settings(server: Evil, **more: Any) -> dict[str, Any]:
    form = {"connection_name": "x", "connector": "msDynamics365Connector-v1.0", "endpoint_url": server.url}
    return {**form, "authentication": "Bearer", "token": "opaque", "retry_budget": 0, **trust(server), **more}


def trust(server: Evil) -> dict[str, Any]:
    return {} if server.certificate is None else {"ca_bundle": str(server.certificate.ca_bundle)}


@contextmanager
def little_memory(most: int = MOST_MEMORY) -> Iterator[None]:
    """Fails where more MB of memory were needed. Looks at the system's own figure, where there is one."""
    reset, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
    if not reset.exists():
        yield
        return
    reset.write_text("5")  # the peak begins anew
    before = _peak(status)
    yield
    assert _peak(status) - before < most


def _peak(status: Path) -> int:
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def refused(
    answer: Answer,
    action: str,
    options: dict[str, Any],
    seconds: float = 120.0,
    patience: int = 30,
    certificate: Certificate | None = None,
) -> OntegError:
    """The error that an action ends with; `patience` is the Read Timeout."""
    with evil.evil(answer, certificate) as server, Executor() as executor, little_memory():
        begun = time.monotonic()
        result = executor.run(action, options, settings(server, read_timeout=patience))
        assert time.monotonic() - begun < seconds
        with pytest.raises(OntegError) as caught:
            result.unwrap()
    assert caught.value.message
    assert "Unexpected" not in type(caught.value).__name__, caught.value
    return caught.value


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (evil.endless_length, "larger than 256 MB"),
        (evil.endless_chunks, "larger than 256 MB"),
        (evil.gzip_bomb, "larger than 256 MB"),
        (evil.packed_twice, ""),
        (evil.deep, "damaged"),
        (evil.deep_objects, "damaged"),
        (evil.refusal_bomb, "larger than 256 MB"),
        (evil.many_headers, ""),
        (evil.long_header, ""),
        (evil.drops, "did not answer within the time allowed"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_answers_that_would_fill_the_memory_or_never_end(answer: Answer, says: str) -> None:
    error = refused(answer, "list_records", LIST, patience=1 if answer is evil.drops else 30)
    assert isinstance(error, TransportError)
    assert says in str(error)


@pytest.mark.parametrize("answer", [evil.endless_chunks, evil.gzip_bomb, evil.deep, evil.drops])
@pytest.mark.parametrize("action", ["export_records", "send_request"])
def test_other_ways_to_read_are_no_weaker(answer: Answer, action: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    export = {**LIST, "path": str(path), "parallel": 1}
    options = export if action == "export_records" else {"method": "GET", "path": "accounts"}
    patience = 1 if answer is evil.drops else 30
    assert isinstance(refused(answer, action, options, patience=patience), TransportError)
    assert not path.exists()


def test_parts_nested_without_end() -> None:
    operations = [{"operation": "Create", "table": "account", "row": {"name": "x"}}] * 2
    assert "cannot be told apart" in str(refused(evil.deep_parts, "run_batch", {"operations": operations}))


def test_a_link_that_leads_back_to_its_own_page() -> None:
    error = refused(lambda handler: handler.page(handler.server.url + handler.path), "list_records", LIST)
    assert isinstance(error, TransportError)


def test_links_that_go_round_in_a_circle(tmp_path: Path) -> None:
    def answer(handler: Handler) -> None:
        page = 1 + int(handler.path.rpartition("page=")[2] or 0) if "page=" in handler.path else 1
        handler.page(f"{handler.server.url}{ROOT}accounts?page={page % 3}")

    assert isinstance(refused(answer, "list_records", LIST), TransportError)
    path = tmp_path / "x.csv"
    error = refused(answer, "export_records", {**LIST, "path": str(path), "parallel": 1})
    assert isinstance(error, TransportError)


def test_empty_pages_without_end(tmp_path: Path) -> None:
    numbers = count()

    def answer(handler: Handler) -> None:
        link = f"{handler.server.url}{ROOT}accounts?page={next(numbers)}"
        handler.document({"value": [], "@odata.nextLink": link})

    path = str(tmp_path / "x.csv")
    assert isinstance(refused(answer, "list_records", LIST), TransportError)
    assert isinstance(refused(answer, "export_records", {**LIST, "path": path, "parallel": 1}), TransportError)
    assert next(numbers) < 3000


@pytest.mark.parametrize("kind", ["link", "delta", "redirect", "retry"])
def test_no_other_host_ever_sees_the_token(kind: str) -> None:
    with evil.evil(lambda handler: handler.document({"value": []})) as other:

        def answer(handler: Handler) -> None:
            if kind == "redirect":
                handler.head(status="302", Location=f"{other.url}{ROOT}accounts", Content_Length="0")
            elif kind == "retry":
                handler.head(status="307", Location=f"http://localhost:{other.server_port}/", Content_Length="0")
            else:
                name = "@odata.nextLink" if kind == "link" else "@odata.deltaLink"
                handler.document({"value": [{"accountid": "1"}], name: f"{other.url}{ROOT}accounts?$deltatoken=1"})

        error = refused(answer, "get_changes" if kind == "delta" else "list_records", LIST)
        assert isinstance(error, (ForeignHostError, TransportError))
        assert other.asked == []


def test_a_wait_of_ten_years_is_not_waited() -> None:
    def answer(handler: Handler) -> None:
        handler.head(status="429", Retry_After="315360000", Content_Length="0")

    assert isinstance(refused(answer, "list_records", LIST, seconds=10), ServiceError)
    rows = {"table": "account", "rows": [{"name": "x"}]}
    assert isinstance(refused(answer, "create_records", rows, seconds=10), ServiceError)


@pytest.mark.parametrize("answer", [evil.laughs, evil.laughs_in_utf16, evil.deep_xml, evil.gzip_bomb])
def test_metadata_that_would_explode(answer: Answer) -> None:
    assert isinstance(refused(answer, "list_messages", {}), TransportError)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><fetch><entity name="&a;"/></fetch>',
        "<fetch>" * 10_000 + "</fetch>" * 10_000,
        '<fetch><entity name="account">' + "<filter>" * 10_000,
    ],
    ids=["entities", "deep", "open"],
)
def test_fetchxml_that_would_explode_is_not_even_sent(text: str) -> None:
    error = refused(lambda handler: handler.document({"value": []}), "query_with_fetchxml", {"fetchxml": text})
    assert isinstance(error, InputError)


@pytest.mark.parametrize("text", ["[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000])
def test_options_nested_without_end_are_refused(text: str) -> None:
    error = refused(lambda handler: handler.document({}), "create_record", {"table": "account", "row": text})
    assert isinstance(error, InputError)


def test_an_answer_to_a_write_that_never_ends_is_no_answer() -> None:
    def answer(handler: Handler) -> None:
        if handler.command == "POST":
            evil.drops(handler)
        else:
            handler.document({"value": []})

    rows = {"table": "account", "rows": [{"name": "x"}], "on_error": "Go On"}
    error = refused(answer, "create_records", rows, patience=1)
    assert error.details.outcome_unknown


@pytest.fixture(scope="module")
def certificate() -> Iterator[Certificate]:
    made = Certificate()
    yield made
    made.remove()


@pytest.mark.parametrize("answer", [evil.endless_interim, evil.endless_header])
@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "tls"])
def test_heads_that_never_end(answer: Answer, certificate: Certificate, *, is_secure: bool) -> None:
    error = refused(answer, "list_records", LIST, patience=1, certificate=certificate if is_secure else None)
    assert isinstance(error, TransportError)
    assert "did not answer within the time allowed" in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        evil.endless_length,
        evil.endless_chunks,
        evil.endless_header,
        evil.gzip_bomb,
        evil.packed_twice,
        evil.refusal_bomb,
        evil.deep,
        evil.deep_refusal,
        evil.drops,
    ],
    ids=lambda value: value.__name__,
)
def test_a_token_service_that_means_harm(answer: Answer, certificate: Certificate) -> None:
    with evil.evil(answer, certificate) as server, Executor() as executor, little_memory(60):
        sign_in = {
            "authentication": "OAuth",
            "flows": "Client Credentials",
            "client_id": "x",
            "client_secret": "s3cr3t",
        }
        url = f"{server.url}/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token"
        begun = time.monotonic()
        form = settings(server, **sign_in, token_url=url, read_timeout=1, connect_timeout=1)
        del form["token"]
        result = executor.run("list_records", LIST, form)
        assert time.monotonic() - begun < 60
        with pytest.raises((AuthenticationError, TransportError)) as caught:
            result.unwrap()
    assert "s3cr3t" not in str(caught.value)
    assert not [one for one in server.asked if one.startswith("/api/")]


def cookie(page: int, last: int) -> str:
    inner = quote(quote(f'<cookie page="{page}"><accountid last="{{{last}}}" first="{{1}}" /></cookie>'))
    return f'<cookie pagenumber="{page + 1}" pagingcookie="{inner}" istracking="False" />'


def same_again(handler: Handler) -> None:
    """The page is counted, and the rows are always the same: of a query in SQL the service does this."""
    text = unquote(unquote(handler.path))
    page = int(re.findall(r'page(?:number)?="(\d+)"', text)[-1 if "skiptoken" in text else 0]) if "page" in text else 1
    data: dict[str, Any] = {"value": [{"accountid": "1", "name": "x"}]}
    data["@odata.nextLink"] = f"{handler.server.url}{ROOT}accounts?$skiptoken={quote(cookie(page, 7))}"
    data[f"{CRM}morerecords"] = True
    data[f"{CRM}fetchxmlpagingcookie"] = cookie(1, 7)
    handler.document(data)


def without_rows(handler: Handler) -> None:
    """Pages without rows, each of which leads on."""
    page = len(handler.server.asked)
    data: dict[str, Any] = {"value": [], "@odata.nextLink": f"{handler.server.url}{ROOT}accounts?page={page}"}
    handler.document({**data, f"{CRM}morerecords": True})


def its_own(handler: Handler) -> None:
    """A page that leads to itself."""
    handler.page(f"{handler.server.url}{ROOT}accounts?page=1")


FETCH = "<fetch><entity name='account'><attribute name='name'/></entity></fetch>"
READERS: dict[str, dict[str, Any]] = {
    "list_records": LIST,
    "query_with_fetchxml": {"fetchxml": FETCH},
    "run_sql_query": {"table": "account", "sql": "SELECT name FROM account"},
    "get_changes": LIST,
    "sync_table": {**LIST, "path": "x.sqlite"},
    "export_records": {**LIST, "path": "x.csv", "parallel": 1},
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("answer", [same_again, without_rows, its_own])
def test_pages_without_end(reader: str, answer: Answer, tmp_path: Path) -> None:
    if reader == "query_with_fetchxml" and answer is its_own:
        return  # it goes on by number
    options = dict(READERS[reader])
    if "path" in options:
        options["path"] = str(tmp_path / options["path"])
    with evil.evil(answer) as server, Executor() as executor:
        result = executor.run(reader, options, settings(server))
        with pytest.raises(TransportError, match="reading stopped there"):
            result.unwrap()
        assert len(server.asked) < 300


def test_lists_that_an_action_needs_for_itself_end_too() -> None:
    assert isinstance(refused(without_rows, "list_webhooks", {}), TransportError)


@pytest.mark.parametrize("answer", [evil.deep, evil.deep_objects, evil.deep_refusal])
@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("list_records", {**LIST, "labels": True}),
        ("get_changes", LIST),
        ("get_record", {"table": "account", "key": "11111111-1111-4111-8111-111111111111"}),
        ("create_record", {"table": "account", "row": {"name": "x"}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_nested_without_end_is_refused_everywhere(action: str, options: dict[str, Any], answer: Answer) -> None:
    assert isinstance(refused(answer, action, options), (TransportError, ServiceError))
