"""Connections that the page has told of. Their secrets stay here: the page gets a name for them, never a value."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.connection import connection_form
from onteg_dynamics.errors import InputError, Problem, SettingsError

__all__ = ["Desk", "Kept"]

MOST_KEPT = 64
HOME = ("endpoint_url", "authentication", "flows", "token_url", "client_id", "ca_bundle")
"""Settings that say where a secret goes. Where one of them changes, kept secrets are not used."""


@dataclass(frozen=True)
class Kept:
    """A connection that the page knows by a name.

    Attributes:
        name: what the page calls it.
        settings: all of them, secrets too.
    """

    name: str
    settings: Mapping[str, Any] = field(repr=False)

    @property
    def shown(self) -> dict[str, Any]:
        """The settings that are no secrets; what the form does not know might be one."""
        open_ones = connection_form().fields.keys() - secret_keys()
        return {key: value for key, value in self.settings.items() if key in open_ones}

    @property
    def hidden(self) -> list[str]:
        """The secrets that are filled in, by key."""
        return sorted(key for key in secret_keys() if self.settings.get(key))


@dataclass
class Desk:
    """Keeps connections while the server runs, in memory only; the oldest go when there are too many."""

    _kept: dict[str, Kept] = field(default_factory=dict, repr=False)

    def keep(self, settings: Mapping[str, Any]) -> Kept:
        """Keep the settings of a connection, by key or label, under a new name that cannot be guessed."""
        by_key = {connection_form().key(str(name)): value for name, value in settings.items()}
        kept = Kept(secrets.token_urlsafe(12), by_key)
        self._kept[kept.name] = kept
        for name in list(self._kept)[:-MOST_KEPT]:
            del self._kept[name]
        return kept

    def get(self, name: str) -> Kept:
        """The connection of this name.

        Raises:
            InputError: it is not known, as after a restart.
        """
        kept = self._kept.get(name)
        if kept is None:
            raise InputError("The server does not know this connection any more: test the connection again")
        return kept

    def complete(self, settings: Mapping[str, Any], name: str, keep: Iterable[str]) -> dict[str, Any]:
        """The settings of the page with the secrets that were kept for it.

        Args:
            settings: as the page has them.
            name: of the connection whose secrets to use, "" for none.
            keep: the secrets to use, by key; one that is typed anew is not replaced.

        Raises:
            SettingsError: a kept secret would go to another place than before.
        """
        missing = [key for key in keep if key in secret_keys() and not settings.get(key)]
        settings = {key: value.strip() if isinstance(value, str) else value for key, value in settings.items()}
        if not name or not missing:
            return settings
        kept = self.get(name).settings
        moved = [key for key in HOME if _plain(settings.get(key)) != _plain(kept.get(key))]
        if moved:
            raise SettingsError(tuple(_typed_again(key, moved[0]) for key in missing))
        return {**settings, **{key: kept[key] for key in missing if key in kept}}


def secret_keys() -> frozenset[str]:
    """The settings that are never shown again, by key."""
    return frozenset(key for key, field in connection_form().fields.items() if field.get("writeOnly"))


def _plain(value: Any) -> str:
    return str(value or "").strip()


def _typed_again(key: str, moved: str) -> Problem:
    label = connection_form().label
    message = f"must be typed again, since {label(moved)} has changed: a kept secret goes only where it went before"
    return Problem(key, label(key), message)
