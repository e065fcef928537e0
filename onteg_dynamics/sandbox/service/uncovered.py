"""What the real service has and this sandbox does not: it is said, so that nobody takes silence for success."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def service_messages() -> frozenset[str]:
    """The functions and actions that Microsoft's pages name; the sandbox has some of them."""
    found = resources.files("onteg_dynamics.sandbox").joinpath("data").joinpath("messages.txt")
    return frozenset(found.read_text("utf-8").split())
