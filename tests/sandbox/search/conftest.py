from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from onteg_dynamics.sandbox.model import load_model
from onteg_dynamics.sandbox.seed import seed_caller, sow
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import World
from tests.sandbox.search.asking import Asking


@pytest.fixture(scope="session")
def sown() -> Iterator[Store]:
    store = Store()
    sow(store, "demo", date(2026, 11, 24))
    yield store
    store.close()


@pytest.fixture
def demo(sown: Store) -> Iterator[Asking]:
    """A small company's data, searched in process."""
    store = Store()
    sown.db.backup(store.db)
    caller = seed_caller()
    yield Asking(World(load_model(), store, lambda _headers: caller))
    store.close()
