"""What an action gives back: the result envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.errors import OntegError

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """The outcome of one action.

    Attributes:
        ok: whether it did what was asked.
        action: machine name.
        output: as the action's output schema says; empty if not ok.
        warnings: what the user should know all the same.
        stats: requests, retries, throttle_wait (seconds), rows, pages, seconds, limits (left, as the service told).
        error: `OntegError.as_dict`, None if ok.
    """

    ok: bool
    action: str
    output: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    stats: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    _raised: OntegError | None = field(default=None, repr=False, compare=False)

    def unwrap(self) -> Mapping[str, Any]:
        """The output.

        Raises:
            OntegError: the action failed.
        """
        if self._raised is not None:
            raise self._raised
        return self.output

    def as_dict(self) -> dict[str, Any]:
        """The envelope as JSON-ready data."""
        return {
            "ok": self.ok,
            "action": self.action,
            "output": self.output,
            "warnings": list(self.warnings),
            "stats": self.stats,
            "error": self.error,
        }
