"""Files that follow two tables by change tracking: every five minutes what was created, changed and deleted goes in.

Needs a connection ``dynamics_default`` and ``onteg-dynamics[airflow,export]``. The files are Parquet, in the folder of
the Airflow variable ``dynamics_folder``. A run that fails is made good by the next one.
"""

from datetime import datetime, timedelta

from airflow.sdk import DAG

from onteg_dynamics.engines.airflow.transfers import DynamicsSyncOperator

TABLES = ("account", "contact")
FOLDER = "{{ var.value.get('dynamics_folder', '/tmp/dynamics') }}/in-sync"

with DAG(
    "dynamics_keep_in_sync",
    schedule=timedelta(minutes=5),
    max_active_runs=1,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
    tags=["dynamics"],
):
    for table in TABLES:
        DynamicsSyncOperator(task_id=table, table=table, path=f"{FOLDER}/{table}.parquet")
