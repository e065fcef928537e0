from __future__ import annotations

from onteg_dynamics.sandbox.service.uncovered import MESSAGES
from tests.sandbox.service.client import Client


def test_messages_of_the_service_that_are_not_here(client: Client) -> None:
    for name in sorted(MESSAGES):  # a message that comes to the sandbox leaves this list
        assert client.post(name, {}).status == 501, name
    assert client.post("NothingLikeIt", {}).status == 404
