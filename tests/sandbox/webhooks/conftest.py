from __future__ import annotations

from collections.abc import Iterator

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.webhooks.desk import Desk
from tests.sandbox.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def desk(sandbox: Sandbox, receiver: Receiver) -> Iterator[Desk]:
    made = Desk(sandbox, receiver)
    with made.session:
        yield made
