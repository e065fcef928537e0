"""The three limits with a clock of the test's own."""

from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.limits import Limiter, Limits, read_limits
from onteg_dynamics.sandbox.refusals import Refusal

SMALL = Limits(requests=3, seconds=2.0, concurrent=2, window=30.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    return Limiter(SMALL, clock)


def ask(limiter: Limiter, user: str = "a", seconds: float = 0.0) -> None:
    limiter.enter(user)
    limiter.leave(user, seconds)


def refused(limiter: Limiter, user: str = "a") -> Refusal:
    with pytest.raises(Refusal) as caught:
        limiter.enter(user)
    assert caught.value.status == 429
    return caught.value


def wait(refusal: Refusal) -> int:
    return int(refusal.headers["Retry-After"])


def left(limiter: Limiter, user: str = "a") -> tuple[str, str, str]:
    names = ("burst-remaining-xrm-requests", "time-remaining-xrm-requests")
    found = {name.decode(): value.decode() for name, value in limiter.headers(user)}
    return (*(found[f"x-ms-ratelimit-{name}"] for name in names), found["x-ms-dop-hint"])  # type: ignore[return-value]


def test_the_real_limits_are_those_of_the_page() -> None:
    assert read_limits("real") == Limits() == Limits(6000, 1200.0, 52, 300.0)


def test_limits_are_read_from_text() -> None:
    assert read_limits("60/10.5/2/5") == Limits(60, 10.5, 2, 5.0)
    assert read_limits("off") is read_limits(None) is None
    assert read_limits(SMALL) is SMALL


@pytest.mark.parametrize("text", ["", "reel", "1/2/3", "1/2/3/x", "0/1/1/1", "1/1/1/1/1", "1.5/1/1/1", "1/-1/1/1"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"60/10/2/5"):
        read_limits(text)


def test_too_many_requests_wait_until_the_first_is_a_window_old(limiter: Limiter, clock: Clock) -> None:
    for _ in range(3):
        ask(limiter)
        clock.now += 5
    refusal = refused(limiter)
    assert refusal.code == "0x80072322"
    assert refusal.message == "Number of requests exceeded the limit of 3 over time window of 30 seconds."
    assert wait(refusal) == 16
    clock.now += wait(refusal)
    ask(limiter)
    assert refused(limiter).code == "0x80072322"  # the next one is still in the window


def test_too_much_time_is_told_in_milliseconds(limiter: Limiter, clock: Clock) -> None:
    ask(limiter, seconds=1.9)
    ask(limiter, seconds=0.2)
    refusal = refused(limiter)
    assert refusal.code == "0x80072321"
    assert refusal.message.startswith(
        "Combined execution time of incoming requests exceeded limit of 2,000 milliseconds over time window of 30 "
    )
    clock.now += wait(refusal)
    ask(limiter)


def test_the_real_message_is_that_of_the_page() -> None:
    limiter = Limiter(Limits())
    ask(limiter, seconds=1200.5)
    assert "exceeded limit of 1,200,000 milliseconds over time window of 300 seconds. " in refused(limiter).message


def test_too_many_at_once_are_turned_away_at_once(limiter: Limiter) -> None:
    limiter.enter("a")
    limiter.enter("a")
    refusal = refused(limiter)
    assert (refusal.code, refusal.message) == ("0x80072326", "Number of concurrent requests exceeded the limit of 2.")
    assert wait(refusal) == 1
    limiter.leave("a", 0)
    limiter.enter("a")


def test_who_does_not_wait_waits_longer(limiter: Limiter, clock: Clock) -> None:
    for _ in range(3):
        ask(limiter)
    first = wait(refused(limiter))
    assert wait(refused(limiter)) == first  # it was under way already
    for _ in range(200):
        clock.now += 0.2
        last = wait(refused(limiter))
    assert last > first - 40 + 10
    clock.now += last
    ask(limiter)


def test_a_wait_is_never_longer_than_a_window(limiter: Limiter, clock: Clock) -> None:
    for _ in range(3):
        ask(limiter)
    clock.now += 1
    assert max(wait(refused(limiter)) for _ in range(2000)) == 30


def test_users_are_limited_by_themselves(limiter: Limiter) -> None:
    for _ in range(3):
        ask(limiter)
    refused(limiter)
    ask(limiter, "b")


def test_what_is_left_is_told(limiter: Limiter, clock: Clock) -> None:
    ask(limiter, seconds=0.5)
    assert left(limiter) == ("2", "1.50", "2")
    clock.now += 31
    ask(limiter)
    assert left(limiter) == ("2", "2.00", "2")


def test_without_limits_everything_is_counted_and_nobody_refused() -> None:
    limiter = Limiter(None, Clock())
    for _ in range(7000):
        ask(limiter, seconds=1)
    assert left(limiter) == ("0", "0.00", "8")


def test_forgetting_begins_again(limiter: Limiter) -> None:
    for _ in range(3):
        ask(limiter)
    limiter.forget()
    ask(limiter)


@pytest.mark.parametrize("start", [0.0, 0.1, 17.3, 99.95, 1000.0, 123456.789])
@pytest.mark.parametrize("window", [0.5, 5.0, 7.0, 300.0])
def test_the_wait_that_is_told_is_enough(start: float, window: float, clock: Clock) -> None:
    limiter = Limiter(Limits(1, 100.0, 9, window), clock)
    clock.now = start
    ask(limiter)
    clock.now += wait(refused(limiter))
    ask(limiter)
