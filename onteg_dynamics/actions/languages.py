"""Queries in other words: Query with FetchXML, Run Saved View, Run SQL Query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.reading import read_out
from onteg_dynamics.actions.targets import table_of
from onteg_dynamics.errors import Problem, UnknownNameError
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.fetchxml import FetchQuery

Options = Mapping[str, Any]
READS = Annotations(read_only=True, idempotent=True, paginates=True)
_LARGEST_PAGE = 5000


def query_with_fetchxml(context: Context, options: Options) -> Outcome:
    """Run a FetchXML query, all pages of it."""
    query = _fetch(options, options["fetchxml"])
    table = table_of(context, query.table, "fetchxml")
    return read_out(context, options, query, {"table": table.name})


def run_saved_view(context: Context, options: Options) -> Outcome:
    """Run a system or personal view by name or id."""
    name, query = view_query(context, options)
    return read_out(context, options, query, {"table": context.dataverse.table(options["table"]).name, "view": name})


def view_query(context: Context, options: Options) -> tuple[str, FetchQuery]:
    """The view that the options name: its name and its query.

    Raises:
        UnknownNameError: there is none, or there are several of that name.
    """
    from onteg_dynamics.dataverse.definitions import view_text, views
    from onteg_dynamics.dataverse.suggest import suggest

    dataverse = context.dataverse
    table = dataverse.table(options["table"])
    known = views(dataverse, table)
    wanted = options["view"].strip().strip("{}").casefold()
    found = [view for view in known if wanted in {view["id"], view["name"].casefold()}]
    if len(found) != 1:
        hint = suggest(options["view"], [view["name"] for view in known])
        several = "several views have this name; give the view's id"
        message = several if found else f"{table.name} has no such view. {hint}".strip()
        raise UnknownNameError((Problem("view", "", message),))
    return found[0]["name"], _fetch(options, view_text(dataverse, found[0]))


def run_sql_query(context: Context, options: Options) -> Outcome:
    """Run a SELECT, all pages of it."""
    from onteg_dynamics.dataverse.sql import SqlQuery

    table = context.dataverse.table(options["table"])
    page_size = options.get("page_size", _LARGEST_PAGE)
    return read_out(
        context, options, SqlQuery(table, options["sql"], page_size, options.get("top")), {"table": table.name}
    )


def _fetch(options: Options, text: str) -> FetchQuery:
    from onteg_dynamics.dataverse.fetchxml import FetchQuery

    page_size = options.get("page_size", _LARGEST_PAGE)
    return FetchQuery(text, page_size, options.get("top"), options.get("labels", False))


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("query_with_fetchxml", query_with_fetchxml, READS),
        Action("run_saved_view", run_saved_view, READS),
        Action("run_sql_query", run_sql_query, READS),
    )
