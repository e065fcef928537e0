"""One rule for lookups: whatever names a row (id, table and id, alternate key, text) → the navigation property and row.

Implements "Associate table rows on create" (``@odata.bind``) and "Multi-table lookups".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.metadata import Fetch, Metadata
from onteg_dynamics.dataverse.odata import key_segment, query_string
from onteg_dynamics.dataverse.tables import Column, Columns, Relationship, Table
from onteg_dynamics.dataverse.targets import KnownRows, Wanted
from onteg_dynamics.errors import InputError

__all__ = ["LookupResolver", "Target", "read_target"]

_PATH = re.compile(r"/?(?P<table>[A-Za-z_][A-Za-z0-9_]*)\((?P<id>\{?[0-9a-fA-F-]{32,36}\}?)\)")


@dataclass(frozen=True)
class Target:
    """What a person wrote for a lookup, taken apart. Exactly one of `id`, `key` and `text` is set.

    Attributes:
        table: table or entity set name, None where it was left open.
        id: GUID.
        key: alternate key: columns and values.
        text: what the row's name is equal to.
    """

    table: str | None = None
    id: str | None = None
    key: Mapping[str, Any] | None = None
    text: str | None = None


def read_target(value: Any) -> Target:
    """Take apart what a person wrote: a GUID, ``accounts(GUID)``, ``{"table", "id" | "key" | "name"}``, or a text.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(value, Mapping):
        return _from_object(value)
    text = str(value).strip()
    if text.startswith("{") and guid_of(text) is None:
        return _from_object(_json_object(text))
    if guid := guid_of(text):
        return Target(id=guid)
    if match := _PATH.fullmatch(text):
        return Target(match["table"], guid_of(match["id"]))
    return Target(text=text)


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise ValueError('a JSON object is expected, such as {"table": "account", "id": "…"}')  # noqa: TRY004
    return value


def _from_object(value: Mapping[str, Any]) -> Target:
    unknown = set(value) - {"table", "id", "key", "name"}
    given = [name for name in ("id", "key", "name") if value.get(name)]
    if unknown or len(given) != 1:
        raise ValueError('a lookup is given as {"table": …} with one of "id", "key" and "name"')
    table = value.get("table") or None
    if value.get("id"):
        return Target(table, id=_checked_guid(value["id"]))
    if value.get("key"):
        return Target(table, key=_checked_key(value["key"]))
    return Target(table, text=str(value["name"]))


def _checked_guid(value: Any) -> str:
    guid = guid_of(str(value))
    if guid is None:
        raise ValueError('"id" is not a GUID')
    return guid


