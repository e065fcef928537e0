"""The figures as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measured import Measured
from benchmarks.works import OURS, Work

__all__ = ["draw"]


def draw(works: Sequence[Work], results: Mapping[str, Mapping[str, Measured]], path: Path) -> None:
    """The medians as bars, ours as 1. Who did not do all of the work is left out.

    Args:
        works: that were done; those with one contestant are not drawn.
        results: by work and contestant.
        path: of the PNG file.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    shown = [work for work in works if len(_known(work, results.get(work.name, {}))) > 1]
    sizes = [len(_known(work, results[work.name])) for work in shown]
    figure, axes = plt.subplots(
        len(shown),
        1,
        figsize=(9, 0.75 * len(shown) + 0.28 * sum(sizes)),
        squeeze=False,
        gridspec_kw={"height_ratios": sizes},
    )
    for axis, work in zip(axes[:, 0], shown, strict=True):
        _bars(axis, work, _known(work, results[work.name]))
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def _known(work: Work, measured: Mapping[str, Measured]) -> dict[str, float]:
    """By contestant the median, as a multiple of ours."""
    whole = {name: one.median for name, one in measured.items() if one.seconds and one.rows == work.expected}
    ours = whole.get(OURS.name)
    return {name: seconds / ours for name, seconds in whole.items()} if ours else {}


def _bars(axis: Any, work: Work, known: Mapping[str, float]) -> None:
    colours = ["#0b6a9f" if name == OURS.name else "#b5bcc4" for name in known]
    bars = axis.barh(list(known), list(known.values()), color=colours)
    axis.bar_label(bars, fmt="%.2f", padding=3)
    axis.set_title(f"{work.title} (time, ours = 1)", fontsize=9, loc="left")
    axis.tick_params(labelsize=8)
    axis.invert_yaxis()
    axis.set_xticks([])
    axis.spines[["top", "right", "bottom"]].set_visible(False)
