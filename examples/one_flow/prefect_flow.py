"""The flow of python_flow.py for Prefect: ``python prefect_flow.py BLOCK FOLDER``."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from prefect import flow

from onteg_dynamics.engines.prefect import TASKS, DynamicsBlock

LEADS = Path(__file__).with_name("leads.csv")


@flow
def new_leads(block: str, folder: str) -> None:
    """Run the flow."""
    dynamics = DynamicsBlock.load(block)
    started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    TASKS["import_records"](dynamics, table="lead", path=str(LEADS), results_path=f"{folder}/results.csv")
    new = "subject eq 'Spring fair' and statecode eq 0"
    leads = TASKS["list_records"](dynamics, table="lead", filter=new, select="lastname")["rows"]
    for one in [follow_up(dynamics, lead) for lead in leads]:
        one.wait()
    changed = {"table": "opportunity", "select": "name", "filter": f"modifiedon ge {started}"}
    TASKS["export_records"](dynamics, **changed, path=f"{folder}/changed.csv")


def follow_up(dynamics: Any, lead: dict[str, Any]) -> Any:
    """Qualify a lead and leave its owner a task."""
    own = TASKS["qualify_lead"](dynamics, lead=lead["leadid"])["opportunity_id"]
    deal = TASKS["get_record"](dynamics, table="opportunity", key=own, select="name,ownerid")["row"]
    about = {"table": "opportunity", "id": own, "owner": deal["ownerid"]}
    return TASKS["add_task"].submit(dynamics, subject=f"Call {lead['lastname']}", **about)


if __name__ == "__main__":
    new_leads(*sys.argv[1:])
