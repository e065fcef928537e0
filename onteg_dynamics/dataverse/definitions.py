"""Definitions beside tables and columns: keys, views, global choices. Read only.

Implements "Query table definitions using the Web API".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string, row_path
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.dataverse.tables import Choice, Table, label_of, read_choices
from onteg_dynamics.errors import ErrorDetails, InputError, NotFoundError, Problem, UnknownNameError

__all__ = ["check_key", "custom_relationships", "global_choice_names", "global_choices", "keys", "view_text", "views"]

SYSTEM, PERSONAL = "system", "personal"


def keys(link: Link, table: Table) -> list[dict[str, Any]]:
    """The alternate keys of a table: name, label, columns, whether it is ready for use."""
    path = f"EntityDefinitions(LogicalName={literal(table.name)})/Keys"
    answer = link.send(Request("GET", path))
    return [_key(item) for item in answer.data["value"]]


def check_key(link: Link, table: Table, columns: Sequence[str]) -> None:
    """See that columns are an alternate key of a table that can be used; or its primary key.

    Args:
        link: the client at work.
        table: the table.
        columns: logical names.

    Raises:
        InputError: they are none; says which there are.
    """
    known = keys(link, table)
    own = next((key for key in known if set(key["columns"]) == set(columns)), None)
    if (own is not None and own["active"]) or list(columns) == [table.primary_id]:
        return
    there = "; ".join(", ".join(key["columns"]) for key in known if key["active"]) or "none"
    why = f"are no alternate key of {table.name}; it has: {there}" if own is None else "are a key that is not ready yet"
    raise InputError((Problem("key_columns", "", why),), ErrorDetails("Create Key makes one.", table.name))


def _key(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": item["SchemaName"],
        "label": label_of(item.get("DisplayName")) or item["SchemaName"],
        "columns": list(item["KeyAttributes"]),
        "active": item.get("EntityKeyIndexStatus", "Active") == "Active",
        "id": item["MetadataId"],
    }


def views(link: Link, table: Table) -> list[dict[str, Any]]:
    """The system views of a table and the caller's personal ones, by name."""
    wanted = {"$filter": f"returnedtypecode eq {literal(table.name)}", "$orderby": "name"}
    system = {**wanted, "$select": "name,savedqueryid,isdefault", "$filter": f"{wanted['$filter']} and querytype eq 0"}
    answers = link.fetch(
        [
            "savedqueries" + query_string(system),
            "userqueries" + query_string({**wanted, "$select": "name,userqueryid"}),
        ]
    )
    found = [_view(row, SYSTEM, "savedqueryid") for row in answers[0]["value"]]
    return found + [_view(row, PERSONAL, "userqueryid") for row in answers[1]["value"]]


def view_text(link: Link, view: Mapping[str, Any]) -> str:
    """The FetchXML of a view.

    Args:
        link: the client at work.
        view: one of `views`.
    """
    entity_set = "savedqueries" if view["kind"] == SYSTEM else "userqueries"
    path = row_path(entity_set, view["id"]) + query_string({"$select": "fetchxml"})
    return str(link.send(Request("GET", path)).data["fetchxml"])


def _view(row: Mapping[str, Any], kind: str, key: str) -> dict[str, Any]:
    return {"name": row["name"], "id": row[key], "kind": kind, "is_default": bool(row.get("isdefault"))}


def custom_relationships(link: Link) -> list[tuple[str, tuple[str, str]]]:
    """Schema name and both tables of every relationship that can be changed, by name."""
    wanted = query_string({"$filter": "IsCustomRelationship eq true"})
    pairs = (("ReferencedEntity", "ReferencingEntity"), ("Entity1LogicalName", "Entity2LogicalName"))
    casts = ("OneToManyRelationshipMetadata", "ManyToManyRelationshipMetadata")
    answers = link.fetch([f"RelationshipDefinitions/Microsoft.Dynamics.CRM.{cast}{wanted}" for cast in casts])
    found = (
        (item["SchemaName"], (item[one], item[other]))
        for answer, (one, other) in zip(answers, pairs, strict=True)
        for item in answer["value"]
    )
    return sorted(found)


def global_choice_names(link: Link) -> list[tuple[str, str]]:
    """Name and label of every global choice, by name."""
    options = query_string({"$select": "Name,DisplayName"})
    data = link.send(Request("GET", f"GlobalOptionSetDefinitions{options}")).data
    return sorted((item["Name"], label_of(item.get("DisplayName")) or item["Name"]) for item in data["value"])


def global_choices(link: Link, name: str) -> Sequence[Choice]:
    """The options of a global choice.

    Raises:
        UnknownNameError: there is none of that name.
    """
    try:
        data = link.send(Request("GET", f"GlobalOptionSetDefinitions(Name={literal(name)})")).data
    except NotFoundError:
        problem = Problem("choice", "", "there is no such global choice")
    else:
        return read_choices(data)
    raise UnknownNameError((problem,))
