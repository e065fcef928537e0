"""Callers who ask too much ("Service protection API limits")."""

from __future__ import annotations

import math

from onteg_dynamics.sandbox.refusals.base import Refusal


def too_many_requests(limit: int, window: float, wait: float) -> Refusal:
    """More requests than the window allows."""
    return _throttled(
        "0x80072322",
        f"Number of requests exceeded the limit of {limit} over time window of {window:g} seconds.",
        wait,
    )


def too_much_time(limit: float, window: float, wait: float) -> Refusal:
    """More execution time than the window allows."""
    return _throttled(
        "0x80072321",
        f"Combined execution time of incoming requests exceeded limit of {limit * 1000:,.0f} milliseconds over time "
        f"window of {window:g} seconds. Decrease number of concurrent requests or reduce the duration of requests and "
        "try again later.",
        wait,
    )


def too_many_at_once(limit: int, wait: float) -> Refusal:
    """More requests at the same time than are allowed."""
    return _throttled("0x80072326", f"Number of concurrent requests exceeded the limit of {limit}.", wait)


def _throttled(code: str, message: str, wait: float) -> Refusal:
    return Refusal(429, code, message, {"Retry-After": str(max(1, math.ceil(wait)))})
