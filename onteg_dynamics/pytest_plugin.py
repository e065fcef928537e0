"""Fixtures for anybody's tests: a local Dataverse, started when a test first asks for it.

``dataverse`` is the sandbox as if no test had used it before; ``dataverse_sandbox`` is the same one without the reset.
What is in it is said in pytest's settings, or for one test by a mark::

    @pytest.mark.dataverse(seed="empty", data="tests/customers")
    def test_my_flow(dataverse): ...

Nothing of the sandbox is imported before a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from onteg_dynamics.sandbox import Sandbox

__all__ = ["dataverse", "dataverse_sandbox"]

_SETTINGS = {
    "seed": "demo (a small company's data) or empty",
    "data": "folder or file of rows to put on top, below the root folder of the tests",
    "metadata": "file with the metadata of a real environment, below the root folder of the tests",
    "custom_apis": "JSON file that declares custom APIs with what they answer, below the root folder of the tests",
    "limits": "service protection limits: real, or REQUESTS/SECONDS/CONCURRENT/WINDOW",
    "http": "plain HTTP, for clients that cannot take a certificate authority",
}
_MARK = "dataverse(seed, data, metadata, custom_apis, limits, http): what is in the Dataverse sandbox of this test"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares the settings ``dataverse_seed``, ``dataverse_data``, ``dataverse_metadata`` and so on."""
    for name, text in _SETTINGS.items():
        kind: Any = "bool" if name == "http" else "string"
        parser.addini(f"dataverse_{name}", f"Dataverse sandbox: {text}.", type=kind, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Declares the mark."""
    config.addinivalue_line("markers", _MARK)


class _Sandboxes:
    """The running sandboxes by what is in them; one for all tests that ask for the same."""

    def __init__(self, config: pytest.Config, stack: ExitStack) -> None:
        self._config = config
        self._stack = stack
        self._running: dict[tuple[tuple[str, Any], ...], Sandbox] = {}

    def get(self, mark: pytest.Mark | None = None) -> Sandbox:
        """A running sandbox as the settings and a test's mark describe it."""
        wanted = {name: value for name, value in {**self._settings(), **_marked(mark)}.items() if value is not None}
        for name in wanted.keys() & {"data", "metadata", "custom_apis"}:
            wanted[name] = str(self._config.rootpath / wanted[name])
        key = tuple(sorted(wanted.items()))
        if key not in self._running:
            self._running[key] = self._stack.enter_context(_sandbox(wanted))
        return self._running[key]

    def _settings(self) -> dict[str, Any]:
        found = {name: self._config.getini(f"dataverse_{name}") for name in _SETTINGS}
        return {name: value for name, value in found.items() if value}


def _marked(mark: pytest.Mark | None) -> dict[str, Any]:
    """What a test's mark asks for; None takes a setting back."""
    given = dict(mark.kwargs) if mark is not None else {}
    unknown = [*given.keys() - _SETTINGS.keys(), *(mark.args if mark is not None else ())]
    if unknown:
        raise pytest.UsageError(f"The mark dataverse takes {', '.join(_SETTINGS)} by name, not {unknown[0]!r}.")
    return given


def _sandbox(wanted: dict[str, Any]) -> Sandbox:
    try:
        from onteg_dynamics.sandbox import Sandbox
    except ModuleNotFoundError as error:
        raise pytest.UsageError(f"The sandbox needs {error.name}: pip install 'onteg-dynamics[sandbox]'") from error
    return Sandbox(**wanted)


@pytest.fixture(scope="session")
def _dataverse_sandboxes(pytestconfig: pytest.Config) -> Iterator[_Sandboxes]:
    with ExitStack() as stack:
        yield _Sandboxes(pytestconfig, stack)


@pytest.fixture(scope="session")
def dataverse_sandbox(_dataverse_sandboxes: _Sandboxes) -> Sandbox:
    """A local Dataverse for the whole run, as pytest's settings describe it; tests see what others wrote."""
    return _dataverse_sandboxes.get()


@pytest.fixture
def dataverse(request: pytest.FixtureRequest, _dataverse_sandboxes: _Sandboxes) -> Sandbox:
    """A local Dataverse as if no test had used it before; the mark ``dataverse`` says what is in it."""
    sandbox = _dataverse_sandboxes.get(request.node.get_closest_marker("dataverse"))
    sandbox.reset()
    return sandbox
