"""What all tasks of a process share: one registry, one executor with its connections and tokens."""

from __future__ import annotations

import os
from functools import lru_cache

from onteg_dynamics.executor import Executor
from onteg_dynamics.registry import Registry, load

__all__ = ["executor", "registry"]


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The connector and the plugins installed beside it."""
    return load()


def executor() -> Executor:
    """The executor of this process; a forked process gets one of its own, since sockets must not be shared."""
    return _executor(os.getpid())


@lru_cache(maxsize=1)
def _executor(_: int) -> Executor:
    return Executor(registry())
