"""What a definition says of itself: when it was made and changed, and with which version of its solution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIRST_VERSION = "1.0.0.0"


def stamped(now: str | None = None) -> dict[str, Any]:
    """The stamps of a new definition; only columns tell their moments."""
    return {"IntroducedVersion": FIRST_VERSION, **({"CreatedOn": now, "ModifiedOn": now} if now else {})}


def restamped(before: Mapping[str, Any], now: str | None = None) -> dict[str, Any]:
    """The stamps of a definition that replaces another."""
    kept = {name: before[name] for name in ("CreatedOn", "IntroducedVersion") if name in before}
    return {**kept, **({"ModifiedOn": now} if now else {})}
