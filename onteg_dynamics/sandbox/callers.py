"""Who sent a request, as far as its own words tell: for the log, never for a decision."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.world import World

_MAX_FIELDS = 100


def caller_of(headers: Mapping[str, str], form: bytes = b"") -> str:
    """The id that a request's token, or a token request's form, names; "" where it names none.

    Args:
        headers: Request headers by lowercase name, not masked.
        form: The body of a token request.

    Returns:
        An application's id, or the object id of a person.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        claims = _claims(token.strip())
        named = claims.get("oid") if "scp" in claims else claims.get("appid") or claims.get("azp")
        return str(named or "")
    return _client_id(form)


def caller_name(world: World, identity: str) -> str:
    """The full name of the user behind such an id; the id itself where there is none.

    Args:
        world: The sandbox.
        identity: What `caller_of` gave.
    """
    for column in ("applicationid", "azureactivedirectoryobjectid"):
        for user in world.store.select("systemuser", {column: identity.lower()}, ("fullname",), limit=1):
            return str(user["fullname"])
    return identity


def _claims(token: str) -> dict[str, Any]:
    """What stands in a token; whether it is genuine is not asked."""
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _client_id(form: bytes) -> str:
    try:
        return dict(parse_qsl(form.decode("latin-1"), max_num_fields=_MAX_FIELDS)).get("client_id", "")
    except ValueError:
        return ""
