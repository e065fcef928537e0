"""Lengths and ranges of columns, checked before anything is sent."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.dataverse.tables import Column, Details

__all__ = ["check_bounds"]


def check_bounds(column: Column, details: Details, value: Any) -> None:
    """Make sure that a value fits what its column holds.

    Args:
        column: the column.
        details: its length and range.
        value: as it goes into the body.

    Raises:
        ValueError: a required column is cleared, a text is too long, a number out of range.
    """
    if value is None:
        if column.required == "SystemRequired":
            raise ValueError("this column is required and cannot be cleared")
        return
    if (
        details.max_length is not None
        and isinstance(value, str)
        and len(value.encode("utf-16-le")) // 2 > details.max_length
    ):
        raise ValueError(f"must be at most {details.max_length} characters long")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if details.minimum is not None and value < details.minimum:
            raise ValueError(f"must be at least {details.minimum:,}")
        if details.maximum is not None and value > details.maximum:
            raise ValueError(f"must be at most {details.maximum:,}")
