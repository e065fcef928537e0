"""Addresses of rows inside bodies and URLs: ``/contacts(id)``, ``contacts(id)``, a whole URL, a key of named values.

Follows "Associate and disassociate table rows" and "Use an alternate key to reference a record".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.write.values import is_guid, stored_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onteg_dynamics.sandbox.model import Column, Table
    from onteg_dynamics.sandbox.world import World

_ROOT = re.compile(r"(?:https?://[^/?#]+)?/api/data/v\d+\.\d+/", re.IGNORECASE)
_ROW = re.compile(r"(?P<set>[A-Za-z_]\w*)\((?P<key>.*)\)", re.DOTALL)
_BARE = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?"
_PAIR = re.compile(
    r"\s*(?P<name>[A-Za-z_]\w*)\s*=\s*"
    rf"(?:'(?P<text>(?:[^']|'')*)'|(?P<bare>{_BARE}|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))\s*(?:,(?=.)|$)",
)
_WHOLE = frozenset({"Integer", "BigInt", "Picklist", "State", "Status"})
_NUMBERS = frozenset({"Decimal", "Double", "Money"})


def parse_key(text: str) -> str | dict[str, str | int | float | bool | None] | None:
    """What stands between the parentheses of an address, already percent-decoded.

    Returns:
        A lowercase GUID, the named values, or None where it is neither.
    """
    text = text.strip()
    if is_guid(text):
        return text.lower()
    values: dict[str, str | int | float | bool | None] = {}
    position = 0
    while position < len(text):
        match = _PAIR.match(text, position)
        if match is None or match.end() == position:
            return None
        quoted = match["text"]
        values[match["name"]] = quoted.replace("''", "'") if quoted is not None else _literal(match["bare"].strip())
        position = match.end()
    return values or None


def row_by_key(world: World, table: Table, key: str | Mapping[str, Any]) -> dict[str, Any] | None:
    """The stored row that a key names, or None.

    Raises:
        Refusal: The named values are no key of the table.
    """
    if isinstance(key, str):
        return world.store.get(table, key)
    return world.store.first(table, key_values(table, key))


def key_values(table: Table, key: Mapping[str, Any]) -> dict[str, Any]:
    """Named key values as stored columns.

    Raises:
        Refusal: The names are neither the primary key nor those of one alternate key.
    """
    if set(key) == {table.primary_id} and table.logical_name not in {"systemuser", "team"}:
        row_id = key[table.primary_id]
        if not is_guid(row_id):
            raise refusals.bad_request_uri("A GUID was expected as the key.")
        return {table.primary_id: str(row_id).lower()}
    columns = {column.property_name: column for column in table.columns.values()}
    wanted = {columns[name].logical_name for name in key if name in columns}
    if len(wanted) != len(key) or not any(found.is_active and wanted == set(found.columns) for found in table.keys):
        raise refusals.key_not_valid(table.type_name)
    return {columns[name].logical_name: _key_value(table, columns[name], value) for name, value in key.items()}


def resolve(world: World, uri: Any, entity_set: str) -> tuple[Table, str]:
    """The table and id of the row that an address names.

    Args:
        world: The sandbox.
        uri: The address: absolute, rooted or relative, with an id or an alternate key.
        entity_set: The entity set of the request, for messages.

    Raises:
        Refusal: No address, no such table, no such row.
    """
    if not isinstance(uri, str):
        raise refusals.bad_reference(str(uri), entity_set)
    match = _ROW.fullmatch(_ROOT.sub("", unquote(uri)).lstrip("/"))
    table = world.model.by_entity_set(match["set"]) if match else None
    key = parse_key(match["key"]) if match else None
    if table is None or key is None:
        raise refusals.bad_reference(uri, entity_set)
    row = row_by_key(world, table, key)
    if row is None:
        raise refusals.no_such_row(table.logical_name, key) if isinstance(key, str) else missing_key(table)
    return table, str(row[table.primary_id])


def missing_key(table: Table) -> refusals.Refusal:
    """The refusal for an alternate key that names no row."""
    return refusals.no_row_for_key(table.logical_name)


def _key_value(table: Table, column: Column, value: Any) -> Any:
    """A literal as its column stores it.

    Raises:
        Refusal: It is of another type.
    """
    if value is None:
        return None
    if column.is_lookup or column.type == "Uniqueidentifier":
        fits, found = is_guid(value), str(value).lower()
    elif column.type in _WHOLE:
        fits, found = isinstance(value, int) and not isinstance(value, bool), value
    elif column.type in _NUMBERS:
        fits, found = isinstance(value, int | float) and not isinstance(value, bool), value
    elif column.type == "DateTime":
        return stored_value(column, value, table.entity_set_name)
    else:
        fits, found = isinstance(value, str), value
    if not fits:
        raise refusals.bad_request_uri(f"The value of the key property '{column.property_name}' is of another type.")
    return found


def _literal(text: str) -> str | int | float | bool | None:
    if text in {"true", "false"}:
        return text == "true"
    if text == "null":
        return None
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", text) else text
