"""A copy of a table that follows its changes: wait for one, read the rows that changed, write them over the old ones.

Needs a connection ``dynamics_default``. The copy is a SQLite file in the folder of the Airflow variable
``dynamics_folder``; how far it is stands in the variable ``dynamics_sync_account``, which moves on only when the rows
have been written, so a run that fails is made good by the next one. Waiting holds no worker.
"""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, Variable, task

from onteg_dynamics.engines.airflow.operators import DynamicsOperator
from onteg_dynamics.engines.airflow.sensors import DynamicsChangesSensor

TABLE, KEY = "account", "accountid"
CURSOR = f"dynamics_sync_{TABLE}"
FOLDER = "{{ var.value.get('dynamics_folder', '/tmp/dynamics') }}"
SINCE = f"{{{{ var.value.get('{CURSOR}', '1900-01-01T00:00:00Z') }}}}"


@task
def write(change: dict, file: dict) -> int:
    """Write the changed rows over the old ones; may be repeated."""
    path = Path(file["path"])
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with closing(sqlite3.connect(path.with_name(f"{TABLE}.sqlite"))) as copy, copy:
        copy.execute("CREATE TABLE IF NOT EXISTS copy (id TEXT PRIMARY KEY, row TEXT)")
        copy.executemany("INSERT OR REPLACE INTO copy VALUES (?, ?)", [(row[KEY], json.dumps(row)) for row in rows])
    Variable.set(CURSOR, change["until"])
    return len(rows)


with DAG(
    "dynamics_keep_in_sync",
    schedule="@continuous",
    max_active_runs=1,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
    tags=["dynamics"],
):
    changed = DynamicsChangesSensor(task_id="changed", table=TABLE, since=SINCE, poke_interval=30, timeout=86400)
    read = DynamicsOperator(
        task_id="read",
        action="List Records",
        options={"table": TABLE, "filter": "{{ ti.xcom_pull('changed')['filter'] }}"},
        output_path=f"{FOLDER}/{TABLE}-changes.jsonl",
    )
    changed >> read
    write(changed.output, read.output)
