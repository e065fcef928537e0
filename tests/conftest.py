"""What every test may use: one sandbox for the whole run, put back to its seed after each test that used it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as property_tests

from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

# A busy machine is no failure.
property_tests.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_tests.load_profile("patient")


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """The sandbox with its demo data, as if no test had used it before."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def settings(sandbox: Sandbox) -> dict[str, str]:
    """The connection form, filled in for the sandbox."""
    return sandbox.settings()


@pytest.fixture
def executor() -> Iterator[Executor]:
    with Executor() as made:
        yield made
