"""Change tracking: delta links, and what has changed since one was given out.

Follows "Use change tracking to synchronize data with external systems". Rows carry their versions anyway; what is
recorded besides are deletions, and only of tables whose changes somebody has asked for: loading data costs nothing.
"""

from __future__ import annotations

from onteg_dynamics.sandbox.changes.tracking import remember_for

__all__ = ["remember_for"]
