"""A file of leads becomes leads, and those that are worth the while become accounts, contacts and opportunities.

Needs a connection ``dynamics_default`` and ``onteg-dynamics[airflow,export]``. The file is the one in the Airflow
variable ``dynamics_leads``, by default the few made-up leads beside this DAG; what came of each row is written to the
folder in ``dynamics_folder``. Every task may be tried again: rows that are in are not written twice, and a lead that
is qualified is left alone.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, ObjectStoragePath, task

from onteg_dynamics.engines.airflow.hooks import DynamicsHook
from onteg_dynamics.engines.airflow.policy import with_policy
from onteg_dynamics.engines.airflow.transfers import DynamicsImportOperator

FILE = f"{{{{ var.value.get('dynamics_leads', '{Path(__file__).with_name('leads.csv')}') }}}}"
FOLDER = (
    "{{ var.value.get('dynamics_folder', '/tmp/dynamics') }}/leads-{{ dag_run.run_after.strftime('%Y%m%dT%H%M%S') }}"
)
WORTH = 20_000
CHUNK = 50  # leads that one task qualifies; a task for each would cost more than its work


@task(**with_policy())
def chosen(imported: dict) -> list[list[str]]:
    """The leads of the file that are worth the while, in chunks."""
    with ObjectStoragePath(imported["results_path"]).open("r") as lines:
        own = {json.loads(line)["id"] for line in lines}
    condition = f"statecode eq 0 and estimatedamount ge {WORTH}"
    found = DynamicsHook().run("list_records", {"table": "lead", "select": "leadid", "filter": condition})
    ids = [row["leadid"] for row in found["rows"] if row["leadid"] in own]
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]


@task(**with_policy())
def qualify(leads: list[str]) -> list[str]:
    """Qualify each lead that is still open; the new opportunities."""
    hook = DynamicsHook()
    for lead in leads:
        state = hook.run("get_record", {"table": "lead", "key": lead, "select": "statecode", "labels": True})["row"]
        if state["statecode.label"] == "Open":
            hook.run("qualify_lead", {"lead": lead})
    wanted = ",".join(f"'{lead}'" for lead in leads)
    condition = f"Microsoft.Dynamics.CRM.In(PropertyName='originatingleadid',PropertyValues=[{wanted}])"
    found = hook.run("list_records", {"table": "opportunity", "select": "name", "filter": condition})
    return [row["opportunityid"] for row in found["rows"]]


with DAG(
    "dynamics_leads_from_csv",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
    tags=["dynamics"],
):
    put = DynamicsImportOperator(
        task_id="import",
        table="lead",
        path=FILE,
        options={
            "columns": {"Est. Value": "estimatedamount"},
            "results_path": f"{FOLDER}/results.jsonl",
            "left_path": f"{FOLDER}/left.csv",
            "journal": FOLDER,
        },
    )
    qualify.expand(leads=chosen(put.output))
