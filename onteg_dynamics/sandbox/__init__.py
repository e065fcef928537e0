"""A local Dataverse: real HTTP, real TLS, real tokens, rows in SQLite.

``Sandbox`` is loaded when it is first asked for; it needs the extra ``sandbox``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.faults import Rule
    from onteg_dynamics.sandbox.instance import Sandbox
    from onteg_dynamics.sandbox.limits import Limits

__all__ = ["Limits", "Rule", "Sandbox"]

_ROOMS = {"Sandbox": "instance", "Limits": "limits", "Rule": "faults"}


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
