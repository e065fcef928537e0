"""The connection itself: Who Am I, Check Connection, Check Privileges, Send Request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from onteg_dynamics.actions.targets import table_of
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Finding, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.connection import Connection
    from onteg_dynamics.dataverse.client import Dataverse

Options = Mapping[str, Any]

READS = Annotations(read_only=True, idempotent=True)
# What the transport says itself; another value would break its own safety.
OWN_HEADERS = frozenset(
    {"authorization", "host", "content-length", "transfer-encoding", "connection", "cookie", "accept-encoding"}
)


def who_am_i(context: Context, _: Options) -> Outcome:
    """Tell which user the connection stands for."""
    ids = context.dataverse.who_am_i()
    return Outcome(
        {
            "user_id": ids["UserId"],
            "business_unit_id": ids["BusinessUnitId"],
            "organization_id": ids["OrganizationId"],
        }
    )


def check_connection(context: Context, options: Options) -> Outcome:
    """Look at everything a connection needs."""
    from onteg_dynamics.actions.doctor import examine

    tables, access = options.get("tables", ()), options.get("access") or ("Read",)
    findings = list(examine(context.connection, context.dataverse, tables, access))
    healthy = all(finding.passed is not False for finding in findings)
    return Outcome({"healthy": healthy, "findings": [vars(finding) for finding in findings]})


def check_privileges(context: Context, options: Options) -> Outcome:
    """Tell what a user may do with the rows of tables."""
    from onteg_dynamics.dataverse.privileges import ACCESS, privileges, who_acts
    from onteg_dynamics.dataverse.references import row_meant

    dataverse = context.dataverse
    users = dataverse.table("systemuser")
    user = row_meant(dataverse, users, options["user"], "user") if options.get("user") else who_acts(dataverse)
    wanted = {table_of(context, name, "tables"): options.get("access") or ACCESS for name in options["tables"]}
    found = [one for one in privileges(dataverse, user, wanted) if one.name]
    told = [
        {"table": one.table, "access": one.access, "privilege": one.name, "held": one.held, "reach": one.reach}
        for one in found
    ]
    missing = [one.name for one in found if not one.held]
    return Outcome({"user_id": user, "privileges": told, "missing": missing, "all_held": not missing})


def send_request(context: Context, options: Options) -> Outcome:
    """Send any request to the Web API."""
    from onteg_dynamics.dataverse.protocol import JSON_BODY, Repeat, Request, dumps

    method, path = options.get("method", "GET"), _below_root(options["path"].strip())
    body = dumps(options["body"]) if "body" in options else None
    headers = {**(JSON_BODY if body else {}), **_allowed(options.get("headers", {}))}
    # A write that we do not know is sent again only if it certainly was not carried out.
    repeat = Repeat.ALWAYS if method == "GET" else Repeat.UNSENT
    answer = context.dataverse.send(Request(method, path, body, headers, repeat))
    body_out = answer.data if not isinstance(answer.data, bytes) else answer.data.decode("latin-1")
    return Outcome({"status": answer.status, "headers": dict(answer.headers), "body": body_out})


def _below_root(path: str) -> str:
    segments = unquote(path.partition("?")[0]).replace("\\", "/").split("/")
    if {".", ".."} & set(segments):
        raise InputError((Problem("path", "Path", 'must not climb with ".." segments'),))
    return path


def _allowed(headers: Mapping[str, str]) -> Mapping[str, str]:
    problems = [
        Problem(f"headers.{name}", "Headers", "is set by the connector itself")
        for name in headers
        if name.lower() in OWN_HEADERS
    ]
    problems += [
        Problem(f"headers.{name}", "Headers", "must not contain a line break")
        for name, value in headers.items()
        if any(char in name + value for char in "\r\n\0")
    ]
    if problems:
        raise InputError(tuple(problems))
    return headers


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("who_am_i", who_am_i, READS),
        Action("check_connection", check_connection, READS),
        Action("check_privileges", check_privileges, READS),
        Action("send_request", send_request, Annotations(destructive=True)),
    )


@hookimpl
def onteg_test_connection(connection: Connection, dataverse: Dataverse) -> Iterable[Finding]:
    """The findings of Check Connection, as they are made."""
    from onteg_dynamics.actions.doctor import examine

    return examine(connection, dataverse, ())
