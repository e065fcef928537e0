"""The door of the Web API: from the ``Authorization`` header to the user who calls.

Follows "Authenticate to Dataverse with OAuth" and "Build web applications using server-to-server authentication".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.entra.origins import Origins
from onteg_dynamics.sandbox.entra.tokens import InvalidToken, Tokens
from onteg_dynamics.sandbox.people.principals import principal_of
from onteg_dynamics.sandbox.people.rights import rights_of
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import Caller

_MAX_KNOWN = 1024
_USER_COLUMNS = ("systemuserid", "businessunitid", "isdisabled")


@dataclass
class _Known:
    """A header that was let in before; the user is looked up again once the store has changed."""

    claims: Mapping[str, Any]
    caller: Caller
    changes: int


class Gate:
    """Reads request headers and returns the caller; reading a token again costs a look into a dict.

    Args:
        tokens: Reads tokens.
        store: Holds users and their roles.
        tenant: The tenant's id, for the challenge.
        origins: The sandbox's addresses, for the challenge.
    """

    def __init__(self, tokens: Tokens, store: Store, tenant: str, origins: Origins) -> None:
        self._tokens = tokens
        self._store = store
        self._tenant = tenant
        self._origins = origins
        self._known: dict[str, _Known] = {}

    def __call__(self, headers: Mapping[str, str]) -> Caller:
        """Who calls.

        Args:
            headers: Request headers by lowercase name.

        Raises:
            Refusal: 401 without a good token, 403 where its bearer is no user or has no role.
        """
        text = headers.get("authorization", "")
        known = self._known.get(text)
        if known is None or known.claims["exp"] <= self._tokens.clock():
            known = self._admit(text, headers)
        changes = self._store.db.total_changes
        if known.changes != changes:
            known.caller, known.changes = self._caller(known.claims), changes
        return known.caller

    def forget(self) -> None:
        """Forgets everyone who was let in; needed where the store's content was replaced from below."""
        self._known.clear()

    def _admit(self, text: str, headers: Mapping[str, str]) -> _Known:
        self._known.pop(text, None)
        claims = self._claims(text, headers)
        known = _Known(claims, self._caller(claims), self._store.db.total_changes)
        if len(self._known) >= _MAX_KNOWN:
            self._known.clear()
        self._known[text] = known
        return known

    def _claims(self, text: str, headers: Mapping[str, str]) -> dict[str, Any]:
        scheme, _, token = text.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise refusals.not_authenticated(self._challenge(headers))
        try:
            return self._tokens.read(token.strip())
        except InvalidToken as error:
            reason = f", error=invalid_token, error_description={error}"
            raise refusals.not_authenticated(self._challenge(headers) + reason) from error

    def _challenge(self, headers: Mapping[str, str]) -> str:
        origin = self._origins.of(headers)
        # The real service does not quote these values either.
        return f"Bearer authorization_uri={origin}/{self._tenant}/oauth2/authorize, resource_id={origin}/"

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        found = self._store.select("systemuser", _who(claims), _USER_COLUMNS, limit=1)
        if not found:
            raise refusals.not_a_member()
        user = found[0]
        if user["isdisabled"]:
            raise refusals.user_disabled(user["systemuserid"])
        principal = principal_of(self._store, "systemuser", user["systemuserid"], user["businessunitid"])
        if not principal.roles:
            raise refusals.no_roles(principal.id)
        return Caller(principal.id, principal.unit, rights=rights_of(self._store, principal))


def _who(claims: Mapping[str, Any]) -> dict[str, str]:
    """How the bearer is found: a person by object id, an application by its application id."""
    if "scp" in claims:
        return {"azureactivedirectoryobjectid": str(claims.get("oid", "")).lower()}
    return {"applicationid": str(claims.get("appid") or claims.get("azp") or "").lower()}
