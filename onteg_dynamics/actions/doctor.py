"""What a connection needs, looked at one thing after the other: each finding passed, or what to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from onteg_dynamics.actions.endings import secret_ends
from onteg_dynamics.connection import Connection
from onteg_dynamics.dataverse.bearer import is_for, jwt_audiences
from onteg_dynamics.dataverse.client import Dataverse
from onteg_dynamics.dataverse.odata import query_string, row_path
from onteg_dynamics.dataverse.privileges import Privilege, privileges
from onteg_dynamics.dataverse.protocol import Answer, Request, moment_of
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import OntegError, PermissionDeniedError
from onteg_dynamics.hookspecs import Finding

__all__ = ["examine"]

MOST_SKEW = 300.0  # seconds; Entra allows clocks to differ by as much
FEW_REQUESTS = 600  # of 6,000 in five minutes
_ROLES = (
    "Give it one: Power Platform admin center > the environment > Settings > Application users > Edit security roles."
)
_OPTIONAL = ("User", "Security roles")  # rights that reading these needs, and flows do not


def examine(
    connection: Connection,
    dataverse: Dataverse,
    tables: Sequence[str],
    access: Sequence[str] = ("Read",),
    clock: Callable[[], float] = time.time,
) -> Iterator[Finding]:
    """Look at everything a connection needs, from the token outwards; stops where nothing further can be looked at.

    Args:
        connection: the settings.
        dataverse: the client at work for them.
        tables: each is looked at: what the user may do with its rows.
        access: of `privileges.ACCESS`: what the flow needs there.
        clock: seconds since the epoch.
    """
    return _Doctor(connection, dataverse, clock).examine(tables, access)


@dataclass
class _Doctor:
    connection: Connection
    dataverse: Dataverse
    clock: Callable[[], float]
    signed_in: Answer | None = field(default=None, repr=False)

    def examine(self, tables: Sequence[str], access: Sequence[str]) -> Iterator[Finding]:
        """The findings, as they are made."""
        for check, look in (("Token", self._token), ("Audience", self._audience), ("Sign-in", self._sign_in)):
            yield (finding := _look(check, look))
            if finding.passed is False:
                return
        yield _look("Clock", self._time)
        yield _look("API version", self._version)
        yield _look("User", self._user)
        yield _look("Security roles", self._roles)
        for table in tables:
            yield _look(f"Table {table}", lambda name=table: self._table(name, access))  # type: ignore[misc]
        yield _look("Limits", self._limits)
        yield _look("Secret", lambda: secret_ends(self.connection, self.clock()))

    def _token(self) -> Finding:
        token, by = self.dataverse.transport.tokens.token(), self.connection.token_url
        where = "the one given" if self.connection.authentication == "Bearer" else f"issued by {by or 'this machine'}"
        if token.expires_at is None:
            return _good(f"An access token is there, {where}.")
        until = datetime.fromtimestamp(token.expires_at, timezone.utc)
        return _good(f"An access token is there, {where}, valid until {until:%Y-%m-%d %H:%M} UTC.")

    def _audience(self) -> Finding:
        found = jwt_audiences(self.dataverse.transport.tokens.token().value)
        url = self.connection.endpoint_url
        if not found:
            return Finding("", None, "The token does not tell whom it is for.")
        if is_for(found, url):
            return _good(f"The token is for {url}.")
        return _bad("The token is for another resource than the Endpoint URL.", f"Set Scopes to {url}/.default.")

    def _sign_in(self) -> Finding:
        self.signed_in = self.dataverse.send(Request("GET", "WhoAmI"))
        return _good(f"{self.connection.endpoint_url} knows this application as user {self._user_id}.")

    @property
    def _user_id(self) -> str:
        return str(self.signed_in.data["UserId"]) if self.signed_in else ""

    def _time(self) -> Finding:
        theirs = moment_of(self.signed_in.headers.get("Date")) if self.signed_in else None
        if theirs is None:
            return Finding("", None, "The service does not tell its time.")
        skew = self.clock() - theirs
        if abs(skew) <= MOST_SKEW:
            return _good(f"This machine's clock and the service's differ by {abs(skew):.0f} s.")
        way = "ahead of" if skew > 0 else "behind"
        fix = "Set this machine's clock, by a time service (NTP): tokens are good for certain hours only."
        return _bad(f"This machine's clock is {abs(skew):.0f} s {way} the service's.", fix)

    def _version(self) -> Finding:
        version = self.dataverse.send(Request("GET", "RetrieveVersion()")).data["Version"]
        return _good(f"Web API {self.connection.api_version} of Dataverse {version} answers.")

    def _user(self) -> Finding:
        options = query_string({"$select": "fullname,applicationid"})
        row = self.dataverse.send(Request("GET", row_path("systemusers", self._user_id) + options)).data
        name, application = row.get("fullname") or "without a name", row.get("applicationid")
        if application:
            return _good(f"The application user is {name}, of application {application}.")
        return _good(f"The user is {name}.")

    def _roles(self) -> Finding:
        base = row_path("systemusers", self._user_id)
        own, teams = self.dataverse.fetch(
            [
                f"{base}/systemuserroles_association?$select=name",
                f"{base}/teammembership_association?$select=name&$expand=teamroles_association($select=name)",
            ]
        )
        lent = {role["name"] for team in teams["value"] for role in team.get("teamroles_association") or ()}
        names = sorted({role["name"] for role in own["value"]})
        if not names and not lent:
            return _bad("The user has no security role, neither its own nor by a team.", _ROLES)
        by_teams = f" By teams: {', '.join(sorted(lent))}." if lent else ""
        return _good(f"Roles: {', '.join(names) or 'none of its own'}.{by_teams}")

    def _table(self, name: str, access: Sequence[str]) -> Finding:
        table = self.dataverse.table(name)
        if "Read" in access:
            options = query_string({"$select": table.primary_id, "$top": "1"})
            self.dataverse.send(Request("GET", table.entity_set + options))
        try:
            found = privileges(self.dataverse, self._user_id, {table: access})
        except PermissionDeniedError:
            return _good(f"{table.label} ({table.name}) can be read; the roles may not be looked at.")
        return _rights(table, found)

    def _limits(self) -> Finding:
        limits = self.dataverse.call.usage.limits
        if limits is None or limits.requests_left is None:
            return Finding("", None, "The service does not tell what is left of its limits.")
        work = f" and {limits.seconds_left} s of work" if limits.seconds_left else ""
        hint = f"; it suggests {limits.parallelism_hint} requests at a time" if limits.parallelism_hint else ""
        told = f"{limits.requests_left} requests{work} are left in these five minutes{hint}."
        if limits.requests_left >= FEW_REQUESTS:
            return _good(told)
        return _bad(told, "Wait some minutes, lower Concurrency, or give other flows an application user of their own.")


def _rights(table: Table, found: Sequence[Privilege]) -> Finding:
    held = [f"{one.access} ({one.reach})" for one in found if one.held]
    lacking = [one for one in found if not one.held and one.name]
    told = f"{table.label} ({table.name}): {', '.join(held) or 'nothing'} may be done."
    if not lacking:
        return _good(told)
    names = ", ".join(one.name for one in lacking)
    missing = ", ".join(one.access for one in lacking)
    return _bad(f"{told} Not allowed: {missing}.", f"Add {names} to a security role of the user.")


def _look(check: str, look: Callable[[], Finding]) -> Finding:
    """What `look` finds, or the error it meets, as a finding of that check."""
    try:
        return replace(look(), check=check)
    except PermissionDeniedError as exc:
        return Finding(check, None if check in _OPTIONAL else False, exc.message, exc.details.fix or "")
    except OntegError as exc:
        return Finding(check, False, exc.message, exc.details.fix or "")  # noqa: FBT003


def _good(message: str) -> Finding:
    return Finding("", True, message)  # noqa: FBT003


def _bad(message: str, fix: str) -> Finding:
    return Finding("", False, message, fix)  # noqa: FBT003
