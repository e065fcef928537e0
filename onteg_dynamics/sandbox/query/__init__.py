"""Queries: OData options → a query as data → SQL → pages of rows."""

from __future__ import annotations

from onteg_dynamics.sandbox.query.options import parse_query
from onteg_dynamics.sandbox.query.query import Base, Expand, Page, Query, Row
from onteg_dynamics.sandbox.query.run import fetch_row, run_query

__all__ = ["Base", "Expand", "Page", "Query", "Row", "fetch_row", "parse_query", "run_query"]
