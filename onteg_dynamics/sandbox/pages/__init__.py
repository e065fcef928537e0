"""Pages for a person: the tables, their rows and the log of a running sandbox, to read in a browser."""

from __future__ import annotations

from onteg_dynamics.sandbox.pages.app import ENTRANCE, PAGES, create_pages

__all__ = ["ENTRANCE", "PAGES", "create_pages"]
