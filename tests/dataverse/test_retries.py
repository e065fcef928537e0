from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.protocol import Repeat
from onteg_dynamics.dataverse.retries import Failure, Fate, RetryPolicy

UNSENT, LOST = Failure(Fate.UNSENT), Failure(Fate.LOST)
ALWAYS, ONLY_UNSENT = Repeat.ALWAYS, Repeat.UNSENT


def refused(status: int, retry_after: float | None = None) -> Failure:
    return Failure(Fate.REFUSED, status, retry_after)


def pause(failure: Failure, repeat: Repeat = ALWAYS, tried: int = 1, waited: float = 0.0, chance: float = 0.0) -> float:
    wait = RetryPolicy().pause(failure, repeat, tried, waited, lambda: chance)
    assert wait is not None
    return wait


@pytest.mark.parametrize(
    ("failure", "any_request", "unsafe_request"),
    [
        (UNSENT, True, True),
        (LOST, True, False),
        (refused(429), True, True),
        (refused(429, 10.0), True, True),
        (refused(408), True, False),
        (refused(500), True, False),
        (refused(502), True, False),
        (refused(503), True, False),
        (refused(503, 10.0), True, False),
        (refused(504), True, False),
        (refused(400), False, False),
        (refused(401), False, False),
        (refused(403), False, False),
        (refused(404), False, False),
        (refused(409), False, False),
        (refused(412), False, False),
        (refused(413), False, False),
        (refused(501), False, False),
        (refused(505), False, False),
        (refused(400, 10.0), False, False),
        (Failure(Fate.REFUSED), False, False),
    ],
)
def test_what_is_tried_again(failure: Failure, any_request: bool, unsafe_request: bool) -> None:  # noqa: FBT001 - a table
    policy = RetryPolicy()
    decisions = [policy.pause(failure, repeat, 1, 0.0, lambda: 0.5) is not None for repeat in (ALWAYS, ONLY_UNSENT)]
    assert decisions == [any_request, unsafe_request]


@pytest.mark.parametrize(
    ("failure", "may_have_happened"),
    [(UNSENT, False), (LOST, True), (refused(429), False), (refused(500), True), (refused(504), True)],
)
def test_what_may_have_been_carried_out_all_the_same(failure: Failure, may_have_happened: bool) -> None:  # noqa: FBT001
    assert failure.ambiguous is may_have_happened


def test_attempts_are_counted() -> None:
    policy = RetryPolicy(attempts=3)
    decisions = [policy.pause(LOST, ALWAYS, tried, 0.0, lambda: 0.5) is not None for tried in (1, 2, 3, 4)]
    assert decisions == [True, True, False, False]


def test_throttling_is_bounded_by_the_budget_alone() -> None:
    policy = RetryPolicy(attempts=1, budget=100.0)
    assert policy.pause(refused(429, 30.0), ALWAYS, 50, 0.0, lambda: 0.0) == 30.0
    assert policy.pause(refused(429, 30.0), ALWAYS, 50, 70.0, lambda: 0.0) == 30.0
    assert policy.pause(refused(429, 30.0), ALWAYS, 50, 70.1, lambda: 0.0) is None


def test_a_longer_wait_than_the_budget_is_not_begun() -> None:
    assert RetryPolicy(budget=60.0).pause(refused(429, 61.0), ALWAYS, 0, 0.0, lambda: 0.0) is None
    assert RetryPolicy(budget=0.0).pause(UNSENT, ALWAYS, 1, 0.0, lambda: 0.0) is None


def test_pauses_double_up_to_the_longest() -> None:
    waits = [pause(LOST, tried=tried, chance=1.0) for tried in range(1, 6)]
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert RetryPolicy(attempts=10_000).pause(LOST, ALWAYS, 5000, 0.0, lambda: 1.0) == 30.0


def test_chance_shortens_a_pause_by_half_at_most() -> None:
    assert pause(LOST, tried=3, chance=0.0) == 2.0
    assert pause(LOST, tried=3, chance=0.5) == 3.0


@given(st.floats(0, 200), st.floats(0, 1))
def test_no_wait_is_shorter_than_the_service_asks(asked: float, chance: float) -> None:
    wait = pause(refused(429, asked), chance=chance)
    assert asked <= wait <= asked + 1.0


def test_workers_do_not_come_back_in_one_instant() -> None:
    assert len({pause(refused(429, 30.0), chance=chance / 10) for chance in range(10)}) == 10


def test_throttling_without_a_word_how_long_backs_off_too() -> None:
    """A gateway's 429 has no Retry-After. It is not counted as an attempt, so the pauses must grow with the wait."""
    waits: list[float] = []
    policy = RetryPolicy()
    for _ in itertools.count():
        wait = policy.pause(refused(429), ALWAYS, 0, sum(waits), lambda: 0.5)
        if wait is None:
            break
        waits.append(wait)
    assert waits == sorted(waits)
    assert len(waits) < 25
    assert 250 < sum(waits) <= policy.budget
    assert max(waits) <= policy.longest


@given(
    st.sampled_from(list(Fate)),
    st.none() | st.integers(100, 599),
    st.none() | st.floats(0, 1e6),
    st.sampled_from(list(Repeat)),
    st.integers(0, 100),
    st.floats(0, 1e6),
    st.floats(0, 1),
)
def test_a_pause_never_leads_out_of_the_budget(
    fate: Fate, status: int | None, after: float | None, repeat: Repeat, tried: int, waited: float, chance: float
) -> None:
    policy = RetryPolicy()
    wait = policy.pause(Failure(fate, status, after), repeat, tried, waited, lambda: chance)
    assert wait is None or (wait >= 0 and waited + wait <= policy.budget)
