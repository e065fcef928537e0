"""New leads from a file become opportunities, each with a task for its owner; what changed goes into a file.

The same flow is beside this file for the shell, Prefect, Dagster, Airflow and MCP.

    python python_flow.py connection.json FOLDER
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from onteg_dynamics.executor import Executor

LEADS = Path(__file__).with_name("leads.csv")


def main(connection: dict[str, Any], folder: Path) -> None:
    """Run the flow."""
    with Executor() as executor:

        def run(action: str, **options: Any) -> Any:
            return executor.run(action, options, connection).unwrap()

        started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        run("Import Records", table="lead", path=str(LEADS), results_path=str(folder / "results.csv"))
        new = "subject eq 'Spring fair' and statecode eq 0"
        for lead in run("List Records", table="lead", filter=new, select="lastname")["rows"]:
            own = run("Qualify Lead", lead=lead["leadid"])["opportunity_id"]
            deal = run("Get Record", table="opportunity", key=own, select="name,ownerid")["row"]
            about = {"table": "opportunity", "id": own, "owner": deal["ownerid"]}
            run("Add Task", subject=f"Call {lead['lastname']}", **about)
        changed = {"table": "opportunity", "select": "name", "filter": f"modifiedon ge {started}"}
        run("Export Records", **changed, path=str(folder / "changed.csv"))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")), Path(sys.argv[2]))
