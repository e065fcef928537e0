"""Rows into files: Export Records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.languages import view_query
from onteg_dynamics.actions.reading import rows_wanted
from onteg_dynamics.actions.targets import table_of
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.exporting.export import Exported
    from onteg_dynamics.dataverse.exporting.sources import Source

Options = Mapping[str, Any]
_OF_A_TABLE = ("select", "filter", "conditions")


def export_records(context: Context, options: Options) -> Outcome:
    """Write the rows of a table, a saved view or a FetchXML query to a file."""
    from onteg_dynamics.dataverse.exporting.export import Export
    from onteg_dynamics.dataverse.exporting.target import format_of, open_target
    from onteg_dynamics.dataverse.queries import told_by_field

    path = options["path"].strip()
    source = _source(context, options)
    target = open_target(path, overwrite=options.get("overwrite", False))
    form = format_of(path, options.get("format"))
    parallel = min(options.get("parallel", 4), context.dataverse.transport.network.connections)
    if context.dataverse.call.rehearsal is not None:
        target.check()
        return Outcome()
    export = Export(context.dataverse, source, target, form, parallel, options.get("resume", True))
    texts = {name: options.get(name, "") for name in ("filter", "fetchxml")}
    with told_by_field(context.dataverse, texts):
        done = export.run()
    if done.why_one and options.get("parallel", 1) > 1:
        context.warn(f"Read in one stream: {done.why_one}.")
    return Outcome({"table": source.table.name, "path": target.shown, "format": form, **_told(done)})


def _told(done: Exported) -> dict[str, Any]:
    return {
        "rows": done.rows,
        "bytes": done.bytes,
        "columns": [{"name": one.name, "kind": one.kind, "type": one.type} for one in done.fields],
        "streams": done.streams,
        "why_one_stream": done.why_one or None,
        "resumed_rows": done.resumed,
        "started": datetime.fromtimestamp(done.started, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _source(context: Context, options: Options) -> Source:
    """The rows that the options name, in one of three ways.

    Raises:
        InputError: in none, or in several.
    """
    from onteg_dynamics.dataverse.exporting.sources import FetchSource, table_source
    from onteg_dynamics.dataverse.fetchxml import FetchQuery
    from onteg_dynamics.dataverse.queries import LARGEST_PAGE

    dataverse = context.dataverse
    _refuse_mixtures(options)
    labels, size = options.get("labels", False), options.get("page_size", LARGEST_PAGE)
    if options.get("fetchxml"):
        query = FetchQuery(options["fetchxml"], size, labels=labels)
        return FetchSource(query, table_of(context, query.table, "fetchxml"))
    table = dataverse.table(options["table"])
    if options.get("view"):
        found = view_query(context, options)[1]
        return FetchSource(replace(found, page_size=size), table)
    condition = rows_wanted(context, options, table)
    return table_source(dataverse, table, options.get("select", ()), condition, labels=labels, page_size=size)


def _refuse_mixtures(options: Options) -> None:
    problems = []
    if not options.get("table") and not options.get("fetchxml"):
        problems.append(Problem("table", "", "is required when FetchXML is empty"))
    named = "fetchxml" if options.get("fetchxml") else "view" if options.get("view") else ""
    others = [*_OF_A_TABLE, *(("table", "view") if named == "fetchxml" else ())]
    if named:
        says = "FetchXML" if named == "fetchxml" else "the view"
        problems += [Problem(one, "", f"must be empty: {says} tells it") for one in others if options.get(one)]
    if problems:
        raise InputError(tuple(problems))


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (Action("export_records", export_records, Annotations(destructive=True, idempotent=True)),)
