"""What the one flow of ``examples/one_flow`` must leave behind, on whatever host it ran."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from onteg_dynamics.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples" / "one_flow"
NAMES = ("Berg", "Lind", "Sato")


def check_the_end(sandbox: Sandbox, folder: Path) -> None:
    """The same rows at the end: qualified leads, open opportunities with a task for their owner, a file of them."""

    def rows(table: str, match: dict[str, Any], *columns: str) -> list[dict[str, Any]]:
        return sandbox.call(lambda: sandbox.world.store.select(table, match, columns))

    leads = rows("lead", {"subject": "Spring fair"}, "lastname", "statecode", "leadid")
    assert sorted((one["lastname"], one["statecode"]) for one in leads) == [(name, 1) for name in NAMES]
    tasks = {one["subject"]: one for one in rows("task", {}, "subject", "regardingobjectid", "ownerid")}
    for lead in leads:
        (deal,) = rows("opportunity", {"originatingleadid": lead["leadid"]}, "opportunityid", "ownerid", "statecode")
        task = tasks[f"Call {lead['lastname']}"]
        assert deal["statecode"] == 0
        assert (task["regardingobjectid"], task["ownerid"]) == (deal["opportunityid"], deal["ownerid"])
    with (folder / "changed.csv").open(encoding="utf-8", newline="") as file:
        changed = [row["name"] for row in csv.DictReader(file)]
    assert changed == ["Spring fair"] * 3
