"""FetchXML: text → tree → SQL → rows."""

from __future__ import annotations

from onteg_dynamics.sandbox.query.fetchxml.parse import parse_fetch
from onteg_dynamics.sandbox.query.fetchxml.run import Wish, run_fetch
from onteg_dynamics.sandbox.query.fetchxml.tree import Fetch

__all__ = ["Fetch", "Wish", "parse_fetch", "run_fetch"]
