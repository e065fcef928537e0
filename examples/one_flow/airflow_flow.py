"""The flow of python_flow.py for Airflow. Needs a connection ``dynamics_default``; files go into the Airflow variable
``dynamics_folder``, by default ``/tmp/dynamics``.
"""

from datetime import datetime
from pathlib import Path

from airflow.sdk import DAG, task

from onteg_dynamics.engines.airflow.hooks import DynamicsHook
from onteg_dynamics.engines.airflow.operators import DynamicsOperator
from onteg_dynamics.engines.airflow.policy import with_policy

LEADS = Path(__file__).with_name("leads.csv")
FOLDER = "{{ var.value.get('dynamics_folder', '/tmp/dynamics') }}"
NEW = "subject eq 'Spring fair' and statecode eq 0"


@task(**with_policy({"retries": 3}))
def follow_up(lead: dict) -> str:
    """Qualify a lead and leave its owner a task."""
    run = DynamicsHook().run
    own = run("qualify_lead", {"lead": lead["leadid"]})["opportunity_id"]
    deal = run("get_record", {"table": "opportunity", "key": own, "select": "name,ownerid"})["row"]
    about = {"table": "opportunity", "id": own, "owner": deal["ownerid"]}
    run("add_task", {"subject": f"Call {lead['lastname']}", **about})
    return own


@task
def rows(found: dict) -> list[dict]:
    """What a task is mapped over is a result as a whole."""
    return found["rows"]


with DAG("dynamics_one_flow", schedule=None, start_date=datetime(2026, 1, 1), tags=["dynamics"]):
    imported = DynamicsOperator(
        task_id="import",
        action="Import Records",
        options={"table": "lead", "path": str(LEADS), "results_path": f"{FOLDER}/results.csv"},
    )
    leads = DynamicsOperator(
        task_id="leads",
        action="List Records",
        options={"table": "lead", "filter": NEW, "select": "lastname"},
    )
    exported = DynamicsOperator(
        task_id="export",
        action="Export Records",
        options={
            "table": "opportunity",
            "select": "name",
            "filter": "modifiedon ge {{ dag_run.start_date.strftime('%Y-%m-%dT%H:%M:%SZ') }}",
            "path": f"{FOLDER}/changed.csv",
        },
    )
    imported >> leads
    follow_up.expand(lead=rows(leads.output)) >> exported
