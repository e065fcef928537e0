from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from onteg_dynamics.dataverse import tokens
from onteg_dynamics.dataverse.tokens import SharedToken, Token
from onteg_dynamics.errors import AuthenticationError, ErrorDetails, StoppedError

FOLLOWERS = 15


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Gives tokens t1, t2 … that live `life` seconds, or raises what stands in `failing`."""

    def __init__(self, clock: Clock, life: float | None = 3600.0) -> None:
        self.clock, self.life, self.asked = clock, life, 0
        self.failing: BaseException | None = None

    def __call__(self) -> Token:
        self.asked += 1
        if self.failing is not None:
            raise self.failing
        return Token(f"t{self.asked}", None if self.life is None else self.clock() + self.life)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source(clock: Clock) -> Source:
    return Source(clock)


@pytest.fixture
def shared(source: Source, clock: Clock) -> SharedToken:
    return SharedToken(source, clock)


def test_a_token_does_not_show_itself() -> None:
    assert "eyJ" not in repr(Token("eyJsecret", 1.0)) + str(Token("eyJsecret"))


def test_a_token_is_kept_until_five_minutes_before_its_end(shared: SharedToken, clock: Clock, source: Source) -> None:
    assert shared.token().value == "t1"
    clock.now += 3299
    assert shared.token().value == "t1"
    clock.now += 1
    assert shared.token().value == "t2"
    assert source.asked == 2


def test_a_short_lived_token_is_kept_for_half_its_life(shared: SharedToken, clock: Clock, source: Source) -> None:
    source.life = 60.0
    shared.token()
    clock.now += 29
    assert shared.token().value == "t1"
    clock.now += 1
    assert shared.token().value == "t2"


def test_a_token_without_an_end_is_kept(shared: SharedToken, clock: Clock, source: Source) -> None:
    source.life = None
    shared.token()
    clock.now += 10**8
    assert shared.token().value == "t1"


def test_a_renewal_that_fails_is_no_failure_while_the_token_is_good(
    shared: SharedToken, clock: Clock, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    shared.token()
    source.failing = AuthenticationError("Down.")
    clock.now += 3400
    assert shared.token().value == "t1"
    assert shared.token().value == "t1"
    assert source.asked == 2
    assert "Down." in caplog.text
    assert "t1" not in caplog.text


def test_a_renewal_that_failed_is_tried_again_later(shared: SharedToken, clock: Clock, source: Source) -> None:
    shared.token()
    source.failing = AuthenticationError("Down.")
    clock.now += 3400
    shared.token()
    source.failing = None
    clock.now += tokens.PAUSE
    assert shared.token().value == "t3"


def test_an_expired_token_is_never_given(shared: SharedToken, clock: Clock, source: Source) -> None:
    shared.token()
    source.failing = AuthenticationError("Down.", ErrorDetails(code="AADSTS7000222"))
    clock.now += 3600
    with pytest.raises(AuthenticationError, match="Down") as caught:
        shared.token()
    assert caught.value.details.code == "AADSTS7000222"


def test_a_failure_is_not_remembered(shared: SharedToken, source: Source) -> None:
    source.failing = AuthenticationError("Down.")
    with pytest.raises(AuthenticationError):
        shared.token()
    source.failing = None
    assert shared.token().value == "t2"


def test_a_rejected_token_is_renewed_once(shared: SharedToken, source: Source) -> None:
    rejected = shared.token().value
    assert shared.renew(rejected).value == "t2"
    assert shared.renew(rejected).value == "t2"
    assert source.asked == 2


def test_nothing_of_the_failed_request_hangs_on_the_error(shared: SharedToken, source: Source) -> None:
    failing = AuthenticationError("Down.")
    failing.__cause__ = failing.__context__ = ValueError("client_secret=hush")
    source.failing = failing
    with pytest.raises(AuthenticationError) as caught:
        shared.token()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_last_three_tokens_are_secrets(shared: SharedToken) -> None:
    for _ in range(4):
        shared.renew(shared.token().value)
    assert shared.secrets() == ("t3", "t4", "t5")


def test_a_forgotten_token_is_asked_for_anew(shared: SharedToken) -> None:
    shared.token()
    shared.forget()
    assert shared.token().value == "t2"


class Crowd:
    """Many threads that want the token while the one request for it is under way.

    Attributes:
        use: what each of them does.
        followers: what each of them got.
    """

    use: Callable[[], Token]

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting = waiting = threading.Semaphore(0)

        class Watched(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                waiting.release()
                return super().result(timeout)

        monkeypatch.setattr(tokens, "Future", Watched)
        self.pool = ThreadPoolExecutor(FOLLOWERS)
        self.followers: list[Future[Token]] = []

    def gather(self) -> None:
        """To be called from inside the request: returns when all followers wait for its outcome."""
        self.followers = [self.pool.submit(self.use) for _ in range(FOLLOWERS)]
        for _ in range(FOLLOWERS):
            assert self.waiting.acquire(timeout=10)


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> Iterator[Crowd]:
    crowd = Crowd(monkeypatch)
    yield crowd
    crowd.pool.shutdown()


def test_one_request_serves_all_who_ask_at_once(crowd: Crowd, clock: Clock) -> None:
    asked = []

    def fetch() -> Token:
        asked.append(1)
        crowd.gather()
        return Token("t", None)

    ours = SharedToken(fetch, clock)
    crowd.use = ours.token
    assert ours.token().value == "t"
    assert {follower.result(10).value for follower in crowd.followers} == {"t"}
    assert len(asked) == 1


def test_one_refusal_serves_all_who_ask_at_once(crowd: Crowd, clock: Clock) -> None:
    asked = []

    def fetch() -> Token:
        asked.append(1)
        crowd.gather()
        raise AuthenticationError("Wrong.")

    ours = SharedToken(fetch, clock)
    crowd.use = ours.token
    with pytest.raises(AuthenticationError) as caught:
        ours.token()
    errors = [follower.exception(10) for follower in crowd.followers]
    assert all(isinstance(error, AuthenticationError) for error in errors)
    assert len({id(error) for error in [*errors, caught.value]}) == FOLLOWERS + 1
    assert len(asked) == 1


def test_all_who_meet_a_401_at_once_share_one_renewal(crowd: Crowd, clock: Clock) -> None:
    values = iter(["t1", "t2", "t3"])

    def fetch() -> Token:
        value = next(values)
        if value == "t2":
            crowd.gather()
        return Token(value, None)

    ours = SharedToken(fetch, clock)
    crowd.use = lambda: ours.renew("t1")
    ours.token()
    assert ours.renew("t1").value == "t2"
    assert {follower.result(10).value for follower in crowd.followers} == {"t2"}


def test_nobody_waits_for_a_renewal_while_the_token_is_good(clock: Clock) -> None:
    values = iter(["t1", "t2"])
    meanwhile: list[str] = []

    def fetch() -> Token:
        value = next(values)
        if value == "t2":
            other = threading.Thread(target=lambda: meanwhile.append(ours.token().value))
            other.start()
            other.join(10)
        return Token(value, clock() + 3600)

    ours = SharedToken(fetch, clock)
    ours.token()
    clock.now += 3400
    assert ours.token().value == "t2"
    assert meanwhile == ["t1"]


def test_an_interrupted_request_leaves_nobody_waiting(crowd: Crowd, clock: Clock) -> None:
    def fetch() -> Token:
        crowd.gather()
        raise KeyboardInterrupt

    ours = SharedToken(fetch, clock)
    crowd.use = ours.token
    with pytest.raises(KeyboardInterrupt):
        ours.token()
    assert all(isinstance(follower.exception(10), StoppedError) for follower in crowd.followers)
