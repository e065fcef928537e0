"""What an access token is, who gives one, and how many threads share one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from onteg_dynamics.errors import OntegError, StoppedError

__all__ = ["SharedToken", "Token", "TokenProvider"]

log = logging.getLogger("onteg_dynamics.auth")

EARLY = 300.0  # seconds before its expiry that a token is renewed
PAUSE = 30.0  # seconds between attempts at that, while the token is still good


@dataclass(frozen=True)
class Token:
    """An access token. Its repr does not show it.

    Attributes:
        value: what stands after ``Bearer``.
        expires_at: when it ends, in seconds since the epoch; None if nobody knows.
    """

    value: str = field(repr=False)
    expires_at: float | None = None


class TokenProvider(Protocol):
    """Gives access tokens. Used by many threads at once."""

    def token(self) -> Token:
        """A token that is good now.

        Raises:
            AuthenticationError: there is none to be had.
            TransportError: the token service cannot be reached.
        """

    def renew(self, rejected: str) -> Token:
        """Another token than the one the service has just refused (HTTP 401).

        Args:
            rejected: that token's value.

        Raises:
            AuthenticationError: there is none to be had.
            TransportError: the token service cannot be reached.
        """

    def secrets(self) -> Iterable[str]:
        """Every text that must not be shown: tokens, client secret."""

    def close(self) -> None:
        """Forget the tokens, close connections."""


Outcome: TypeAlias = "Token | OntegError"


@dataclass(frozen=True)
class _Held:
    token: Token
    renew_at: float


class SharedToken:
    """One token for all threads: asked for once however many want it, and renewed in good time.

    Args:
        fetch: gets a new token; raises `OntegError` if it cannot.
        clock: seconds since the epoch.
    """

    def __init__(self, fetch: Callable[[], Token], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._flight: Future[Outcome] | None = None
        self._recent: tuple[str, ...] = ()

    def token(self) -> Token:
        """See `TokenProvider.token`. While the token at hand is good, a renewal that fails is no failure."""
        held, now = self._held, self._clock()
        if held is None or (held.token.expires_at is not None and now >= held.token.expires_at):
            return _taken(self._join(held))
        if now < held.renew_at or self._flight is not None:
            return held.token
        outcome = self._join(held)
        if isinstance(outcome, Token):
            return outcome
        log.warning("The access token could not be renewed yet, it is still good: %s", outcome.message)
        self._postpone(held)
        return held.token

    def renew(self, rejected: str) -> Token:
        """See `TokenProvider.renew`. If another thread has renewed already, its token."""
        held = self._held
        if held is not None and held.token.value != rejected:
            return self.token()
        return _taken(self._join(held))

    def secrets(self) -> tuple[str, ...]:
        """The token in use and the two before it, which a late answer may still repeat."""
        return self._recent

    def forget(self) -> None:
        """Let go of the token."""
        with self._lock:
            self._held = None

    def _join(self, stale: _Held | None) -> Outcome:
        """What replaces `stale`: the one that does already, or what the one request for it brings."""
        with self._lock:
            if self._held is not None and self._held is not stale:
                return self._held.token
            flight, mine = self._flight or Future(), self._flight is None
            self._flight = flight
        if mine:
            self._fly(flight)
        return flight.result()

    def _fly(self, flight: Future[Outcome]) -> None:
        outcome: Outcome = StoppedError("The request for an access token was interrupted.")
        try:
            outcome = self._fetch()
        except OntegError as exc:
            outcome = exc
        finally:  # whatever happens, those who wait must hear of it
            self._land(flight, outcome)

    def _land(self, flight: Future[Outcome], outcome: Outcome) -> None:
        with self._lock:
            self._flight = None
            if isinstance(outcome, Token):
                self._held = _Held(outcome, _renew_at(outcome, self._clock()))
                self._recent = (*self._recent[-2:], outcome.value)
        flight.set_result(outcome)

    def _postpone(self, held: _Held) -> None:
        with self._lock:
            if self._held is held:
                self._held = replace(held, renew_at=self._clock() + PAUSE)


def _renew_at(token: Token, now: float) -> float:
    """Five minutes before the end; for a token that lives shorter than ten, halfway."""
    if token.expires_at is None:
        return float("inf")
    return token.expires_at - min(EARLY, (token.expires_at - now) / 2)


def _taken(outcome: Outcome) -> Token:
    if isinstance(outcome, Token):
        return outcome
    raise _copy(outcome)  # each thread its own, since each adds its traceback


def _copy(error: OntegError) -> OntegError:
    """The same error without what hangs on it: chain and frames may lead to a secret."""
    return type(error)(error.message, error.details)
