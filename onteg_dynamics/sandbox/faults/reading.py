"""Rules in the forms in which people and programs order them: words, objects, keyword arguments."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox.faults.rule import Rule, check


def read_rule(given: Rule | str | Mapping[str, Any], **members: Any) -> Rule:
    """A rule in any form.

    Args:
        given: A rule, an object with its attributes, or words: the kind, then ``name=value`` such as
            ``503 method=POST table=account nth=2 retry-after=3``.
        members: Attributes that are added or replaced.

    Raises:
        ValueError: An attribute is unknown, or a value does not fit.
    """
    if isinstance(given, Rule):
        return replace(given, **_typed(members)) if members else given
    found = _words(given) if isinstance(given, str) else dict(given)
    return Rule(**_typed({"kind": "", **found, **members}))


def _words(text: str) -> dict[str, Any]:
    kind, *rest = shlex.split(text) or [""]
    pairs = [word.partition("=") for word in rest]
    check(all(equals for _, equals, _ in pairs), f"After the kind come words like nth=2, not those of {text!r}.")
    return {"kind": kind, **{name: value for name, _, value in pairs}}


def _typed(members: Mapping[str, Any]) -> dict[str, Any]:
    return {(known := name.replace("-", "_")): _value(known, value) for name, value in members.items()}


def _value(name: str, value: Any) -> Any:
    check(name in _READERS, f"A fault has no {name!r}; it has: {', '.join(_READERS)}.")
    try:
        return _READERS[name](value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{value!r} is no value for {name}.") from error


def _text(value: Any) -> str:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise TypeError
    return str(value)


def _count(value: Any) -> int:
    if isinstance(value, (bool, float)):
        raise TypeError
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool) and value not in {"true", "false"}:
        raise ValueError
    return value in {True, "true"}


def _maybe_count(value: Any) -> int | None:
    return None if value is None else _count(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("kind", "method", "path", "table", "body", "code", "message", "retry_after"), _text),
    **dict.fromkeys(("probability", "seconds", "per_row", "keep"), _number),
    "nth": _maybe_count,
    "times": _maybe_count,
    "after": _truth,
}
