"""Finds the plugins that other distributions bring.

`importlib.metadata` finds them, but to import it takes longer than all the rest of loading. So it is asked only where a
look into the folders that it would search shows that there is something to find.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["entry_points"]


def entry_points(group: str, *, but: str) -> Iterable[EntryPoint]:
    """The entry points of a group.

    Args:
        group: its name.
        but: the value of the one that is known already, and may be missing.
    """
    if not (_has_other_finders() or any(_may_have(Path(one), group.encode(), but.encode()) for one in sys.path)):
        return ()
    from importlib import metadata

    return metadata.entry_points(group=group)


def _has_other_finders() -> bool:
    """Whether distributions may come from elsewhere than folders and archives."""
    from importlib.machinery import PathFinder

    return any(finder is not PathFinder and hasattr(finder, "find_distributions") for finder in sys.meta_path)


def _may_have(folder: Path, group: bytes, but: bytes) -> bool:
    """Whether a folder has such entry points; an archive may have."""
    try:
        return any(group in text and but not in text for text in _entry_points_files(folder))
    except OSError:
        return folder.is_file()


def _entry_points_files(folder: Path) -> Iterator[bytes]:
    for info in folder.iterdir():
        if info.name.lower().endswith((".dist-info", "egg-info")):
            with suppress(OSError):  # most have none
                yield (info / "entry_points.txt").read_bytes()
