"""``@odata.context``: which properties a result has (OData protocol 4.0, section 10)."""

from __future__ import annotations

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query import Query


def context_url(root: str, table: Table, query: Query, *, single: bool) -> str:
    """The context of a result.

    Args:
        root: The service root, with a slash at its end.
        table: The table.
        query: What was read.
        single: True for one row.
    """
    return f"{root}$metadata#{table.entity_set_name}{_shape(query)}{'/$entity' if single else ''}"


def _shape(query: Query) -> str:
    parts = [*query.asked, *(f"{one.navigation.name}{_shape(one.query) or '()'}" for one in query.expands)]
    return f"({','.join(parts)})" if parts else ""
