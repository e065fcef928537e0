"""The page "Be told of changes" does what it says: its code runs in order, with a receiver on loopback."""

from __future__ import annotations

import re
from typing import Any

from onteg_dynamics.executor import Executor
from onteg_dynamics.manifest import declaration_folder
from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.webhooks.receiver import receiving

DOCS = declaration_folder() / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_page_from_beginning_to_end(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    blocks = BLOCK.findall((DOCS / "webhooks.md").read_text("utf-8"))
    assert len(blocks) == 3
    with receiving() as receiver:
        names: dict[str, Any] = {"executor": executor, "connection": settings, "secret": "b7Qz-4wLk-29Xn"}
        names["address"] = receiver.url
        exec(blocks[0], names)  # noqa: S102 - the page's own code
        own = executor.run("create_record", {"table": "account", "row": {"name": "Northwind"}}, settings).unwrap()["id"]
        change = {"table": "account", "key": own, "row": {"name": "Contoso"}}
        executor.run("update_record", change, settings).unwrap()
        assert sandbox.wait_for_webhooks()
        (names["post"],) = [one for one in receiver.posts if b'"MessageName":"Update"' in one.body]
        exec(blocks[1], names)  # noqa: S102
        exec(blocks[2], names)  # noqa: S102


def test_the_readme_leads_there() -> None:
    assert "](docs/webhooks.md)" in (declaration_folder() / "README.md").read_text("utf-8")
