"""Answers with gaps: ``{Name}`` is what the caller gave for a parameter, ``{entity.name}`` a column of the bound row.

A text that is one gap and nothing else becomes the value itself, with its type; ``{{`` and ``}}`` stand for braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_GAP = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """An answer with its gaps filled.

    Args:
        template: A value of JSON; texts in it may have gaps.
        values: What there is to fill in, by name.
    """
    if isinstance(template, list):
        return [filled(one, values) for one in template]
    if isinstance(template, dict):
        return {name: filled(one, values) for name, one in template.items()}
    if not isinstance(template, str):
        return template
    whole = _GAP.fullmatch(template)
    if whole is not None and whole[1]:
        return _value(whole[1], values)
    return _GAP.sub(lambda match: _text(match, values), template)


def gaps(template: Any) -> Iterator[str]:
    """The names that an answer's gaps ask for, without what stands behind their points."""
    if isinstance(template, list | dict):
        for one in template.values() if isinstance(template, dict) else template:
            yield from gaps(one)
    elif isinstance(template, str):
        yield from (match[1].partition(".")[0] for match in _GAP.finditer(template) if match[1])


def has_gaps(template: Any) -> bool:
    """True where an answer depends on the call."""
    return next(gaps(template), None) is not None


def _value(name: str, values: Mapping[str, Any]) -> Any:
    found: Any = values
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _text(match: re.Match[str], values: Mapping[str, Any]) -> str:
    if not match[1]:
        return match[0][0]
    value = _value(match[1], values)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
