"""SQL: text → the tree that FetchXML has too, which is all that the service understands of it."""

from __future__ import annotations

from onteg_dynamics.sandbox.query.tsql.read import parse_sql

__all__ = ["parse_sql"]
