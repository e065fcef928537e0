"""A local Dataverse: real HTTP, real TLS, real tokens, rows in SQLite.

``Sandbox`` is loaded when it is first asked for; it needs the extra ``sandbox``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.instance import Sandbox

__all__ = ["Sandbox"]


def __getattr__(name: str) -> Any:
    if name == "Sandbox":
        from onteg_dynamics.sandbox.instance import Sandbox

        return Sandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
