"""What a connection needs, looked at one thing after the other: each finding passed, or what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone

from onteg_dynamics.connection import Connection
from onteg_dynamics.dataverse.client import Dataverse
from onteg_dynamics.dataverse.odata import query_string, row_path
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.errors import OntegError, PermissionDeniedError
from onteg_dynamics.hookspecs import Finding

__all__ = ["examine"]


def examine(connection: Connection, dataverse: Dataverse, tables: Sequence[str]) -> Iterator[Finding]:
    """Look at everything a connection needs, from the token outwards; stops where nothing further can be looked at.

    Args:
        connection: the settings.
        dataverse: the client at work for them.
        tables: each is read, one row of it.
    """
    yield (token := _look("Token", lambda: _token(connection, dataverse)))
    if not token.passed:
        return
    user_id = ""

    def sign_in() -> str:
        nonlocal user_id
        user_id = dataverse.who_am_i()["UserId"]
        return f"{connection.endpoint_url} knows this application as user {user_id}."

    yield (signed_in := _look("Sign-in", sign_in))
    if not signed_in.passed:
        return
    yield _look("API version", lambda: _version(connection, dataverse))
    yield _look("User", lambda: _user(dataverse, user_id))
    yield _look("Security roles", lambda: _roles(dataverse, user_id))
    for table in tables:
        yield _look(f"Table {table}", lambda name=table: _table(dataverse, name))  # type: ignore[misc]


def _look(check: str, look: Callable[[], str]) -> Finding:
    """What `look` says, or the error it meets, as a finding."""
    try:
        return Finding(check, True, look())  # noqa: FBT003
    except PermissionDeniedError as exc:
        unknown = check in ("User", "Security roles")  # rights that reading these needs, and flows do not
        passed = None if unknown else False
        return Finding(check, passed, exc.message, exc.details.fix or "")
    except OntegError as exc:
        return Finding(check, False, exc.message, exc.details.fix or "")  # noqa: FBT003


def _token(connection: Connection, dataverse: Dataverse) -> str:
    token = dataverse.transport.tokens.token()
    where = "the one given" if connection.authentication == "Bearer" else f"issued by {connection.token_url}"
    if token.expires_at is None:
        return f"An access token is there, {where}."
    until = datetime.fromtimestamp(token.expires_at, timezone.utc)
    return f"An access token is there, {where}, valid until {until:%Y-%m-%d %H:%M} UTC."


def _version(connection: Connection, dataverse: Dataverse) -> str:
    version = dataverse.send(Request("GET", "RetrieveVersion()")).data["Version"]
    return f"Web API {connection.api_version} of Dataverse {version} answers."


def _user(dataverse: Dataverse, user_id: str) -> str:
    path = row_path("systemusers", user_id) + query_string({"$select": "fullname,isdisabled"})
    row = dataverse.send(Request("GET", path)).data
    state = ", but disabled" if row.get("isdisabled") else ""
    return f"The application user is {row.get('fullname') or 'without a name'}{state}."


def _roles(dataverse: Dataverse, user_id: str) -> str:
    path = row_path("systemusers", user_id) + "/systemuserroles_association" + query_string({"$select": "name"})
    names = sorted(role["name"] for role in dataverse.send(Request("GET", path)).data["value"])
    return f"Roles: {', '.join(names)}." if names else "No role of its own; roles may come from a team."


def _table(dataverse: Dataverse, name: str) -> str:
    table = dataverse.table(name)
    options = {"$select": table.primary_id, "$top": "1"}
    dataverse.send(Request("GET", table.entity_set + query_string(options)))
    return f"{table.label} ({table.name}) can be read."
