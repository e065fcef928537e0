"""Changing definitions: tables, columns, relationships, keys, choices. What was learned of them is then forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal
from onteg_dynamics.dataverse.protocol import JSON_BODY, Repeat, Request, dumps

__all__ = ["add", "change", "column_path", "remove", "table_path"]


def table_path(table: str) -> str:
    """The address of a table's definition."""
    return f"EntityDefinitions(LogicalName={literal(table)})"


def column_path(table: str, column: str) -> str:
    """The address of a column's definition."""
    return f"{table_path(table)}/Attributes(LogicalName={literal(column)})"


def add(link: Link, path: str, body: Mapping[str, Any]) -> str | None:
    """Make a definition; gives its metadata id, None in a dry run. It is never made twice: a repeat is refused.

    Args:
        link: the client at work.
        path: the set that it joins.
        body: the definition.
    """
    answer = link.send(Request("POST", path, dumps(body), JSON_BODY, Repeat.UNSENT))
    address = answer.headers.get("OData-EntityId") or ""
    return guid_of(address.rpartition("(")[2].rstrip(")"))


def change(link: Link, path: str, changes: Mapping[str, Any]) -> None:
    """Replace a definition by itself with some members changed; labels in other languages stay.

    Args:
        link: the client at work.
        path: the definition's address.
        changes: members to change.
    """
    found = link.send(Request("GET", path)).data
    kind = str(found.get("@odata.type", "")).lstrip("#")
    typed = {"@odata.type": kind} if kind else {}
    # A column's own members (lengths, ranges) show only where its address names its type.
    whole = link.send(Request("GET", f"{path}/{kind}")).data if kind and "/Attributes(" in path else found
    body = {**{name: value for name, value in whole.items() if not name.startswith("@odata")}, **typed, **changes}
    headers = {**JSON_BODY, "MSCRM.MergeLabels": "true"}
    link.send(Request("PUT", path, dumps(body), headers, Repeat.ALWAYS))


def remove(link: Link, path: str) -> None:
    """Delete a definition, with everything that hangs on it.

    Args:
        link: the client at work.
        path: its address.
    """
    link.send(Request("DELETE", path))
