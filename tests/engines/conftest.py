"""What the adapters' tests share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from onteg_dynamics.engines.airflow.looking import Run
from onteg_dynamics.executor import Executor


@pytest.fixture
def run(executor: Executor, settings: dict[str, str]) -> Run:
    """Runs an action against the sandbox."""

    def running(action: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        return executor.run(action, options, settings).unwrap()

    return running
