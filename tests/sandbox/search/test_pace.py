"""Search has limits of its own: once a second for each user, 150 times a minute for all."""

from __future__ import annotations

import pytest

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.search.pace import ALL_REQUESTS, Pace
from tests.sandbox.search.asking import Asking


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_once_a_second_for_each_user() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    pace.enter("a")
    pace.enter("b")
    clock.now += 0.4
    with pytest.raises(Refusal) as caught:
        pace.enter("a")
    assert (caught.value.status, caught.value.code) == (429, "0x80060308")
    assert caught.value.headers == {"Retry-After": "1"}
    clock.now += 0.6
    pace.enter("a")


def test_a_hundred_and_fifty_a_minute_for_all() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    for number in range(ALL_REQUESTS):
        pace.enter(f"user {number}")
        clock.now += 0.1
    with pytest.raises(Refusal) as caught:
        pace.enter("one more")
    assert caught.value.headers == {"Retry-After": "45"}
    clock.now += 45
    pace.enter("one more")


def test_shorter_times_and_a_fresh_start() -> None:
    clock = Clock()
    pace = Pace(0.1, clock)
    pace.enter("a")
    clock.now += 0.11
    pace.enter("a")
    pace.forget()
    pace.enter("a")


def test_both_addresses_count(demo: Asking) -> None:
    clock = Clock()
    demo.world.search.pace = Pace(clock=clock)
    assert demo.post("searchquery", {"search": "coffee"}).status == 200
    for answer in (demo.refused(search="coffee"), demo.post("searchsuggest", {"search": "coffee"})):
        assert (answer.status, answer.code, answer.header("Retry-After")) == (429, "0x80060308", "1")
    assert demo.get("searchstatus").status == 200
    clock.now += 1
    assert demo.refused(search="coffee").status == 200


def test_the_limits_of_the_service_bring_that_of_search() -> None:
    with Sandbox(seed="empty") as free, Sandbox(seed="empty", limits="real") as strict:
        assert free.world.search.pace is None
        assert strict.world.search.pace is not None
