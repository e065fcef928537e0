from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from onteg_dynamics.sandbox.seed import sow
from onteg_dynamics.sandbox.store import Store
from tests.sandbox.entra.desk import Desk


@pytest.fixture(scope="session")
def sown() -> Iterator[Store]:
    store = Store()
    sow(store, "demo", date(2026, 11, 24))
    yield store
    store.close()


@pytest.fixture
def desk(sown: Store) -> Desk:
    return Desk.open(sown)
