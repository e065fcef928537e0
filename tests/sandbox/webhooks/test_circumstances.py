"""What a request says beside its rows, and who may say it."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.webhooks.circumstances import circumstances, during

LOGIC = "mscrm.bypassbusinesslogicexecution"
STEPS = "mscrm.bypassbusinesslogicexecutionstepids"
PLUGINS = "mscrm.bypasscustompluginexecution"


class Rights:
    """Somebody who holds some privileges."""

    def __init__(self, *held: str) -> None:
        self.held = held

    def demand(self, name: str) -> None:
        if name not in self.held:
            raise Refusal(403, "0x80040220", name)


@pytest.mark.parametrize(
    ("headers", "privilege"),
    [
        ({LOGIC: "CustomSync"}, "prvBypassCustomBusinessLogic"),
        ({LOGIC: "CustomAsync"}, "prvBypassCustomBusinessLogic"),
        ({STEPS: "1"}, "prvBypassCustomBusinessLogic"),
        ({PLUGINS: "true"}, "prvBypassCustomPlugins"),
    ],
)
def test_who_bypasses_needs_a_privilege(headers: dict[str, str], privilege: str) -> None:
    nobody: Any = Rights()
    with pytest.raises(Refusal, match=privilege), during(headers, [], nobody):
        pass
    somebody: Any = Rights(privilege)
    with during(headers, [], somebody):
        assert circumstances().skips_sync or circumstances().skips_async or circumstances().skipped


def test_silent_flows_and_tags_need_none() -> None:
    nobody: Any = Rights()
    headers = {"mscrm.suppresscallbackregistrationexpanderjob": "true"}
    with during(headers, [("tag", "t")], nobody):
        assert (circumstances().skips_callbacks, circumstances().tag) == (True, "t")
    assert circumstances().tag is None


def test_words_are_read_whatever_their_case() -> None:
    with during({LOGIC: " customsync , CustomAsync"}, []):
        assert (circumstances().skips_sync, circumstances().skips_async) == (True, True)
    with during({LOGIC: "Custom", PLUGINS: "false"}, []):
        assert (circumstances().skips_sync, circumstances().skips_async) == (False, False)
