from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.importing.samples import CSDL, definitions
from tests.sandbox.service.client import Client

Start = Callable[..., Sandbox]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a sandbox with metadata files of these contents."""
    with ExitStack() as stack:

        def made(*contents: Any, **settings: Any) -> Sandbox:
            paths = []
            for number, content in enumerate(contents):
                paths.append(tmp_path / f"{number}.metadata")
                paths[-1].write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
            return stack.enter_context(Sandbox("empty", http=True, metadata=paths, **settings))

        yield made


@pytest.fixture
def client(start: Start) -> Client:
    """A client of a sandbox with the sample in CSDL."""
    return of(start(CSDL))


@pytest.fixture
def defined(start: Start) -> Client:
    """A client of a sandbox with the sample of definitions."""
    return of(start(definitions()))


def of(sandbox: Sandbox) -> Client:
    """A client that needs no token."""
    world = sandbox.world
    caller = world.authenticate({"authorization": f"Bearer {sandbox.token()}"})
    world.authenticate = lambda _headers: caller
    return Client(world)
