"""Small DAGs, each to prove one thing."""

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, task

from onteg_dynamics.engines.airflow.hooks import DynamicsHook
from onteg_dynamics.engines.airflow.operators import DynamicsJobOperator, DynamicsOperator
from onteg_dynamics.engines.airflow.policy import with_policy
from onteg_dynamics.engines.airflow.sensors import DynamicsChangesSensor, DynamicsJobSensor
from onteg_dynamics.engines.airflow.transfers import DynamicsImportOperator

FOLDER = "{{ var.value.dynamics_folder }}"
OF_RUN = "subject eq '{{ dag_run.conf.subject }}'"


# On a busy machine Airflow loses tasks that go on very soon after they were put aside; it tries them again then.
PUT_ASIDE = {"retries": 3, "retry_delay": timedelta(seconds=1)}


def dag(name: str, **more: Any) -> DAG:
    """A DAG that starts by hand."""
    return DAG(f"proof_{name}", schedule=None, start_date=datetime(2026, 1, 1), **more)


with dag("mapping"):
    # Creates in parallel, then waits in the triggerer for a change that comes from outside, then reads.
    rows = [{"table": "lead", "row": {"lastname": f"Mapped {n}", "subject": "mapped"}} for n in range(4)]
    created = DynamicsOperator.partial(task_id="create", action="Create Record").expand(options=rows)
    changed = DynamicsChangesSensor(
        task_id="changed",
        table="lead",
        since="{{ dag_run.conf.since }}",
        condition="subject eq 'told from outside'",
        poke_interval=1,
        timeout=200,
        **PUT_ASIDE,
    )
    read = DynamicsOperator(
        task_id="read",
        action="list_records",
        options={"table": "lead", "select": "subject,lastname", "filter": "{{ ti.xcom_pull('changed')['filter'] }}"},
        output_path=f"{FOLDER}/mapping/changed.jsonl",
    )
    created >> changed >> read

with dag("sensor"):
    DynamicsChangesSensor(
        task_id="changed",
        table="lead",
        since="1900-01-01T00:00:00Z",
        condition=OF_RUN,
        deferrable=False,
        mode="reschedule",
        poke_interval=5,
        timeout=200,
        **PUT_ASIDE,
    )

JOB = {"table": "lead", "values": {"subject": "{{ dag_run.conf.subject }}"}, "job_name": "Proof"}

with dag("job"):
    DynamicsJobOperator(task_id="delete", action="Start Bulk Delete", options=JOB, poll_interval=3, **PUT_ASIDE)

with dag("job_on_a_worker"):
    DynamicsJobOperator(
        task_id="delete", options=JOB, deferrable=False, poll_interval=300, retries=2, retry_delay=timedelta(seconds=1)
    )

with dag("job_of_another"):
    DynamicsJobSensor(task_id="ended", job_id="{{ dag_run.conf.job_id }}", poke_interval=3, timeout=200, **PUT_ASIDE)

with dag("wrong", default_args={"retries": 3, "retry_delay": timedelta(seconds=1)}):
    DynamicsOperator(task_id="table", action="list_records", options={"table": "{{ 'nosuchtable' }}"})

    @task(**with_policy())
    def by_hand() -> None:
        """The hook, with the same policy."""
        DynamicsHook().run("get_record", {"table": "nosuchtable", "key": "11111111-2222-3333-4444-555555555555"})

    by_hand()

with dag("throttled"):
    DynamicsOperator(
        task_id="count",
        action="count_records",
        options={"table": "product"},
        dynamics_conn_id="dynamics_hasty",
        retries=1,
        retry_delay=timedelta(seconds=0),
    )

with dag("export"):
    DynamicsOperator(
        task_id="read",
        action="list_records",
        options={"table": "contact", "select": "fullname", "page_size": 5},
        output_path=f"{FOLDER}/export/contacts.jsonl",
        retries=1,
        retry_delay=timedelta(seconds=1),
    )

with dag("import", default_args={"retries": 3, "retry_delay": timedelta(seconds=1)}, max_active_tasks=1):
    for name, refused in (("strict", 0), ("lenient", 1)):
        DynamicsImportOperator(
            task_id=name,
            table="lead",
            path="{{ dag_run.conf.file }}",
            refused=refused,
            options={"left_path": f"{FOLDER}/{name}/left.csv"},
        )

with dag("talkative"):

    @task
    def tells() -> dict:
        """What no task should do: print and hand on the settings, secrets included."""
        settings = DynamicsHook(dynamics_conn_id="dynamics_bearer").settings()
        print("settings", settings)  # noqa: T201
        print("token", settings["token"])  # noqa: T201
        raise ValueError(f"{settings}")

    tells()

    DynamicsOperator(task_id="refused", action="who_am_i", dynamics_conn_id="dynamics_wrong_secret", retries=0)
    DynamicsOperator(
        task_id="shown",
        action="find_record",
        options={
            "table": "account",
            "text": "{{ conn.dynamics_bearer.password }} {{ conn.dynamics_default.password }}",
        },
    )
