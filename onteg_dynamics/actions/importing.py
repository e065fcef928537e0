"""Files and rows of earlier steps into tables: Import Records."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.writing import counts, job_of
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.bulk.job import Job, Mode, Result
    from onteg_dynamics.dataverse.exporting.target import Target
    from onteg_dynamics.dataverse.importing.run import Imported, Reports
    from onteg_dynamics.dataverse.importing.sources import Source

Options = Mapping[str, Any]
_MODES: Mapping[str, Mode] = {"Create": "create", "Update": "update", "Upsert": "upsert", "Delete": "delete"}


def import_records(context: Context, options: Options) -> Outcome:
    """Write the rows of a file or of an earlier step to a table, each exactly once."""
    from onteg_dynamics.dataverse.definitions import check_key
    from onteg_dynamics.dataverse.importing.mapping import Mapper
    from onteg_dynamics.dataverse.importing.run import Import

    _refuse_mixtures(options)
    mode = options.get("mode", "Create")
    job = job_of(context, {"on_error": "Go On", **options}, _MODES[mode])
    if job.key_columns and not job.table.is_elastic:  # else every row would be refused by itself
        check_key(context.dataverse, job.table, job.key_columns)
    source = _source(options)
    mapper = Mapper(context.dataverse, job, options.get("columns", {}), options.get("empty_cells") == "Clear")
    reports = _reports(options)
    work = Import(context.dataverse, job, source, mapper, _journal(context, options, job), reports)
    work.resume = options.get("resume", True)
    work.keep_journal = options.get("keep_journal", False)
    if context.dataverse.call.rehearsal is not None:
        return _rehearsed(context, work.rehearse())
    done = work.run()
    if not done.complete:
        how = "give the rows in left to it" if work.journal is None else "run the same import again"
        context.warn(f"The budget is used up before all rows were tried; {how} to go on.")
    return Outcome({"table": job.table.name, "mode": mode, **_told(done, reports)})


def _told(done: Imported, reports: Reports) -> dict[str, Any]:
    def place(target: Target | None, *, written: bool) -> str | None:
        return target.shown if target is not None and written else None

    return {
        **counts(done.outcomes),
        "complete": done.complete,
        "resumed_rows": done.resumed,
        "results": list(done.results),
        "results_path": place(reports.results, written=done.has_results_file),
        "failures": list(done.failures),
        "left": list(done.left),
        "left_path": place(reports.left, written=done.has_left_file),
    }


def _rehearsed(context: Context, refused: Sequence[Result]) -> Outcome:
    for result in refused[:20]:
        context.warn(f"Row {result.index} does not fit: {result.error}")
    return Outcome()


def _refuse_mixtures(options: Options) -> None:
    given = [name for name in ("path", "rows") if options.get(name)]
    if len(given) != 1:
        message = "is required when Rows is empty" if not given else "must be empty when Rows is given"
        raise InputError((Problem("path", "", message),))


def _source(options: Options) -> Source:
    from onteg_dynamics.dataverse.exporting.target import format_of
    from onteg_dynamics.dataverse.importing.sources import ListSource, open_source

    if options.get("rows"):
        return ListSource(options["rows"])
    path = options["path"].strip()
    form = format_of(path, options.get("format"))
    return open_source(path, form, options.get("delimiter"), options.get("encoding"))


def _reports(options: Options) -> Reports:
    """Where results go: where the options say, or beside the file."""
    from onteg_dynamics.dataverse.exporting.target import format_of
    from onteg_dynamics.dataverse.importing.run import Reports

    results, left = options.get("results_path"), options.get("left_path")
    form = format_of(results, None) if results else "JSON Lines"
    if form == "Parquet":
        raise InputError((Problem("results_path", "", "is written as CSV or JSON Lines: end its name so"),))
    return Reports(_target(results, options, ".results.jsonl"), bool(results), form, _target(left, options, ".left"))


def _target(path: str | None, options: Options, ending: str) -> Target | None:
    from onteg_dynamics.dataverse.exporting.target import open_target

    if path:
        return open_target(path.strip(), overwrite=True)
    file = _beside(options)
    if file is None:
        return None
    name = f"{file.name}{ending}" if ending.count(".") > 1 else f"{file.stem}{ending}{file.suffix}"
    return open_target(str(file.with_name(name)), overwrite=True)


def _beside(options: Options) -> Path | None:
    """The file whose folder may be written to; None where rows come from elsewhere."""
    from onteg_dynamics.dataverse.urls import is_url

    path = (options.get("path") or "").strip()
    if not path or is_url(path):
        return None
    file = Path(path).expanduser().absolute()
    return file if os.access(file.parent, os.W_OK) else None


def _journal(context: Context, options: Options, job: Job) -> Path | None:
    """The folder with the notes: where the options say, else beside the file, else in this user's cache."""
    import hashlib

    if options.get("journal"):
        return Path(options["journal"].strip()).expanduser().absolute()
    if not options.get("path"):
        return None
    what = f"{context.dataverse.transport.root} {job.table.name} {job.mode} {options['path'].strip()}"
    mark = hashlib.sha256(what.encode()).hexdigest()
    file = _beside(options)
    if file is None:
        return Path.home() / ".cache" / "onteg-dynamics" / "imports" / mark[:32]
    return file.with_name(f"{file.name}.{mark[:8]}.import")


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (Action("import_records", import_records, Annotations(destructive=True)),)
