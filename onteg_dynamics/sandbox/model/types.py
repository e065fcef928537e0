"""The shapes of metadata: what a table, column, choice, key and relationship are. Plain frozen data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOKUP_TYPES = frozenset({"Lookup", "Customer", "Owner"})
OPTION_TYPES = frozenset({"Picklist", "State", "Status", "Boolean", "MultiSelectPicklist"})
TEXT_TYPES = frozenset({"String", "Memo", "EntityName"})
_UNSTORED_TYPES = frozenset({"PartyList", "Virtual"})

_EDM = {
    "String": "Edm.String",
    "Memo": "Edm.String",
    "EntityName": "Edm.String",
    "MultiSelectPicklist": "Edm.String",
    "Integer": "Edm.Int32",
    "Picklist": "Edm.Int32",
    "State": "Edm.Int32",
    "Status": "Edm.Int32",
    "BigInt": "Edm.Int64",
    "Decimal": "Edm.Decimal",
    "Money": "Edm.Decimal",
    "Double": "Edm.Double",
    "Boolean": "Edm.Boolean",
    "Uniqueidentifier": "Edm.Guid",
    "Lookup": "Edm.Guid",
    "Customer": "Edm.Guid",
    "Owner": "Edm.Guid",
    "File": "Edm.Guid",
    "Image": "Edm.Binary",
    "ManagedProperty": "mscrm.BooleanManagedProperty",
}

_NAMESPACE = uuid.UUID("5d8a5f0e-6c0b-4f5e-9d0f-0b6e0c7a4d11")


def stable_id(*parts: str) -> str:
    """A GUID that is the same in every run for the same words; metadata ids are made of it."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


class Words(NamedTuple):
    """A label in a language other than the sandbox's own; ``member`` is the field that holds the own one."""

    member: str
    language: int
    text: str


@dataclass(frozen=True)
class Option:
    """One value of a choice; status reasons have a ``state``, states a ``default_status`` and an ``invariant_name``."""

    value: int
    label: str
    state: int | None = None
    default_status: int | None = None
    invariant_name: str | None = None
    color: str | None = None
    description: str | None = None
    external_value: str | None = None
    translations: tuple[Words, ...] = ()


@dataclass(frozen=True)
class OptionSet:
    """A global choice: its options are shared by the columns that name it."""

    name: str
    display_name: str
    options: tuple[Option, ...]
    metadata_id: str
    is_custom: bool = False
    type: str = "Picklist"
    description: str | None = None
    translations: tuple[Words, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Column:
    """A column as the metadata tells it; ``type`` is the AttributeType, but choices, files and images apart.

    ``settings`` are members of the definition that the sandbox keeps and gives back, but does nothing with.
    """

    table: str
    logical_name: str
    schema_name: str
    type: str
    metadata_id: str
    display_name: str | None = None
    description: str | None = None
    required_level: str = "None"
    valid_for_create: bool = True
    valid_for_update: bool = True
    valid_for_read: bool = True
    targets: tuple[str, ...] = ()
    attribute_of: str | None = None
    format: str | None = None
    behavior: str | None = None
    max_length: int | None = None
    min: float | None = None
    max: float | None = None
    precision: int | None = None
    precision_source: int | None = None
    options: tuple[Option, ...] = ()
    default: int | bool | None = None
    global_option_set: str | None = None
    odata: bool = True
    is_primary_image: bool = False
    is_custom: bool = False
    auto_number: str | None = None
    max_size_kb: int | None = None
    is_polymorphic: bool = False
    translations: tuple[Words, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @cached_property
    def is_lookup(self) -> bool:
        """True for Lookup, Customer and Owner columns, whose property is ``_name_value``."""
        return self.type in LOOKUP_TYPES

    @cached_property
    def is_stored(self) -> bool:
        """True where the store keeps a column of this name."""
        return self.odata and self.type not in _UNSTORED_TYPES

    @cached_property
    def property_name(self) -> str:
        """The name on the wire: ``_x_value`` for lookups, the logical name otherwise."""
        return f"_{self.logical_name}_value" if self.is_lookup else self.logical_name

    @cached_property
    def is_date_only(self) -> bool:
        """True where values are dates without a time (behaviour DateOnly)."""
        return self.type == "DateTime" and self.behavior == "DateOnly"

    @cached_property
    def edm_type(self) -> str:
        """The property's type in CSDL."""
        if self.type == "DateTime":
            return "Edm.Date" if self.is_date_only else "Edm.DateTimeOffset"
        return _EDM.get(self.type, "Edm.String")

    @cached_property
    def option_by_value(self) -> Mapping[int, Option]:
        """The options by their value."""
        return {option.value: option for option in self.options}


@dataclass(frozen=True)
class Cascade:
    """What a relationship does to the rows that point at a row: the six settings of CascadeConfiguration."""

    assign: str = "NoCascade"
    delete: str = "RemoveLink"
    merge: str = "NoCascade"
    reparent: str = "NoCascade"
    share: str = "NoCascade"
    unshare: str = "NoCascade"


@dataclass(frozen=True)
class ManyToOne:
    """One lookup relationship, seen from the row that holds the lookup."""

    schema_name: str
    table: str
    column: str
    target: str
    target_column: str
    navigation: str
    collection: str
    metadata_id: str
    cascade: Cascade = Cascade()
    is_hierarchical: bool = False
    is_custom: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class ManyToMany:
    """A many-to-many relationship and its intersect table; ``column1`` and ``column2`` are columns of that table."""

    schema_name: str
    intersect: str
    table1: str
    column1: str
    navigation1: str
    table2: str
    column2: str
    navigation2: str
    metadata_id: str
    is_custom: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Key:
    """An alternate key: columns that together name one row; it does so only while its index is Active."""

    table: str
    logical_name: str
    schema_name: str
    display_name: str
    columns: tuple[str, ...]
    metadata_id: str
    status: str = "Active"
    translations: tuple[Words, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def is_active(self) -> bool:
        """True where rows may be addressed by the key and are kept unique."""
        return self.status == "Active"


@dataclass(frozen=True)
class Table:
    """A table with its columns and keys. ``bare`` tables are known by name and primary columns only."""

    logical_name: str
    schema_name: str
    entity_set_name: str
    metadata_id: str
    primary_id: str
    primary_name: str | None
    display_name: str
    display_collection_name: str
    logical_collection_name: str
    collection_schema_name: str
    object_type_code: int
    ownership: str
    columns: Mapping[str, Column]
    keys: tuple[Key, ...] = ()
    primary_image: str | None = None
    description: str | None = None
    is_activity: bool = False
    has_notes: bool = False
    has_activities: bool = False
    change_tracking: bool = True
    is_intersect: bool = False
    is_custom: bool = False
    bare: bool = False
    is_view: bool = False
    translations: tuple[Words, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    properties: Mapping[str, Column] = field(init=False, repr=False, compare=False)
    stored: tuple[Column, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        stored = tuple(column for column in self.columns.values() if column.is_stored)
        object.__setattr__(self, "stored", stored)
        object.__setattr__(self, "properties", {column.property_name: column for column in stored})

    @cached_property
    def is_elastic(self) -> bool:
        """True for an elastic table: rows in partitions, no joins."""
        return self.settings.get("TableType") == "Elastic"

    @property
    def type_name(self) -> str:
        """The qualified name of the table's entity type."""
        return f"Microsoft.Dynamics.CRM.{self.logical_name}"
