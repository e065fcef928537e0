from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.executor import Executor


@pytest.fixture
def run(executor: Executor, settings: dict[str, str]) -> Any:
    """Runs an action on the sandbox and gives its output, or raises."""

    def run(action: str, /, **options: Any) -> Any:
        return executor.run(action, options, settings).unwrap()

    return run