def _checked_key(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError('"key" is an object of columns and values')  # noqa: TRY004 - one kind of error for all values
    return value


@dataclass(frozen=True)
class _Option:
    """A table the lookup may refer to, with the navigation property that does."""

    relationship: Relationship
    table: Table


@dataclass(frozen=True)
class LookupResolver:
    """Finds the row and the navigation property for a lookup value.

    Args:
        metadata: what is known of the tables.
        fetch: brings JSON from the service.
        columns: of the table that is being written.
        known: remembers what was found, so that many rows are written with few questions; None to ask each time.
    """

    metadata: Metadata
    fetch: Fetch
    columns: Columns
    known: KnownRows | None = None

    def bind(self, column: Column, value: Any, table: str | None = None) -> tuple[str, str | None]:
        """The member that sets `column`: ``("customerid_account@odata.bind", "/accounts(…)")``; None clears it.

        Args:
            column: a lookup, customer or owner column.
            value: see `read_target`; None or "" clears the column.
            table: the target's table, where it is said beside the value.

        Raises:
            ValueError: it fits no row or several, or names a table the column cannot refer to.
        """
        relationships = self._relationships(column)
        if value is None or value == "":
            return f"{relationships[0].navigation}@odata.bind", None
        target = read_target(value)
        options = self._options(relationships, target.table or table)
        option, key = self._find(column, options, target)
        return f"{option.relationship.navigation}@odata.bind", f"/{option.table.entity_set}{key_segment(key)}"

    def wanted(self, column: Column, value: Any, table: str | None = None) -> list[Wanted]:
        """What `bind` would ask the service for this value; nothing where it would not, or would refuse the value."""
        if value is None or value == "":
            return []
        try:
            target = read_target(value)
            options = self._options(self._relationships(column), target.table or table)
        except (ValueError, LookupError, InputError):
            return []
        return self._questions(options, target) if self._must_ask(options, target) else []

    def _must_ask(self, options: Sequence[_Option], target: Target) -> bool:
        return not target.key and not (target.id and len(options) == 1)

    def _questions(self, options: Sequence[_Option], target: Target) -> list[Wanted]:
        id_, text = target.id, target.text or ""
        found = (Wanted(one.table, "id", id_) if id_ else Wanted(one.table, "name", text) for one in options)
        return [one for one in found if one.column]

    def _relationships(self, column: Column) -> Sequence[Relationship]:
        found = self.columns.relationships.get(column.name, ())
        if column.type == "Owner":  # its relationship leads to the abstract table "owner"
            navigation = found[0].navigation if found else column.name
            return [Relationship(column.name, target, navigation) for target in ("systemuser", "team")]
        if not found:
            raise ValueError("this lookup has no relationship that could be written")
        return found

    def _options(self, relationships: Sequence[Relationship], table: str | None) -> list[_Option]:
        if table is not None:
            return [self._named_option(relationships, table)]
        if len(relationships) > 3:  # one answer with all tables is cheaper than one for each
            self._learn_tables()
        return [_Option(found, self.metadata.table(found.target, self.fetch)) for found in relationships]

    def _learn_tables(self) -> None:
        self.metadata.tables(self.fetch)

    def _named_option(self, relationships: Sequence[Relationship], name: str) -> _Option:
        table = self.metadata.table(name, self.fetch)
        for relationship in relationships:
            if relationship.target == table.name:
                return _Option(relationship, table)
        allowed = [relationship.target for relationship in relationships]
        raise ValueError(f"this lookup does not refer to {table.name}, but to {' or '.join(allowed)}")

    def _find(
        self, column: Column, options: Sequence[_Option], target: Target
    ) -> tuple[_Option, str | Mapping[str, Any]]:
        if len(options) == 1 and (target.id or target.key):
            return options[0], target.id or target.key or ""
        if target.key:
            raise ValueError(f'an alternate key needs its table: {{"table": "{options[0].table.name}", "key": …}}')
        return self._only(column, self._search(options, target), target)

    def _search(self, options: Sequence[_Option], target: Target) -> list[tuple[_Option, str]]:
        questions = self._questions(options, target)
        known = self.known or KnownRows()
        missing = [one for one in questions if known.get(one) is None]
        for one, data in zip(missing, self.fetch([_path(one) for one in missing]) if missing else (), strict=True):
            known.put(one, [row[one.table.primary_id] for row in data["value"]])
        by_table = {option.table: option for option in options}
        return [(by_table[one.table], row_id) for one in questions for row_id in known.get(one) or ()]

    def _only(self, column: Column, found: Sequence[tuple[_Option, str]], target: Target) -> tuple[_Option, str]:
        if len(found) == 1:
            return found[0]
        what = "id" if target.id else "name"
        if not found:
            raise LookupError(f"no row has this {what}")
        tables = sorted({option.table.name for option, _ in found})
        raise LookupError(
            f"more than one row has this {what} (in {' and '.join(tables)}); give its id, or "
            f'{{"table": …, "id": …}}' + ("" if column.type == "Owner" else ", or an alternate key")
        )


def _path(wanted: Wanted) -> str:
    """Two rows tell that there are too many."""
    options = {"$select": wanted.table.primary_id, "$filter": wanted.condition, "$top": "2"}
    return wanted.table.entity_set + query_string(options)
