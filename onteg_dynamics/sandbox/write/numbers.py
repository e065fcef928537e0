"""Autonumber columns: ``CAS-{SEQNUM:5}-{RANDSTRING:6}`` → ``CAS-01000-K3ZQ8B`` ("Create autonumber columns")."""

from __future__ import annotations

import re
import string
from datetime import datetime
from hashlib import sha256

from onteg_dynamics.sandbox.model import Column, Table
from onteg_dynamics.sandbox.world import World

_FIRST = 1000
_PLACE = re.compile(r"\{(?P<kind>SEQNUM|RANDSTRING|DATETIMEUTC):(?P<argument>[^}]*)\}")
_LETTERS = string.digits + string.ascii_uppercase
_MOMENT = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S"}


def next_number(world: World, table: Table, column: str, pattern: str) -> str:
    """The next value of an autonumber column; a refused create leaves no gap here, unlike in the real service."""
    name = f"{table.logical_name}.{column}"
    number = _next(world, name)

    def place(match: re.Match[str]) -> str:
        argument = match["argument"]
        if match["kind"] == "SEQNUM":
            return f"{number:0{int(argument)}d}"
        if match["kind"] == "RANDSTRING":
            return _letters(f"{name}/{number}", int(argument))
        return _moment(world.clock(), argument)

    return _PLACE.sub(place, pattern)


def forget_numbers(world: World, column: Column) -> None:
    """A column that is going leaves no count behind."""
    world.store.note("counter", f"{column.table}.{column.logical_name}", None)


def _next(world: World, name: str) -> int:
    kept = dict(world.store.notes("counter")).get(name)
    number = _FIRST if kept is None else int(kept) + 1
    world.store.note("counter", name, str(number).encode())
    return number


def _letters(seed: str, count: int) -> str:
    """Looks random, and is the same in every run."""
    digest = sha256(seed.encode()).digest()
    return "".join(_LETTERS[digest[position % len(digest)] % len(_LETTERS)] for position in range(count))


def _moment(now: datetime, pattern: str) -> str:
    pattern = pattern.replace("%", "%%")
    for theirs, ours in _MOMENT.items():
        pattern = pattern.replace(theirs, ours)
    return now.strftime(pattern)
