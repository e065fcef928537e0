"""The Web API over HTTP: addresses, verbs, headers, bodies, batches.

The names below are loaded when they are first asked for: rooms that bring messages import parts of this one, and the
application imports those rooms.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.service.app import create_app
    from onteg_dynamics.sandbox.service.messages import Messages, Registered

__all__ = ["Messages", "Registered", "create_app"]

_HOMES = {"Messages": "messages", "Registered": "messages", "create_app": "app"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
