"""Operators for files: rows out into one, rows of one in, one kept in step. The file is handed on, never its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from onteg_dynamics.engines.airflow.looking import mark_of
from onteg_dynamics.engines.airflow.operators import DynamicsOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["DynamicsExportOperator", "DynamicsImportOperator", "DynamicsSyncOperator"]

CACHE = Path.home() / ".cache" / "onteg-dynamics" / "imports"


class _FileOperator(DynamicsOperator):
    """An action that reads or writes a file."""

    runs: ClassVar[str]
    writes: ClassVar[tuple[str, ...]]
    defaults: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *, table: str, path: str, options: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        wanted = {**self.defaults, "table": table, "path": path, **(options or {})}
        super().__init__(action=self.runs, options=wanted, **kwargs)

    def execute(self, context: Context) -> Any:
        """Run the action; folders that are missing are made.

        Raises:
            OntegError: what went wrong; secrets are taken out.
        """
        for path in filter(None, map(self.options.get, self.writes)):
            if "://" not in path:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
        return super().execute(context)


class DynamicsExportOperator(_FileOperator):
    """Writes rows of a table to a file ("Export Records"); returns its ``path``, how many ``rows`` it holds, and more.

    A try goes on where the one before was stopped. A file that is there already is replaced.

    Args:
        table: the rows' table.
        path: the file; a path that all workers see, or a URL. Its name tells the form: ``.parquet``, ``.csv``,
            ``.jsonl``.
        part: which part of the table, from `DynamicsHook.split`; map the task over the parts with ``expand(part=…)``.
        options: further ones of the action, such as ``select``.
        kwargs: as for `DynamicsOperator`.

    Raises:
        InputError: options do not fit.
    """

    runs = "export_records"
    writes = ("path",)
    defaults: ClassVar[Mapping[str, Any]] = {"overwrite": True}
    template_fields: ClassVar[Sequence[str]] = (*DynamicsOperator.template_fields, "part")

    def __init__(self, *, table: str, path: str, part: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(table=table, path=path, **kwargs)
        self.part = part

    def execute(self, context: Context) -> Any:
        """Write the file.

        Raises:
            OntegError: what went wrong; secrets are taken out.
        """
        if self.part:
            self.options = {**self.options, "filter": self.part["filter"]}
        return super().execute(context)


class DynamicsImportOperator(_FileOperator):
    """Writes the rows of a file to a table, each once ("Import Records"); returns how many were written, and more.

    A try goes on where the one before was stopped, and does nothing where that one was done and could not tell it
    any more. The task fails when more rows were refused than may be; the file that ``left_path`` names holds them
    then, to be mended and fed in again.

    Args:
        table: the rows' table.
        path: the file; a path that all workers see, or a URL.
        refused: how many rows may be refused, None for any number.
        options: further ones of the action, such as ``mode`` and ``key_columns``. ``journal`` is a folder that all
            workers see; by default the one with the file, or this worker's own cache for a URL.
        kwargs: as for `DynamicsOperator`.

    Raises:
        InputError: options do not fit.
    """

    runs = "import_records"
    writes = ("results_path", "left_path")
    defaults: ClassVar[Mapping[str, Any]] = {"keep_journal": True}

    def __init__(
        self, *, table: str, path: str, refused: int | None = 0, on_success_callback: Any = None, **kwargs: Any
    ) -> None:
        given = on_success_callback or []
        callbacks = [*(given if isinstance(given, (list, tuple)) else [given]), _forget_notes]
        super().__init__(table=table, path=path, on_success_callback=callbacks, **kwargs)
        self.refused = refused

    def execute(self, context: Context) -> Any:
        """Write the rows.

        Raises:
            OntegError: what went wrong; secrets are taken out.
            AirflowFailException: too many rows were refused; another try would end the same way.
        """
        self.options = {**self.options, "journal": self._journal(context)}
        output = super().execute(context)
        if self.refused is not None and output.get("failed", 0) > self.refused:
            self._fail(output)
        return output

    def forget(self) -> None:
        """Remove the notes of what is done: Airflow knows that the task has succeeded, and will not try it again."""
        from onteg_dynamics.dataverse.importing.journal import Journal

        folder = Path(self.options["journal"])
        if folder.is_dir():
            Journal(folder).remove()

    def _journal(self, context: Context) -> str:
        """A folder for this run of the task alone, the same for all its tries."""
        ti = context["ti"]
        mark = mark_of(ti.dag_id, ti.task_id, ti.run_id, ti.map_index)
        if folder := self.options.get("journal"):
            return str(Path(folder) / mark)
        path = self.options["path"]
        return f"{path}.{mark}.import" if "://" not in path else str(CACHE / mark)

    def _fail(self, output: Mapping[str, Any]) -> None:
        from airflow.sdk.exceptions import AirflowFailException

        for failure in output.get("failures", ()):
            self.log.error("Row %s: %s", failure["index"], failure["error"])
        counts = f"{output['failed']} rows of {output['table']} were refused, {output['done']} are in place."
        raise AirflowFailException(f"{counts} The refused ones are in {output['left_path']}: mend and import them.")


class DynamicsSyncOperator(_FileOperator):
    """Keeps a file in step with a table by change tracking ("Sync Table"); returns how many rows were written.

    The first run reads all rows, later ones what was created, changed and deleted since. Let only one run of the DAG
    be active at a time (``max_active_runs=1``).

    Args:
        table: one that tracks changes.
        path: the file; ``.parquet``, or ``.sqlite`` for several tables in one.
        options: further ones of the action, such as ``select``.
        kwargs: as for `DynamicsOperator`.

    Raises:
        InputError: options do not fit.
    """

    runs = "sync_table"
    writes = ("path",)


def _forget_notes(context: Context) -> None:
    task: Any = context["task"]
    task.forget()
