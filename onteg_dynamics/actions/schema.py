"""Definitions made, changed and deleted: tables, columns, relationships, keys, global choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.targets import table_of
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.tables import Table

Options = Mapping[str, Any]


def create_table(context: Context, options: Options) -> Outcome:
    """Create a table with its name column."""
    from onteg_dynamics.dataverse.blueprints import table_body

    return _added(context, "EntityDefinitions", lambda: table_body(options), options["name"])


def change_table(context: Context, options: Options) -> Outcome:
    """Change labels and settings of a table."""
    from onteg_dynamics.dataverse.schema import change, publish_table, table_path

    table = context.dataverse.table(options["table"]).name
    members = {"has_notes": "HasNotes", "has_activities": "HasActivities"}
    changes = _labels(options) | {wire: options[name] for name, wire in members.items() if name in options}
    if options.get("plural_label"):
        changes["DisplayCollectionName"] = _label(options["plural_label"])
    change(context.dataverse, table_path(table), _some(changes))
    publish_table(context.dataverse, table)
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
    related = table_of(context, options["related_table"], "related_table")
    facts = {**options, "table": table.name, "related_table": related.name, "primary_id": related.primary_id}
    return _added(context, "RelationshipDefinitions", lambda: lookup_body(facts), options["name"])


def change_column(context: Context, options: Options) -> Outcome:
    """Change label, requirement, length or range of a column."""
    from onteg_dynamics.dataverse.blueprints import REQUIRED
    from onteg_dynamics.dataverse.schema import change, column_path, publish_table

    table = context.dataverse.table(options["table"]).name
    members = {"max_length": "MaxLength", "minimum": "MinValue", "maximum": "MaxValue", "precision": "Precision"}
    changes = _labels(options) | {wire: options[name] for name, wire in members.items() if name in options}
    if options.get("required"):
        changes["RequiredLevel"] = {"Value": REQUIRED[options["required"]], "CanBeChanged": True}
    change(context.dataverse, column_path(table, options["column"].lower()), _some(changes))
    publish_table(context.dataverse, table)
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

    ends = {name: table_of(context, options[name], name).name for name in ("table", "related_table")}
    return _added(context, "RelationshipDefinitions", lambda: pair_body({**options, **ends}), options["name"])


def change_relationship(context: Context, options: Options) -> Outcome:
    """Change what a relationship does with the rows that hang on a row, and how it is shown."""
    from onteg_dynamics.dataverse.reshaping import change_relationship as change

    return Outcome({"name": change(context.dataverse, options), "changed": True})


def delete_relationship(context: Context, options: Options) -> Outcome:
    """Delete a relationship, with its lookup column or its links."""
    from onteg_dynamics.dataverse.schema import relationship_path, remove

    remove(context.dataverse, relationship_path(options["relationship"]))
    return Outcome({"name": options["relationship"], "deleted": True})


def create_key(context: Context, options: Options) -> Outcome:
    """Create an alternate key."""
    from onteg_dynamics.dataverse.blueprints import key_body
    from onteg_dynamics.dataverse.schema import table_path

    table = context.dataverse.table(options["table"])
    _check_columns(context, table, options["columns"])
    return _added(context, f"{table_path(table.name)}/Keys", lambda: key_body(options), options["name"])


def change_key(context: Context, options: Options) -> Outcome:
    """Make an alternate key anew with other columns or another label, or build the index of one that failed again."""
    from onteg_dynamics.dataverse.reshaping import rebuild_key, replace_key

    table, key = _key(context, options)
    facts = {name: options[name] for name in ("columns", "label") if options.get(name)}
    if facts:
        _check_columns(context, table, facts.get("columns", ()))
        made = replace_key(context.dataverse, table, key, facts)
        return Outcome({"name": key["name"], "metadata_id": made, "changed": True})
    if not options.get("rebuild"):
        _some({})
    rebuild_key(context.dataverse, table, key)
    return Outcome({"name": key["name"], "metadata_id": key["id"], "changed": True})


def delete_key(context: Context, options: Options) -> Outcome:
    """Delete an alternate key."""
    from onteg_dynamics.dataverse.schema import key_path, remove

    table, key = _key(context, options)
    remove(context.dataverse, key_path(table.name, key["id"]))
    return Outcome({"name": key["name"], "deleted": True})


def _key(context: Context, options: Options) -> tuple[Table, Mapping[str, Any]]:
    from onteg_dynamics.dataverse.definitions import keys

    table = context.dataverse.table(options["table"])
    wanted = options["key_name"].casefold()
    found = [key for key in keys(context.dataverse, table) if wanted == key["name"].casefold()]
    if not found:
        raise InputError((Problem("key_name", "", f"{table.name} has no such key"),))
    return table, found[0]


def _check_columns(context: Context, table: Table, names: Iterable[str]) -> None:
    known = context.dataverse.columns(table)
    problems = [
        Problem("columns", "", f'{table.name} has no column "{name}"') for name in names if known.find(name) is None
    ]
    if problems:
        raise InputError(tuple(problems))


def create_choice(context: Context, options: Options) -> Outcome:
    """Create a global choice."""
    from onteg_dynamics.dataverse.blueprints import choice_body

    return _added(context, "GlobalOptionSetDefinitions", lambda: choice_body(options), options["name"])


def change_choice(context: Context, options: Options) -> Outcome:
    """Change label and options of a global choice, or the options of a column's own."""
    from onteg_dynamics.dataverse.reshaping import change_choice as change

    if not options.get("choice") and not (options.get("table") and options.get("column")):
        raise InputError((Problem("choice", "", "is required when Table and Column are empty"),))
    _some({name: options[name] for name in _CHOICE_CHANGES if options.get(name)})
    name, done = change(context.dataverse, options)
    return Outcome({"name": name, **vars(done)})


def delete_choice(context: Context, options: Options) -> Outcome:
    """Delete a global choice."""
    from onteg_dynamics.dataverse.schema import choice_path, remove

    remove(context.dataverse, choice_path(options["choice"]))
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


_CHOICE_CHANGES = ("label", "description", "add", "rename", "remove", "order")


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
        Action("change_relationship", change_relationship, changes),
        Action("delete_relationship", delete_relationship, Annotations(destructive=True)),
        Action("create_key", create_key, makes),
        Action("change_key", change_key, Annotations(destructive=True)),
        Action("delete_key", delete_key, Annotations(destructive=True)),
        Action("create_choice", create_choice, makes),
        Action("change_choice", change_choice, changes),
        Action("delete_choice", delete_choice, Annotations(destructive=True)),
    )
