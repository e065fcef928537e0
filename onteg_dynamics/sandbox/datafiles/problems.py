"""What can be wrong with a data file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MOST_TOLD = 10


@dataclass(frozen=True)
class Problem:
    """One fault of a data file.

    Attributes:
        file: The file's name.
        line: Its line, counted from 1; 0 where the file as a whole is meant.
        column: The column of the table, or "" where no single one is meant.
        message: What is wrong and what to do.
    """

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{line}{column}: {self.message}"


class DataFileError(ValueError):
    """Data files that cannot be loaded; nothing of them was.

    Args:
        problems: Each fault with its place.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        told = [str(problem) for problem in self.problems[:_MOST_TOLD]]
        more = len(self.problems) - len(told)
        super().__init__("\n".join([*told, *([f"and {more} more."] if more else [])]))
