"""Every night: five tables as Parquet, each in parts that any worker may take, and their counts checked.

Needs a connection ``dynamics_default`` and ``onteg-dynamics[airflow,export]``. Files go to the folder in the Airflow
variable ``dynamics_folder``; with several machines let it be one that all of them see, or a URL such as
``s3://bucket/dynamics``. A part whose worker dies is read on by the next try.
"""

from datetime import datetime, timedelta

from airflow.sdk import DAG, task, task_group

from onteg_dynamics.engines.airflow.hooks import DynamicsHook
from onteg_dynamics.engines.airflow.policy import with_policy
from onteg_dynamics.engines.airflow.transfers import DynamicsExportOperator

TABLES = ("account", "contact", "lead", "opportunity", "product")
PARTS = 3
FOLDER = "{{ var.value.get('dynamics_folder', '/tmp/dynamics') }}/{{ dag_run.run_after.strftime('%Y%m%d') }}"


@task(**with_policy())
def split(table: str) -> list[dict]:
    """The table in parts of about the same size."""
    return DynamicsHook().split(table, PARTS)


@task(**with_policy())
def check(table: str, parts: list[dict], files: list[dict]) -> dict:
    """All rows arrived."""
    return DynamicsHook().check_counts(table, parts, sum(file["rows"] for file in files))


@task_group
def export(table: str) -> None:
    """One table."""
    parts = split(table)
    files = DynamicsExportOperator.partial(
        task_id="write",
        table=table,
        path=f"{FOLDER}/{table}-{{{{ ti.map_index }}}}.parquet",
        options={"labels": True},
    ).expand(part=parts)
    check(table, parts, files.output)


with DAG(
    "dynamics_nightly_export",
    schedule="0 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
    tags=["dynamics"],
):
    for name in TABLES:
        export.override(group_id=name)(name)
