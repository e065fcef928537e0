"""Which definitions have changed since when, and which are gone ("Cache schema data")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.schema.keep import CHANGES
from onteg_dynamics.sandbox.world import World

_STAMP = re.compile(r"(?P<version>\d{1,12})!(?P<moment>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)")
_MOMENT = "%m/%d/%Y %H:%M:%S"
_KEPT_DAYS = 90


@dataclass(frozen=True)
class History:
    """What happened after a version: metadata ids of changed definitions, and of deleted ones by their kind."""

    changed: frozenset[str]
    deleted: dict[str, list[str]]


def stamp(world: World) -> str:
    """The version stamp of this moment: ``VERSION!MM/DD/YYYY HH:MM:SS``."""
    return f"{world.model.version}!{world.clock().strftime(_MOMENT)}"


def history_since(world: World, text: str) -> History:
    """What happened since a stamp was given out.

    Raises:
        Refusal: It is no stamp, is too old, or comes from another life of this environment.
    """
    version = _version(world, text)
    changed: dict[str, None] = {}
    deleted: dict[str, list[str]] = {}
    for name, body in world.store.notes(CHANGES):
        if int(name) <= version:
            continue
        for kind, identity, is_gone in orjson.loads(body)["items"]:
            if is_gone:
                changed.pop(identity, None)
                deleted.setdefault(kind, []).append(identity)
            else:
                changed[identity] = None
    return History(frozenset(changed), deleted)


def _version(world: World, text: str) -> int:
    match = _STAMP.fullmatch(text)
    if match is None:
        raise refusals.stamp_expired()
    version, given = int(match["version"]), _moment(match["moment"])
    if version > world.model.version or given < world.clock() - timedelta(days=_days(world)):
        raise refusals.stamp_expired()
    made = dict(world.store.notes(CHANGES)).get(f"{version:09d}")
    if made is not None and orjson.loads(made)["at"] > given.strftime("%Y-%m-%dT%H:%M:%SZ"):
        raise refusals.stamp_expired()  # a version of that number was made only later: the environment began anew
    return version


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, _MOMENT).replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise refusals.stamp_expired() from error


def _days(world: World) -> int:
    """How long changes are remembered: the organisation says so."""
    table = world.model.tables["organization"]
    if "expiresubscriptionsindays" not in table.columns:
        return _KEPT_DAYS
    row = world.store.first(table, {})
    return int((row or {}).get("expiresubscriptionsindays") or _KEPT_DAYS)
