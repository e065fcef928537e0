"""The degree of parallelism, with a clock of the test's own."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.pace import MOST, Gate, Pace


def rounds(pace: Pace, count: int, seconds: float) -> None:
    for _ in range(count):
        for _ in range(pace.limit):
            pace.answered(seconds, 100)


def test_it_begins_at_what_the_service_recommends_and_grows_while_it_is_calm() -> None:
    pace = Pace()
    pace.hinted(4)
    assert pace.limit == 4
    rounds(pace, 1, 0.1)
    pace.hinted(4)  # told with every answer
    assert pace.limit == 8
    rounds(pace, 2, 0.1)
    assert pace.limit == 32
    rounds(pace, 100, 0.1)
    assert pace.limit == MOST


def test_it_does_not_grow_fast_again_once_answers_took_longer() -> None:
    pace = Pace()
    pace.hinted(8)
    rounds(pace, 1, 0.1)
    rounds(pace, 1, 0.2)
    assert pace.limit == 16
    rounds(pace, 3, 0.1)
    assert pace.limit == 19


def test_few_requests_tell_nothing_of_what_the_service_bears() -> None:
    pace = Pace()
    pace.hinted(8)
    for _ in range(100):
        pace.answered(0.1, 100, under_way=1)
    assert pace.limit == 8


def test_another_recommendation_is_followed_at_once() -> None:
    pace = Pace()
    pace.hinted(4)
    rounds(pace, 20, 0.1)
    pace.hinted(2)
    assert pace.limit == 2
    pace.hinted(1000)
    assert pace.limit == MOST


def test_it_sinks_where_requests_only_queue() -> None:
    pace = Pace(degree=20)
    rounds(pace, 1, 0.1)
    before = pace.limit
    rounds(pace, 5, 0.5)
    assert pace.limit < before


def test_parts_of_another_size_are_not_compared() -> None:
    pace = Pace(degree=10)
    for _ in range(5):
        for _ in range(pace.limit):
            pace.answered(0.01, 10)
        for _ in range(pace.limit):
            pace.answered(1.0, 1000)
    assert pace.limit >= 10


def test_a_429_halves_it_at_once_and_stops_everybody() -> None:
    pace = Pace(degree=16)
    assert pace.throttled(100.0, 5.0) == 5.0
    assert pace.limit == 8
    assert pace.wait(102.0, 0, MOST) == 3.0
    assert pace.throttled(100.1, 5.0) == pytest.approx(0.1)  # another answer of the same moment
    assert pace.limit == 8
    assert pace.wait(105.2, 7, MOST) == 0
    assert pace.wait(105.2, 8, MOST) == float("inf")
    for _ in range(4):
        pace.answered(0.1, 100)
    assert pace.limit == 12  # fast to three quarters, then slowly
    pace.throttled(106.0, 1.0)
    assert pace.limit == 6


@given(st.lists(st.tuples(st.sampled_from("atrh"), st.floats(0, 400)), max_size=200))
def test_whatever_happens_it_stays_between_1_and_52(events: list[tuple[str, float]]) -> None:
    pace, now = Pace(), 0.0
    for kind, number in events:
        now += 0.1
        if kind == "a":
            pace.answered(number, int(number))
        elif kind == "t":
            pace.throttled(now, number)
        elif kind == "r":
            pace.troubled(now, number)
        else:
            pace.hinted(int(number))
        assert 1 <= pace.limit <= MOST


class Service:
    """Takes so many requests in each window, as service protection limits do, in simulated time."""

    def __init__(self, limit: int, window: float, seconds: float) -> None:
        self.limit, self.window, self.seconds = limit, window, seconds
        self.taken: deque[float] = deque()
        self.refused = 0

    def ask(self, now: float) -> float | None:
        """None where it is taken, else how long to wait, in whole seconds."""
        while self.taken and self.taken[0] <= now - self.window:
            self.taken.popleft()
        if len(self.taken) < self.limit:
            self.taken.append(now)
            return None
        self.refused += 1
        return float(max(1, -int(-(self.taken[0] + self.window - now) // 1)))


@pytest.mark.parametrize(("limit", "seconds"), [(600, 0.2), (600, 0.05), (3000, 0.1), (6000, 0.3)])
def test_under_limits_nearly_all_that_they_allow_is_used(limit: int, seconds: float) -> None:
    service, pace, now, done, active = Service(limit, 300.0, seconds), Pace(), 0.0, 0, 0
    draw = random.Random(1)
    answers: list[tuple[float, int]] = []
    end = 3000.0
    while now < end:
        wait = pace.wait(now, active, MOST)
        if wait == 0:
            refused = service.ask(now)
            if refused is not None:
                pace.throttled(now, refused + draw.random() * 0.25)
                continue
            active += 1
            heapq.heappush(answers, (now + seconds * (0.9 + draw.random() / 5), done + active))
        elif wait == float("inf") or (answers and answers[0][0] < now + wait):
            now, _ = heapq.heappop(answers)
            active, done = active - 1, done + 1
            pace.answered(seconds, 100)
        else:
            now += wait
    allowed = limit * end / 300.0
    fastest = end * MOST / seconds
    assert done >= 0.95 * min(allowed, fastest)
    assert service.refused < done / 20


def test_the_gate_lets_as_many_through_as_there_is_room_for() -> None:
    gate, inside, most, lock = Gate(), 0, 0, threading.Lock()
    gate.hinted(3)

    pair = threading.Barrier(2)

    def work(_: int) -> None:
        nonlocal inside, most
        gate.enter(2, time.sleep, lambda _: None)
        with lock:
            inside += 1
            most = max(most, inside)
        pair.wait(60)  # nobody leaves alone: two are inside at the same time
        with lock:
            inside -= 1
        gate.leave()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(80)))
    assert most == 2


def test_who_waits_for_the_service_can_be_called_off() -> None:
    now = [0.0]
    gate = Gate(lambda: now[0])
    gate.throttled(10.0)
    waits: list[float] = []

    def check(wait: float) -> None:
        waits.append(wait)
        if now[0] >= 3:
            raise TimeoutError

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(TimeoutError):
        gate.enter(1, sleep, check)
    assert waits == [10.0, 9.0, 8.0, 7.0]
    now[0] = 10.0
    gate.enter(1, sleep, check)  # nobody held the turn
