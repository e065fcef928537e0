"""The figures as a table in Markdown, as a chart, and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.runner import Measured
from benchmarks.works import OURS, Aim, Work

__all__ = ["as_json", "chart", "markdown"]

Results = Mapping[str, Mapping[str, Measured]]


def markdown(works: Iterable[Work], results: Results) -> str:
    """A table for each work: who took how long, how that compares, how much memory; and the aims.

    Args:
        works: that were done.
        results: by work and contestant.
    """
    return "\n\n".join(_section(work, results[work.name]) for work in works if work.name in results)


def _section(work: Work, measured: Mapping[str, Measured]) -> str:
    head = (
        "| | median s | spread s | beside ours | peak MB | calls | 429 |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    lines = [_line(work, name, one, measured[OURS]) for name, one in measured.items()]
    aims = [f"- {aim}: {_reached(aim, measured)}" for aim in work.aims]
    return "\n".join([f"### {work.title}", "", head, *lines, *([""] if aims else []), *aims])


def _line(work: Work, name: str, one: Measured, ours: Measured) -> str:
    if not one.seconds:
        return f"| {name} | fails: {one.error} | | | | | |"
    middle = statistics.median(one.seconds)
    spread = f"{min(one.seconds):.3f} to {max(one.seconds):.3f}"
    ratio = middle / statistics.median(ours.seconds) if ours.seconds else float("nan")
    short = "" if one.rows == work.expected else f" ({one.rows:,} of {work.expected:,} rows)"
    return f"| {name}{short} | {middle:.3f} | {spread} | {ratio:.2f} | {one.peak:.0f} | {one.calls} | {one.refused} |"


def _reached(aim: Aim, measured: Mapping[str, Measured]) -> str:
    """Whether an aim was reached, and by how much or not."""
    ours = measured[OURS].seconds
    peers = [statistics.median(measured[name].seconds) for name in aim.peers if measured[name].seconds]
    if not ours or not peers:
        return "not measured"
    ratio = min(peers) / statistics.median(ours)
    found = 1 / ratio if aim.most else ratio
    good = found <= aim.times if aim.most else found >= aim.times
    return f"**{found:.2f}**, {'reached' if good else 'missed'}"


def as_json(results: Results) -> dict[str, Any]:
    """All figures, for machines."""
    return {work: {name: vars(one) for name, one in measured.items()} for work, measured in results.items()}


def chart(works: Sequence[Work], results: Results, path: Path) -> None:
    """The medians as bars, ours as 1.

    Args:
        works: that were done.
        results: by work and contestant.
        path: of the picture.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    shown = [work for work in works if results.get(work.name, {}).get(OURS, Measured()).seconds]
    figure, axes = plt.subplots(len(shown), 1, figsize=(9, 1.9 * len(shown)), squeeze=False)
    for axis, work in zip(axes[:, 0], shown, strict=True):
        _bars(axis, work, results[work.name])
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def _bars(axis: Any, work: Work, measured: Mapping[str, Measured]) -> None:
    ours = statistics.median(measured[OURS].seconds)
    known = {name: statistics.median(one.seconds) / ours for name, one in measured.items() if one.seconds}
    colours = ["#0b6a9f" if name == OURS else "#b5bcc4" for name in known]
    bars = axis.barh(list(known), list(known.values()), color=colours)
    axis.bar_label(bars, fmt="%.2f", padding=3)
    axis.set_title(f"{work.title} (time, ours = 1)", fontsize=9, loc="left")
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
