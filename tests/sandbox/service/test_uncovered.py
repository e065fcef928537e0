from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.service.uncovered import MESSAGES
from tests.sandbox.service.client import Client


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"MSCRM.SessionToken": "1"}, "session tokens"),
    ],
)
def test_what_is_not_covered_is_said(client: Client, headers: dict[str, str], told: str) -> None:
    answer = client.get("accounts", **headers)
    assert answer.status == 501
    assert answer.message.startswith("The sandbox does not cover this:")
    assert told in answer.message


def test_messages_of_the_service_that_are_not_here(client: Client) -> None:
    for name in sorted(MESSAGES):  # a message that comes to the sandbox leaves this list
        assert client.post(name, {}).status == 501, name
    assert client.post("NothingLikeIt", {}).status == 404
