"""The connection form's settings → `Connection`. Its repr shows no secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from onteg_dynamics.errors import Problem, SettingsError
from onteg_dynamics.manifest import own_manifest
from onteg_dynamics.secret import Secret
from onteg_dynamics.validation import Form

__all__ = ["Connection", "connection_form", "endpoint_origin"]

SECRETS = ("client_secret", "refresh_token", "certificate_private_key", "certificate_password", "token", "proxy")
NO_SECRET = Secret("")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_API_PATH = re.compile(r"/?(api(/data(/v\d+\.\d+)?)?)?/?", re.IGNORECASE)
_LOOKALIKES = ("make.powerapps.com", "admin.powerplatform.microsoft.com", "login.microsoftonline.com")


@dataclass(frozen=True)
class Connection:
    """The checked settings of one connection. Hashable: clients are kept by it.

    Attributes:
        name: Connection Name.
        endpoint_url: scheme and host of the environment, no slash at the end.
        authentication: ``OAuth``, ``Bearer``, ``Client Certificate``, ``Managed Identity`` or ``Workload Identity``.
        flows: ``Client Credentials`` or ``Authorization Code``; for OAuth only.
        token_url: where tokens come from; None for Bearer and Managed Identity.
        client_id: application id, None where there is none.
        client_secret: of the application.
        refresh_token: of the person that the application acts for, for Authorization Code.
        certificate_private_key: as typed: PEM text, PFX in base64, or a path.
        certificate_password: opens it.
        federated_token_file: path; None for the one that the environment names.
        scopes: as typed; empty for Endpoint URL + ``/.default``.
        token: a ready access token, for Bearer.
        api_version: ``9.0`` to ``9.2``.
        connect_timeout: seconds.
        read_timeout: seconds.
        ca_bundle: PEM file of certificate authorities to trust, None for the usual ones.
        proxy: URL of a proxy; may hold a password.
        impersonate: Entra object id of the user to act for, None for the application itself.
        concurrency: the most requests under way at a time; how many there are follows what the service recommends.
        retry_budget: seconds that a request may wait for its repeats in all.
    """

    name: str
    endpoint_url: str
    authentication: str
    flows: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_secret: Secret = NO_SECRET
    refresh_token: Secret = NO_SECRET
    certificate_private_key: Secret = NO_SECRET
    certificate_password: Secret = NO_SECRET
    federated_token_file: str | None = None
    scopes: tuple[str, ...] = ()
    token: Secret = NO_SECRET
    api_version: str = "9.2"
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    ca_bundle: str | None = None
    proxy: Secret = NO_SECRET
    impersonate: str | None = None
    concurrency: int = 52
    retry_budget: float = 300.0

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Connection:
        """Check the settings of a connection form and make a connection of them.

        Args:
            settings: by key (``endpoint_url``) or by label ("Endpoint URL"); all may be texts.

        Raises:
            SettingsError: holds everything that is wrong.
        """
        typed = connection_form().read(_stripped(settings))
        problems = [problem for check in _CHECKS for problem in check(typed)]
        if problems:
            raise SettingsError(tuple(problems))
        typed["endpoint_url"] = endpoint_origin(typed["endpoint_url"])
        typed["name"] = typed.pop("connection_name")
        typed["scopes"] = tuple(typed.get("scopes", ()))
        del typed["connector"]
        secrets: dict[str, Any] = {key: Secret(typed[key]) for key in SECRETS if key in typed}
        values: dict[str, Any] = {**typed, **secrets}
        return cls(**values)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown."""
        return tuple(secret.value for secret in (getattr(self, key) for key in SECRETS) if secret)


@lru_cache(maxsize=1)
def connection_form() -> Form:
    """The connection form, ready to check settings."""
    return Form(own_manifest().connection_schema, SettingsError, "setting")


def endpoint_origin(url: str) -> str:
    """Scheme and host of an Endpoint URL; a pasted ``/api/data/v9.2`` is cut.

    Raises:
        SettingsError: it cannot be the URL of an environment.
    """
    problems = _endpoint_problems({"endpoint_url": url})
    if problems:
        raise SettingsError(tuple(problems))
    parts = urlsplit(url.strip())
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def _stripped(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings are pasted: spaces and line ends around them mean nothing."""
    return {key: value.strip() if isinstance(value, str) else value for key, value in settings.items()}


def _endpoint_problems(settings: Mapping[str, Any]) -> list[Problem]:
    message = _endpoint_fault(str(settings["endpoint_url"]).strip())
    return [Problem("endpoint_url", "Endpoint URL", message)] if message else []


def _endpoint_fault(url: str) -> str:
    """What is wrong with an Endpoint URL, "" for nothing."""
    example = "such as https://yourorg.crm.dynamics.com"
    parts = _split(url)
    if parts is None:
        return f"is not a URL, {example}"
    if not parts.scheme or parts.scheme not in ("http", "https"):
        return f"must start with https://, {example}"
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return "must start with https://; the token would travel for all to read"
    if not parts.hostname or not re.fullmatch(r"[A-Za-z0-9.:-]+", parts.hostname):
        return f"has no valid host name; it is the address of the environment, {example}"
    if "@" in parts.netloc:
        return "must not contain a user name or password"
    return _endpoint_misfit(parts)


def _endpoint_misfit(parts: SplitResult) -> str:
    if parts.hostname in _LOOKALIKES or (parts.hostname or "").endswith(".powerappsportals.com"):
        return "is a page of Microsoft's, not the environment; see Settings > Developer resources > Web API endpoint"
    if parts.hostname and parts.hostname.endswith(".api.crm.dynamics.com") and parts.hostname.count(".") < 4:
        return "has no organisation in front of api.crm.dynamics.com"
    if not _API_PATH.fullmatch(parts.path) or parts.query or parts.fragment:
        return "must end after the host name; only /api/data/v9.2 may follow"
    return ""


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return None if re.search(r"[\s\\\x00-\x1f]", url) else parts


def _token_url_problems(settings: Mapping[str, Any]) -> list[Problem]:
    from onteg_dynamics.dataverse.authority import authority_of

    if "token_url" not in settings:
        return []
    try:
        authority_of(settings["token_url"])
    except SettingsError as exc:
        return list(exc.problems)
    return []


def _ca_bundle_problems(settings: Mapping[str, Any]) -> list[Problem]:
    path = settings.get("ca_bundle")
    if path is None or Path(path).is_file():
        return []
    return [Problem("ca_bundle", "CA Bundle", "there is no such file; it must be a PEM file on this machine")]


def _certificate_problems(settings: Mapping[str, Any]) -> list[Problem]:
    if "certificate_private_key" not in settings:
        return []
    from onteg_dynamics.dataverse.credentials import read_certificate

    try:
        read_certificate(settings["certificate_private_key"], settings.get("certificate_password", ""))
    except SettingsError as exc:
        return list(exc.problems)
    return []


_CHECKS: tuple[Callable[[Mapping[str, Any]], list[Problem]], ...] = (
    _endpoint_problems,
    _token_url_problems,
    _certificate_problems,
    _ca_bundle_problems,
)
