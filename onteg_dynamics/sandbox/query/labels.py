"""What stands behind a value, as SQL: the name of the row that a lookup points at, the label of a choice."""

from __future__ import annotations

from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query.sql import Place
from onteg_dynamics.sandbox.store.ddl import quoted


def lookup_name(place: Place, column: Column) -> str:
    """The name of the row that a lookup points at; its id where the tables have no names."""
    own = place.column(column.logical_name)
    cases = [case for target in column.targets if (case := _case(place, target, own))]
    if not cases:
        return own
    kind = place.column(f"{column.logical_name}__table")
    return f"(CASE {kind} {' '.join(cases)} END) COLLATE NOCASE"


def choice_label(place: Place, column: Column) -> str:
    """The label of a choice; its value where it has no options."""
    own = place.column(column.logical_name)
    if not column.options:
        return own
    cases = " ".join(f"WHEN {option.value} THEN {_text(option.label)}" for option in column.options)
    return f"(CASE {own} {cases} END) COLLATE NOCASE"


def _case(place: Place, target: str, own: str) -> str:
    table = place.select.model.table(target)
    if table is None or not table.primary_name or not table.columns[table.primary_name].is_stored:
        return ""
    name, key = quoted(table.primary_name), quoted(table.primary_id)
    found = f"SELECT n.{name} FROM {quoted(target)} AS n WHERE n.{key} = {own}"
    return f"WHEN {_text(target)} THEN ({found})"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
