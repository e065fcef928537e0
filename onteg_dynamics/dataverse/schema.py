"""Changing definitions: tables, columns, relationships, keys, choices. What was learned of them is then forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from onteg_dynamics.dataverse.blueprints import ENGLISH, in_language
from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string
from onteg_dynamics.dataverse.protocol import JSON_BODY, Repeat, Request, dumps
from onteg_dynamics.errors import ServiceError

__all__ = [
    "add",
    "base_language",
    "change",
    "choice_path",
    "column_path",
    "key_path",
    "publish_choice",
    "publish_table",
    "relationship_path",
    "remove",
    "table_path",
]


def table_path(table: str) -> str:
    """The address of a table's definition."""
    return f"EntityDefinitions(LogicalName={literal(table)})"


def column_path(table: str, column: str) -> str:
    """The address of a column's definition."""
    return f"{table_path(table)}/Attributes(LogicalName={literal(column)})"


def key_path(table: str, metadata_id: str) -> str:
    """The address of an alternate key's definition."""
    return f"{table_path(table)}/Keys({metadata_id})"


def relationship_path(name: str) -> str:
    """The address of a relationship's definition."""
    return f"RelationshipDefinitions(SchemaName={literal(name)})"


def choice_path(name: str) -> str:
    """The address of a global choice's definition."""
    return f"GlobalOptionSetDefinitions(Name={literal(name)})"


def base_language(link: Link) -> int:
    """The code of the environment's base language, in which every label must be given; English where it is not told."""

    def ask() -> int:
        try:
            rows = link.send(Request("GET", "organizations" + query_string({"$select": "languagecode"}))).data["value"]
        except ServiceError:
            return ENGLISH
        return int(rows[0]["languagecode"]) if rows else ENGLISH

    return link.metadata.once("base language", ask)


def publish_table(link: Link, table: str) -> None:
    """Make the changes of a table, its columns and relationships seen by everybody."""
    _publish(link, f"<entities><entity>{escape(table)}</entity></entities>")


def publish_choice(link: Link, choice: str) -> None:
    """Make the changes of a global choice seen by everybody."""
    _publish(link, f"<optionsets><optionset>{escape(choice)}</optionset></optionsets>")


def _publish(link: Link, what: str) -> None:
    body = {"ParameterXml": f"<importexportxml>{what}</importexportxml>"}
    link.send(Request("POST", "PublishXml", dumps(body), JSON_BODY, Repeat.ALWAYS))


def add(link: Link, path: str, body: Mapping[str, Any]) -> str | None:
    """Make a definition; gives its metadata id, None in a dry run. It is never made twice: a repeat is refused.

    Args:
        link: the client at work.
        path: the set that it joins.
        body: the definition; its labels go into the base language.
    """
    made = in_language(body, base_language(link))
    answer = link.send(Request("POST", path, dumps(made), JSON_BODY, Repeat.UNSENT))
    address = answer.headers.get("OData-EntityId") or ""
    return guid_of(address.rpartition("(")[2].rstrip(")"))


def change(link: Link, path: str, changes: Mapping[str, Any]) -> None:
    """Replace a definition by itself with some members changed; labels in other languages stay.

    Args:
        link: the client at work.
        path: the definition's address.
        changes: members to change; their labels go into the base language.
    """
    found = link.send(Request("GET", path)).data
    kind = str(found.get("@odata.type", "")).lstrip("#")
    typed = {"@odata.type": kind} if kind else {}
    # What only its own type has (lengths, ranges, cascades) shows where the address names the type.
    whole = link.send(Request("GET", f"{path}/{kind}")).data if kind else found
    told = in_language(changes, base_language(link))
    body = {**{name: value for name, value in whole.items() if not name.startswith("@odata")}, **typed, **told}
    headers = {**JSON_BODY, "MSCRM.MergeLabels": "true"}
    link.send(Request("PUT", path, dumps(body), headers, Repeat.ALWAYS))


def remove(link: Link, path: str) -> None:
    """Delete a definition, with everything that hangs on it.

    Args:
        link: the client at work.
        path: its address.
    """
    link.send(Request("DELETE", path))
