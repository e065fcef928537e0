"""The figures as tables in Markdown and as JSON."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.measured import Measured
from benchmarks.works import OURS, Work

__all__ = ["as_json", "markdown"]

Results = Mapping[str, Mapping[str, Measured]]
_HEAD = (
    "| | median s | spread s | beside ours | processor s | peak MB | calls | 429 |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def markdown(works: Iterable[Work], results: Results) -> str:
    """What is aimed at and what was found; then for each work who took how long.

    Args:
        works: that were done.
        results: by work and contestant.
    """
    done = [work for work in works if work.name in results]
    return "\n\n".join([_aims(done, results), *(_section(work, results[work.name]) for work in done)])


def _aims(works: Iterable[Work], results: Results) -> str:
    lines = [line for work in works for line in _reached(work, results[work.name])]
    return "\n".join(["| work | aim | found | |", "| --- | --- | --- | --- |", *lines])


def _reached(work: Work, measured: Mapping[str, Measured]) -> Iterable[str]:
    ours = measured[OURS.name]
    for aim in work.aims:
        found = aim.found(ours, measured) if ours.seconds else None
        told = "not measured | " if found is None else f"{found[0]:.3g} | {'reached' if found[1] else '**missed**'}"
        yield f"| {work.title} | {aim} | {told} |"


def _section(work: Work, measured: Mapping[str, Measured]) -> str:
    lines = [_line(work, name, one, measured[OURS.name]) for name, one in measured.items()]
    return "\n".join([f"### {work.title}", "", _HEAD, *lines])


def _line(work: Work, name: str, one: Measured, ours: Measured) -> str:
    if not one.seconds:
        return f"| {name} | fails: {one.error} | | | | | | |"
    spread = f"{min(one.seconds):.3f} to {max(one.seconds):.3f}"
    ratio = f"{one.median / ours.median:.2f}" if ours.seconds else ""
    short = "" if one.rows == work.expected else f" ({one.rows:,} of {work.expected:,} rows)"
    rest = f"{statistics.median(one.processor):.3f} | {one.peak:.0f} | {one.calls} | {one.refused}"
    return f"| {name}{short} | {one.median:.3f} | {spread} | {ratio} | {rest} |"


def as_json(results: Results) -> dict[str, Any]:
    """All figures, for machines."""
    machine = {"python": platform.python_version(), "system": platform.system(), "processors": os.cpu_count()}
    works = {work: {name: one.as_dict() for name, one in measured.items()} for work, measured in results.items()}
    return {"machine": machine, "works": works}
