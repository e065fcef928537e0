"""A big table into files and from there into another table, in parts that any worker may take; counts are checked."""

from datetime import datetime, timedelta

from airflow.sdk import DAG, task

from onteg_dynamics.engines.airflow.hooks import DynamicsHook
from onteg_dynamics.engines.airflow.policy import with_policy
from onteg_dynamics.engines.airflow.transfers import DynamicsExportOperator, DynamicsImportOperator

FOLDER = "{{ var.value.dynamics_folder }}/partitions"
PARTS = 8


@task(**with_policy())
def split() -> list[dict]:
    """The contacts in parts."""
    return DynamicsHook().split("contact", PARTS)


@task
def paths(files: list[dict]) -> list[str]:
    """Where the parts are."""
    return [file["path"] for file in files]


@task(**with_policy())
def check(parts: list[dict], files: list[dict], imports: list[dict]) -> dict[str, int]:
    """All contacts are in the files, and all of them have become leads."""
    hook = DynamicsHook()
    hook.check_counts("contact", parts, sum(file["rows"] for file in files))
    done = sum(one["done"] for one in imports)
    leads = hook.run("count_records", {"table": "lead", "filter": "startswith(lastname,'Many ')"})["count"]
    if not sum(file["rows"] for file in files) == done == leads:
        raise ValueError(f"{done} rows were imported, {leads} are there.")
    return {"files": len(files), "rows": done}


with DAG(
    "proof_partitions",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    default_args={"retries": 3, "retry_delay": timedelta(seconds=1)},
):
    parts = split()
    files = DynamicsExportOperator.partial(
        task_id="export",
        table="contact",
        path=f"{FOLDER}/{{{{ ti.map_index }}}}.jsonl",
        options={"select": "lastname,emailaddress1", "page_size": 100},
    ).expand(part=parts)
    imports = DynamicsImportOperator.partial(
        task_id="import",
        table="lead",
        options={"columns": {"contactid": ""}, "chunk_size": 100},
    ).expand(path=paths(files.output))
    check(parts, files.output, imports.output)
