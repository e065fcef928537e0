from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from onteg_dynamics.cli import show
from onteg_dynamics.cli.progress import shown_progress, words
from onteg_dynamics.dataverse.progress import Progress


@pytest.mark.parametrize(
    ("progress", "told"),
    [
        (Progress(12_000, 100_000, 1.5), "12,000 of 100,000 rows (12 %), 8,000 a second, 11 s left"),
        (Progress(12_000, None, 1.5), "12,000 rows, 8,000 a second"),
        (Progress(10, 100_000, 1.0), "10 of 100,000 rows (0 %), 10 a second, 2 h 46 min left"),
        (Progress(1000, 100_000, 1.0), "1,000 of 100,000 rows (1 %), 1,000 a second, 1 min 39 s left"),
    ],
)
def test_words(progress: Progress, told: str) -> None:
    assert words(progress) == told


def test_it_is_shown_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = StringIO()
    monkeypatch.setattr(show, "errors", Console(file=terminal, force_terminal=True, width=100))
    with shown_progress("export_records") as report:
        report(Progress(1, 2, 0.5))
    assert "export_records … 1 of 2 rows (50 %), 2 a second" in terminal.getvalue()


def test_nothing_is_shown_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    file = StringIO()
    monkeypatch.setattr(show, "errors", Console(file=file))
    with shown_progress("export_records") as report:
        report(Progress(1, 2, 0.5))
    assert file.getvalue().strip() == ""
