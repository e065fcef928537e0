"""Service protection limits, per user, in a sliding window; off unless asked for."""

from __future__ import annotations

from onteg_dynamics.sandbox.limits.app import limited
from onteg_dynamics.sandbox.limits.limiter import Limiter
from onteg_dynamics.sandbox.limits.settings import Limits, read_limits

__all__ = ["Limiter", "Limits", "limited", "read_limits"]
