"""The properties of a CSDL entity type → columns; what CSDL leaves out is told from names where names tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from onteg_dynamics.sandbox.importing.described import words_of
from onteg_dynamics.sandbox.model import Column, ManyToOne, Option, load_model, stable_id
from onteg_dynamics.sandbox.schema.companions import with_companions
from onteg_dynamics.sandbox.schema.platform import platform_columns

_TYPES = {
    "Edm.String": "String",
    "Edm.Int32": "Integer",
    "Edm.Int64": "BigInt",
    "Edm.Decimal": "Decimal",
    "Edm.Double": "Double",
    "Edm.Boolean": "Boolean",
    "Edm.DateTimeOffset": "DateTime",
    "Edm.Date": "DateTime",
    "Edm.Guid": "Uniqueidentifier",
    "Edm.Binary": "Image",
    "mscrm.BooleanManagedProperty": "ManagedProperty",
    "Microsoft.Dynamics.CRM.BooleanManagedProperty": "ManagedProperty",
}
_CUSTOMER = {"account", "contact"}
_LONG = frozenset({"description", "notetext", "documentbody"})
_TRUTH = (Option(1, "Yes"), Option(0, "No"))


@dataclass(frozen=True)
class Property:
    """One property: its name, its type, whether the service computes it, and what it is for."""

    name: str
    type: str
    is_computed: bool = False
    description: str | None = None


def read_columns(
    table: str, key: str, properties: Mapping[str, Property], ones: Iterable[ManyToOne]
) -> dict[str, Column]:
    """The columns of a table.

    Args:
        table: The table's logical name.
        key: The property that holds the rows' ids.
        properties: The properties by name.
        ones: The relationships in which the table holds the lookup.
    """
    work = _Reading(table, key, properties, tuple(ones))
    columns = {column.logical_name: column for one in properties.values() if (column := work.column(one)) is not None}
    for companion in [*_companions(columns.values())]:
        columns.setdefault(companion.logical_name, companion)
    return columns


_NEVER = "1900-01-01T00:00:00Z"


def _companions(columns: Iterable[Column]) -> Iterator[Column]:
    """The columns that come with others and are no properties, such as the names of rows that lookups lead to."""
    for column in columns:
        if column.is_custom:
            has_all = column.type == "Money" and column.logical_name.endswith("_base")
            yield from with_companions(column, _NEVER)[1:] if not has_all else ()
            continue
        for part in _platform_columns().values():
            if part.attribute_of == column.logical_name:
                own = stable_id("imported", column.table, part.logical_name)
                yield replace(part, table=column.table, metadata_id=own)


@dataclass(frozen=True)
class _Reading:
    table: str
    key: str
    properties: Mapping[str, Property]
    ones: tuple[ManyToOne, ...]

    def column(self, one: Property) -> Column | None:
        """The column of a property; None for a property of a kind that tables do not have."""
        name = one.name
        if name.startswith("_") and name.endswith("_value"):
            return self._lookup(name[1:-6], one)
        if name in _platform_columns():
            return self._platform(name)
        kind = self._kind(one)
        if kind is None:
            return None
        more = {**self._part_of(name), **_LIMITS.get(kind, {})}
        if one.type == "Edm.Date":
            more |= {"behavior": "DateOnly", "format": "DateOnly"}
        if name == self.key:
            more |= {"required_level": "SystemRequired", "valid_for_update": False}
        return self._made(name, kind, one, more)

    def _kind(self, one: Property) -> str | None:
        kind = _TYPES.get(one.type)
        if kind == "Integer" and one.name in {"statecode", "statuscode"}:
            return "State" if one.name == "statecode" else "Status"
        if kind == "Decimal" and self._is_money(one.name):
            return "Money"
        if kind == "Uniqueidentifier" and f"{one.name}_name" in self.properties:
            return "File"
        return "Memo" if one.name in _LONG else kind

    def _is_money(self, name: str) -> bool:
        base = name.removesuffix("_base")
        return f"{base}_base" in self.properties and base in self.properties

    def _part_of(self, name: str) -> dict[str, Any]:
        """The file or image that a column belongs to."""
        for ending in ("_name", "_url", "_timestamp"):
            whole = name.removesuffix(ending)
            if whole != name and whole in self.properties:
                kind = self.properties[whole].type
                if kind == "Edm.Binary" or (kind == "Edm.Guid" and ending == "_name"):
                    of = whole if kind == "Edm.Guid" else f"{whole}id"
                    return {"attribute_of": of, "valid_for_create": False, "valid_for_update": False}
        if name.endswith("_base") and self._is_money(name):
            return {"valid_for_create": False, "valid_for_update": False}
        if self.properties[name].type == "Edm.Binary" and f"{name}id" in self.properties:
            return {"attribute_of": f"{name}id"}
        return {}

    def _lookup(self, name: str, one: Property) -> Column:
        if name in _platform_columns():
            return self._platform(name)
        ones = [relation for relation in self.ones if relation.column == name]
        targets = tuple(dict.fromkeys(relation.target for relation in ones))
        kind = "Customer" if set(targets) == _CUSTOMER else "Lookup"
        schema = ones[0].navigation if len(ones) == 1 and ones[0].navigation.lower() == name else name
        more = {"targets": targets, "is_polymorphic": len(targets) > 1 and kind == "Lookup"}
        # CSDL calls every lookup computed: it is written through its navigation property.
        return self._made(name, kind, Property(one.name, one.type, description=one.description), more, schema)

    def _platform(self, name: str) -> Column:
        own = stable_id("imported", self.table, name)
        return replace(_platform_columns()[name], table=self.table, metadata_id=own, options=())

    def _made(self, name: str, kind: str, one: Property, more: Mapping[str, Any], schema: str = "") -> Column:
        fields: dict[str, Any] = {
            "display_name": words_of(name),
            "description": one.description,
            "valid_for_create": not one.is_computed or name == self.key,
            "valid_for_update": not one.is_computed,
            "is_custom": True,
            **more,
        }
        return Column(self.table, name, schema or name, kind, stable_id("imported", self.table, name), **fields)


def with_known_options(column: Column) -> Column:
    """A column of a new table; states, status reasons and truths have options even where no file tells them.

    Args:
        column: The column as it is told.
    """
    if column.options or column.type not in {"State", "Status", "Boolean"}:
        return column
    known = _platform_columns().get(column.logical_name)
    return replace(column, options=known.options if known is not None else _TRUTH)


@lru_cache(maxsize=1)
def _platform_columns() -> Mapping[str, Column]:
    """The columns that the platform gives to tables, by their names."""
    both = [platform_columns(load_model(), "", kind, _NEVER) for kind in ("OrganizationOwned", "UserOwned")]
    return {column.logical_name: column for columns in both for column in columns}


# Without limits of its own a number is kept as it comes: CSDL does not tell its precision.
_LIMITS: Mapping[str, Mapping[str, Any]] = {
    "Decimal": {"precision": 10},
    "Double": {"precision": 5},
    "Money": {"precision": 4, "precision_source": 0},
    "Boolean": {"default": False},
    "DateTime": {"behavior": "UserLocal", "format": "DateAndTime"},
}
