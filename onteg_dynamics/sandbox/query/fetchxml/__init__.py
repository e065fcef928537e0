"""FetchXML: text → tree → SQL → rows."""

from __future__ import annotations

from onteg_dynamics.sandbox.query.fetchxml.parse import parse_fetch

__all__ = ["parse_fetch"]
