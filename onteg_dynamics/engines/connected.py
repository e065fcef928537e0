"""What a connection of any engine can do. Imports nothing of any engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from onteg_dynamics.engines.outputs import handed_on
from onteg_dynamics.engines.shared import executor, registry
from onteg_dynamics.errors import OntegError
from onteg_dynamics.executor import Executor
from onteg_dynamics.hookspecs import Finding

__all__ = ["Connected", "tried"]


class Connected(ABC):
    """What a connection can do, for an engine's own class of connections, which knows the settings."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The connection's settings, as the connector's form has them. They hold the secrets."""

    def run(
        self, action: str, options: Mapping[str, Any], *, output_path: str = "", deadline: float | None = None
    ) -> dict[str, Any]:
        """The output of an action, as a task hands it on.

        Args:
            action: machine name or title.
            options: by key or label; all may be texts.
            output_path: file for the rows, one JSON object a line; a path, or a URL that fsspec knows.
            deadline: seconds after which nothing more is sent.

        Raises:
            OntegError: what went wrong; secrets are taken out.
        """
        return handed_on(executor().stream(action, options, self.settings(), deadline=deadline), output_path)

    def test_connection(self) -> tuple[bool, str]:
        """Whether the connection works, and in one line what was verified or what to do."""
        return tried(self.settings())


def tried(settings: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether a connection works, and in one line what was verified or what to do.

    Args:
        settings: of the connection; nothing of it is kept.
    """
    try:
        with Executor(registry()) as alone:
            return _verdict(list(alone.test_connection(settings)))
    except OntegError as exc:
        return False, " ".join(str(exc).split())


def _verdict(findings: list[Finding]) -> tuple[bool, str]:
    wrong = [finding for finding in findings if finding.passed is False]
    if wrong:
        return False, " ".join(f"{wrong[0].check}: {wrong[0].message} {wrong[0].fix}".split())
    return True, "Verified: " + " ".join(finding.message for finding in findings if finding.passed)
