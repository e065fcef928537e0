"""What a person's sign-in is for: scopes → a resource, permissions and the tokens that come along.

Follows "Scopes and permissions in the Microsoft identity platform" and "Authenticate to Dataverse with OAuth".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from onteg_dynamics.sandbox.entra import denials, sign_in_denials
from onteg_dynamics.sandbox.entra.directory import MICROSOFT_RESOURCES, TENANT_NAME, Registration
from onteg_dynamics.sandbox.entra.origins import Origins

PERMISSION = "user_impersonation"
_GRAPH = "https://graph.microsoft.com"
_DEFAULT = ".default"
_OPENID = frozenset({"openid", "profile", "email", "offline_access"})


@dataclass(frozen=True)
class Wish:
    """What a sign-in is for.

    Attributes:
        resource: The resource identifier, as the client writes it.
        scopes: The permissions asked for, whole.
        openid: True where an id token comes along.
        offline: True where a refresh token comes along.
    """

    resource: str
    scopes: tuple[str, ...]
    openid: bool
    offline: bool

    @property
    def granted(self) -> str:
        """The ``scope`` of the answer: the permission by name, and ``.default`` where it was asked for."""
        return " ".join(dict.fromkeys((f"{self.resource}/{self.permission}", *self.scopes)))

    @property
    def permission(self) -> str:
        """The ``scp`` of the token."""
        return "User.Read" if self.resource == _GRAPH else PERMISSION


def known_resource(resource: str, origins: Origins) -> bool:
    """True where the tenant has a resource of that identifier: the environment, or one of Microsoft's own."""
    return resource.lower() in origins.resources or resource.lower().rstrip("/") in MICROSOFT_RESOURCES


def read_wish(fields: Mapping[str, str], application: Registration, origins: Origins, *, version: int) -> Wish:
    """What a request's ``scope`` (version 2.0) or ``resource`` (version 1.0) asks for.

    Args:
        fields: The request's fields.
        application: Who asks.
        origins: The sandbox's addresses; they are the environment's resource identifiers.
        version: 1 or 2.

    Raises:
        Denial: The resource or a permission is not known, or several resources are asked for.
    """
    if version == 1:
        resource = fields.get("resource", "").strip() or _GRAPH
        _check_resource(resource, origins)
        return Wish(resource, (), openid=True, offline=True)
    words = fields.get("scope", "").split()
    if not words:
        raise denials.missing_parameter("scope")
    return _of_scopes(words, application, origins)


def _of_scopes(words: list[str], application: Registration, origins: Origins) -> Wish:
    asked = [word for word in words if word.lower() not in _OPENID]
    lowered = {word.lower() for word in words}
    split = [_split(word) for word in asked]
    resources = list(dict.fromkeys(resource for resource, _ in split)) or [_GRAPH]
    if len(resources) > 1:
        raise sign_in_denials.several_resources(" ".join(words))
    _check_resource(resources[0], origins)
    for _, permission in split:
        if resources[0] != _GRAPH and permission not in {PERMISSION, _DEFAULT}:
            raise sign_in_denials.unknown_permission(application.name, permission, resources[0])
    return Wish(resources[0], tuple(asked), openid="openid" in lowered, offline="offline_access" in lowered)


def _split(word: str) -> tuple[str, str]:
    """Resource and permission; a bare permission is one of Microsoft Graph's."""
    resource, slash, permission = word.rpartition("/")
    return (resource, permission) if slash else (_GRAPH, permission)


def _check_resource(resource: str, origins: Origins) -> None:
    if not known_resource(resource, origins):
        raise denials.unknown_resource(resource, TENANT_NAME)
