"""What the real service has and this sandbox does not: it is said, so that nobody takes silence for success."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from onteg_dynamics.sandbox import refusals


def nothing_here(name: str) -> refusals.Refusal:
    """Why a segment leads nowhere: the service knows it and the sandbox does not, or nobody does."""
    if name in service_messages():
        return refusals.not_covered(f"the message {name}")
    if name in service_sets():
        return refusals.not_covered(f"the table behind {name}")
    return refusals.no_such_segment(name)


@lru_cache(maxsize=1)
def service_messages() -> frozenset[str]:
    """The functions and actions that Microsoft's pages name; the sandbox has some of them."""
    return _names("messages.txt")


@lru_cache(maxsize=1)
def service_sets() -> frozenset[str]:
    """The entity sets of every environment's own tables that the sandbox has not."""
    return _names("sets.txt")


def _names(file: str) -> frozenset[str]:
    return frozenset(
        resources.files("onteg_dynamics.sandbox").joinpath("data").joinpath(file).read_text("utf-8").split()
    )
