"""Rows in SQLite."""

from __future__ import annotations

from onteg_dynamics.sandbox.store.store import Store

__all__ = ["Store"]
