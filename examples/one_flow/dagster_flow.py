"""The flow of python_flow.py for Dagster: a job for ``dagster dev -f dagster_flow.py``.

The connection's settings come from the environment, and so does the folder for the files (``ONTEG_DYNAMICS_FOLDER``).
"""

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dagster import Definitions, DynamicOut, DynamicOutput, EnvVar, Out, job, op

from onteg_dynamics.engines.dagster import DynamicsResource, trying_again

LEADS = Path(__file__).with_name("leads.csv")
FOLDER = os.environ.get("ONTEG_DYNAMICS_FOLDER", ".")


@op(out=Out(str))
def imported(dynamics: DynamicsResource) -> str:
    """The leads of the file are in; when that began."""
    started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    options = {"table": "lead", "path": str(LEADS), "results_path": f"{FOLDER}/results.csv"}
    with trying_again():
        dynamics.run("import_records", options)
    return started


@op(out=DynamicOut(dict))
def new_leads(dynamics: DynamicsResource, started: str) -> Any:
    """Each new lead."""
    options = {"table": "lead", "filter": "subject eq 'Spring fair' and statecode eq 0", "select": "lastname"}
    with trying_again():
        rows = dynamics.run("list_records", options)["rows"]
    for row in rows:
        yield DynamicOutput({**row, "started": started}, mapping_key=row["leadid"].replace("-", "_"))


@op
def followed_up(dynamics: DynamicsResource, lead: dict) -> str:
    """Qualify a lead and leave its owner a task."""
    with trying_again():
        own = dynamics.run("qualify_lead", {"lead": lead["leadid"]})["opportunity_id"]
        deal = dynamics.run("get_record", {"table": "opportunity", "key": own, "select": "name,ownerid"})["row"]
        about = {"table": "opportunity", "id": own, "owner": deal["ownerid"]}
        dynamics.run("add_task", {"subject": f"Call {lead['lastname']}", **about})
    return lead["started"]


@op
def exported(dynamics: DynamicsResource, started: list[str]) -> int:
    """What changed, in a file."""
    changed = {"table": "opportunity", "select": "name", "filter": f"modifiedon ge {min(started)}"}
    with trying_again():
        return dynamics.run("export_records", {**changed, "path": f"{FOLDER}/changed.csv"})["rows"]


@job
def leads_to_opportunities() -> None:
    """The flow."""
    exported(new_leads(imported()).map(followed_up).collect())


SETTINGS = {
    key: EnvVar(f"ONTEG_DYNAMICS_{key.upper()}")
    for key in ("endpoint_url", "token_url", "client_id", "client_secret", "ca_bundle")
    if f"ONTEG_DYNAMICS_{key.upper()}" in os.environ
}
defs = Definitions(
    jobs=[leads_to_opportunities],
    resources={"dynamics": DynamicsResource(authentication="OAuth", **SETTINGS)} if SETTINGS else {},
)
