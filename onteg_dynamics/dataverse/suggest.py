"""Names that may be meant by a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["suggest"]


def suggest(name: str, known: Iterable[str], most: int = 3) -> str:
    """``Did you mean "x" or "y"?`` for a misspelt name, "" when nothing is near. Case does not count.

    Args:
        name: as it was written.
        known: the names there are.
        most: how many to suggest.
    """
    import difflib

    by_lower = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=most, cutoff=0.6)
    quoted = " or ".join(f'"{by_lower[match]}"' for match in near)
    return f"Did you mean {quoted}?" if near else ""
