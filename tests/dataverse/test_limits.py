from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from onteg_dynamics.dataverse.limits import Call, Limits, Usage
from onteg_dynamics.errors import StoppedError

LEFT, SECONDS, HINT = (
    "x-ms-ratelimit-burst-remaining-xrm-requests",
    "x-ms-ratelimit-time-remaining-xrm-requests",
    "x-ms-dop-hint",
)


def test_the_limits_are_read_in_any_case() -> None:
    headers = CaseInsensitiveDict({LEFT.upper(): "5999", SECONDS.title(): "1,200.00", HINT: "26"})
    assert Limits.read(headers) == Limits(5999, "1,200.00", 26)


def test_an_answer_may_tell_some_of_them() -> None:
    assert Limits.read({HINT: "4"}) == Limits(None, None, 4)
    assert Limits.read({SECONDS: "1"}) == Limits(None, "1", None)


def test_an_answer_that_tells_none_is_told_from_one_that_does() -> None:
    assert Limits.read({"Content-Type": "application/json"}) is None


@given(st.text())
def test_a_hint_that_is_no_number_does_no_harm(text: str) -> None:
    found = Limits.read({LEFT: text, HINT: text})
    assert found is not None
    assert found.requests_left is None or str(found.requests_left) == (text.lstrip("0") or "0")
    assert found.parallelism_hint == found.requests_left


def test_costs_add_up_and_stand_in_the_stats() -> None:
    usage = Usage()
    usage.add(requests=2, retries=1, throttle_wait=1.23456)
    usage.add(rows=5, pages=1, throttle_wait=1.0)
    usage.limits = Limits(10, "5", 2)
    assert usage.as_dict() == {
        "requests": 2,
        "retries": 1,
        "throttle_wait": 2.235,
        "rows": 5,
        "pages": 1,
        "limits": {"requests_left": 10, "seconds_left": "5", "parallelism_hint": 2},
    }


def test_costs_without_known_limits() -> None:
    assert Usage().as_dict()["limits"] is None


def test_no_count_is_lost_between_threads() -> None:
    usage, start = Usage(), threading.Barrier(16)

    def spend(_: int) -> None:
        start.wait()
        for _turn in range(500):
            usage.add(requests=1, retries=1, throttle_wait=1, rows=2, pages=1)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(spend, range(16)))
    assert (usage.requests, usage.retries, usage.throttle_wait, usage.rows, usage.pages) == (8000,) * 3 + (16_000, 8000)


def test_the_lock_does_not_show() -> None:
    assert "lock" not in repr(Usage())
    assert Usage() == Usage()


def test_a_call_without_end_is_never_stopped() -> None:
    call = Call()
    call.check(1e9)
    assert call.remaining() is None


def test_each_call_counts_for_itself() -> None:
    Call().usage.add(requests=1)
    assert Call().usage.requests == 0


def test_the_deadline_stops_the_call() -> None:
    call = Call(deadline=100.0, clock=lambda: 100.0)
    with pytest.raises(StoppedError, match="no time is left") as caught:
        call.check()
    assert caught.value.details.retryable
    assert caught.value.details.retry_after is None


def test_a_wait_that_would_pass_the_deadline_is_not_begun() -> None:
    call = Call(deadline=100.0, clock=lambda: 90.0)
    call.check(9.9)
    with pytest.raises(StoppedError, match="waiting 10 s") as caught:
        call.check(10.0)
    assert caught.value.details.retry_after == 10.0


def test_what_remains_is_never_nothing() -> None:
    assert Call(deadline=100.0, clock=lambda: 97.5).remaining() == 2.5
    left = Call(deadline=100.0, clock=lambda: 200.0).remaining()
    assert left is not None
    assert 0 < left < 0.1  # a timeout of 0 would mean none to some libraries


def test_a_cancel_stops_the_call() -> None:
    asked = iter([False, True])
    call = Call(cancelled=lambda: next(asked))
    call.check()
    with pytest.raises(StoppedError, match="cancelled"):
        call.check()
