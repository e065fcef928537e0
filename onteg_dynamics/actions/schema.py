"""Definitions made, changed and deleted: tables, columns, relationships, keys, global choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

Options = Mapping[str, Any]


def create_table(context: Context, options: Options) -> Outcome:
    """Create a table with its name column."""
    from onteg_dynamics.dataverse.blueprints import table_body

    return _added(context, "EntityDefinitions", lambda: table_body(options), options["name"])


def change_table(context: Context, options: Options) -> Outcome:
    """Change labels and settings of a table."""
    from onteg_dynamics.dataverse.schema import change, table_path

    table = context.dataverse.table(options["table"]).name
    members = {"has_notes": "HasNotes", "has_activities": "HasActivities"}
    changes = _labels(options) | {wire: options[name] for name, wire in members.items() if name in options}
    if options.get("plural_label"):
        changes["DisplayCollectionName"] = _label(options["plural_label"])
    change(context.dataverse, table_path(table), _some(changes))
    return Outcome({"name": table, "changed": True})


def delete_table(context: Context, options: Options) -> Outcome:
    """Delete a table with all its rows."""
    from onteg_dynamics.dataverse.schema import remove, table_path

    table = context.dataverse.table(options["table"]).name
    remove(context.dataverse, table_path(table))
    return Outcome({"name": table, "deleted": True})


def create_column(context: Context, options: Options) -> Outcome:
    """Create a column of any type; a lookup comes with its relationship."""
    from onteg_dynamics.dataverse.blueprints import column_body, lookup_body
    from onteg_dynamics.dataverse.schema import table_path

    table = context.dataverse.table(options["table"])
    if options["type"] != "Lookup":
        path = f"{table_path(table.name)}/Attributes"
        return _added(context, path, lambda: column_body(options), options["name"])
    if not options.get("related_table"):
        raise InputError((Problem("related_table", "", "is required when Type is Lookup"),))
    related = context.dataverse.table(options["related_table"])
    facts = {**options, "table": table.name, "related_table": related.name, "primary_id": related.primary_id}
    return _added(context, "RelationshipDefinitions", lambda: lookup_body(facts), options["name"])


def change_column(context: Context, options: Options) -> Outcome:
    """Change label, requirement, length or range of a column."""
    from onteg_dynamics.dataverse.blueprints import REQUIRED
    from onteg_dynamics.dataverse.schema import change, column_path

    table = context.dataverse.table(options["table"]).name
    members = {"max_length": "MaxLength", "minimum": "MinValue", "maximum": "MaxValue", "precision": "Precision"}
    changes = _labels(options) | {wire: options[name] for name, wire in members.items() if name in options}
    if options.get("required"):
        changes["RequiredLevel"] = {"Value": REQUIRED[options["required"]], "CanBeChanged": True}
    change(context.dataverse, column_path(table, options["column"].lower()), _some(changes))
    return Outcome({"name": options["column"].lower(), "changed": True})


def delete_column(context: Context, options: Options) -> Outcome:
    """Delete a column with all its values."""
    from onteg_dynamics.dataverse.schema import column_path, remove

    table = context.dataverse.table(options["table"]).name
    remove(context.dataverse, column_path(table, options["column"].lower()))
    return Outcome({"name": options["column"].lower(), "deleted": True})


def create_relationship(context: Context, options: Options) -> Outcome:
    """Create a many-to-many relationship; a lookup is a column."""
    from onteg_dynamics.dataverse.blueprints import pair_body

    ends = {name: context.dataverse.table(options[name]).name for name in ("table", "related_table")}
    return _added(context, "RelationshipDefinitions", lambda: pair_body({**options, **ends}), options["name"])


def delete_relationship(context: Context, options: Options) -> Outcome:
    """Delete a relationship, with its lookup column or its links."""
    from onteg_dynamics.dataverse.odata import literal
    from onteg_dynamics.dataverse.schema import remove

    remove(context.dataverse, f"RelationshipDefinitions(SchemaName={literal(options['relationship'])})")
    return Outcome({"name": options["relationship"], "deleted": True})


def create_key(context: Context, options: Options) -> Outcome:
    """Create an alternate key."""
    from onteg_dynamics.dataverse.blueprints import key_body
    from onteg_dynamics.dataverse.schema import table_path

    table = context.dataverse.table(options["table"])
    known = context.dataverse.columns(table)
    unknown = [name for name in options["columns"] if known.find(name) is None]
    if unknown:
        problems = (Problem("columns", "", f'{table.name} has no column "{name}"') for name in unknown)
        raise InputError(tuple(problems))
    return _added(context, f"{table_path(table.name)}/Keys", lambda: key_body(options), options["name"])


def delete_key(context: Context, options: Options) -> Outcome:
    """Delete an alternate key."""
    from onteg_dynamics.dataverse.definitions import keys
    from onteg_dynamics.dataverse.schema import remove, table_path

    table = context.dataverse.table(options["table"])
    wanted = options["key_name"].casefold()
    found = [key for key in keys(context.dataverse, table) if wanted == key["name"].casefold()]
    if not found:
        raise InputError((Problem("key_name", "", f"{table.name} has no such key"),))
    remove(context.dataverse, f"{table_path(table.name)}/Keys({found[0]['id']})")
    return Outcome({"name": found[0]["name"], "deleted": True})


def create_choice(context: Context, options: Options) -> Outcome:
    """Create a global choice."""
    from onteg_dynamics.dataverse.blueprints import choice_body

    return _added(context, "GlobalOptionSetDefinitions", lambda: choice_body(options), options["name"])


def delete_choice(context: Context, options: Options) -> Outcome:
    """Delete a global choice."""
    from onteg_dynamics.dataverse.odata import literal
    from onteg_dynamics.dataverse.schema import remove

    remove(context.dataverse, f"GlobalOptionSetDefinitions(Name={literal(options['choice'])})")
    return Outcome({"name": options["choice"], "deleted": True})


def _added(context: Context, path: str, body: Callable[[], Mapping[str, Any]], name: str) -> Outcome:
    from onteg_dynamics.dataverse.schema import add

    try:
        made = body()
    except ValueError as exc:
        problem = Problem("choices", "", str(exc))
    else:
        return Outcome({"name": name.lower(), "metadata_id": add(context.dataverse, path, made)})
    raise InputError((problem,))


def _labels(options: Options) -> dict[str, Any]:
    members = {"label": "DisplayName", "description": "Description"}
    return {wire: _label(options[name]) for name, wire in members.items() if options.get(name)}


def _label(text: str) -> Mapping[str, Any]:
    from onteg_dynamics.dataverse.blueprints import label

    return label(text)


def _some(changes: Mapping[str, Any]) -> Mapping[str, Any]:
    if not changes:
        raise InputError("there is nothing to change: give at least one of the optional fields")
    return changes


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    makes, changes = Annotations(), Annotations(destructive=True, idempotent=True)
    return (
        Action("create_table", create_table, makes),
        Action("change_table", change_table, changes),
        Action("delete_table", delete_table, Annotations(destructive=True)),
        Action("create_column", create_column, makes),
        Action("change_column", change_column, changes),
        Action("delete_column", delete_column, Annotations(destructive=True)),
        Action("create_relationship", create_relationship, makes),
        Action("delete_relationship", delete_relationship, Annotations(destructive=True)),
        Action("create_key", create_key, makes),
        Action("delete_key", delete_key, Annotations(destructive=True)),
        Action("create_choice", create_choice, makes),
        Action("delete_choice", delete_choice, Annotations(destructive=True)),
    )
