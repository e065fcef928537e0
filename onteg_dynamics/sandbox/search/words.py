"""Words as the index keeps them: without case and accents; and how far two words are apart."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """A text in small letters without accents."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).lower()


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    return [word for part in _WORD.findall(folded(text)) for word in part.split("_") if word]


def distance(one: str, other: str, most: int) -> int:
    """How many letters must be put in, taken out, changed or swapped; more than ``most`` is not counted out.

    Args:
        one: A word.
        other: Another word.
        most: Where counting ends.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, fellow in enumerate(other, 1):
            least = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != fellow))
            swapped = row > 1 < column and letter == other[column - 2] and one[row - 2] == fellow
            line.append(min(least, before[column - 2] + 1) if swapped else least)
        if min(line) > most:
            return most + 1
        before, above = above, line
    return above[-1]
