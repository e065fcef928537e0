"""Servers that mean harm are refused with a clear error, in bounded time and memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.errors import ForeignHostError, InputError, OntegError, ServiceError, TransportError
from onteg_dynamics.executor import Executor
from tests.hostile import evil
from tests.hostile.evil import ROOT, Answer, Evil, Handler

pytestmark = pytest.mark.hostile

MOST_MEMORY = 420  # MB: the largest answer that is taken, and what holds it
LIST = {"table": "account", "select": "name"}


def settings(server: Evil, **more: Any) -> dict[str, Any]:
    form = {"connection_name": "x", "connector": "msDynamics365Connector-v1.0", "endpoint_url": server.url}
    return {**form, "authentication": "Bearer", "token": "opaque", "retry_budget": 0, **more}


@contextmanager
def little_memory() -> Iterator[None]:
    """Fails where more memory was needed than `MOST_MEMORY`. Looks at the system's own figure, where there is one."""
    reset, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
    if not reset.exists():
        yield
        return
    reset.write_text("5")  # the peak begins anew
    before = _peak(status)
    yield
    assert _peak(status) - before < MOST_MEMORY


def _peak(status: Path) -> int:
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def refused(
    answer: Answer, action: str, options: dict[str, Any], seconds: float = 120.0, patience: int = 30
) -> OntegError:
    """The error that an action ends with; `patience` is the Read Timeout."""
    with evil.evil(answer) as server, Executor() as executor, little_memory():
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


@pytest.mark.parametrize("answer", [evil.endless_chunks, evil.deep, evil.drops])
@pytest.mark.parametrize("action", ["export_records", "send_request"])
def test_other_ways_to_read_are_no_weaker(answer: Answer, action: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    export = {**LIST, "path": str(path), "parallel": 1}
    options = export if action == "export_records" else {"method": "GET", "path": "accounts"}
    patience = 1 if answer is evil.drops else 30
    assert isinstance(refused(answer, action, options, patience=patience), TransportError)
    assert not path.exists()


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
