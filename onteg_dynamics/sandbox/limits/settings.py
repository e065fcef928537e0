"""How much a user may ask for ("Service protection API limits")."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The three limits of one user; the defaults are those of the real service.

    Attributes:
        requests: How many requests in one window.
        seconds: How much execution time, all requests together, in one window.
        concurrent: How many requests at the same time.
        window: The sliding window in seconds.

    Raises:
        ValueError: One of them is not above zero.
    """

    requests: int = 6000
    seconds: float = 1200.0
    concurrent: int = 52
    window: float = 300.0

    def __post_init__(self) -> None:
        if min(self.requests, self.seconds, self.concurrent, self.window) <= 0:
            raise ValueError("Every limit must be above zero.")


def read_limits(given: Limits | str | None) -> Limits | None:
    """The limits that a setting stands for.

    Args:
        given: Limits; ``real``, ``off`` or ``REQUESTS/SECONDS/CONCURRENT/WINDOW``, such as ``60/10/2/5``.

    Returns:
        The limits, or None where nobody is limited.

    Raises:
        ValueError: The text is none of these.
    """
    if given is None or isinstance(given, Limits):
        return given
    if given in {"real", "off"}:
        return Limits() if given == "real" else None
    try:
        requests, seconds, concurrent, window = given.split("/")
        return Limits(int(requests), float(seconds), int(concurrent), float(window))
    except ValueError as error:
        message = f"Limits are 'real', 'off' or REQUESTS/SECONDS/CONCURRENT/WINDOW such as 60/10/2/5, not {given!r}."
        raise ValueError(message) from error
