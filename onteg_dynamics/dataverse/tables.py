"""What the service says of a table: frozen data, read from its metadata answers. Pure.

Implements "Query table definitions using the Web API".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "CHOICE_TYPES",
    "DETAIL_CASTS",
    "LOOKUP_TYPES",
    "Choice",
    "Column",
    "Columns",
    "Described",
    "Details",
    "Relationship",
    "Table",
    "label_of",
    "read_choices",
]

LOOKUP_TYPES = frozenset({"Lookup", "Customer", "Owner"})
CHOICE_TYPES = frozenset({"Picklist", "MultiSelectPicklist", "State", "Status", "Boolean"})

_NUMBER = "MinValue,MaxValue"
# Column type → the query that brings what only its own metadata type knows.
DETAIL_CASTS: Mapping[str, str] = {
    **dict.fromkeys(sorted(CHOICE_TYPES), "?$select=LogicalName&$expand=OptionSet"),
    "String": "?$select=LogicalName,MaxLength,FormatName",
    "Memo": "?$select=LogicalName,MaxLength,FormatName",
    "Integer": f"?$select=LogicalName,{_NUMBER}",
    "Decimal": f"?$select=LogicalName,{_NUMBER},Precision",
    "Double": f"?$select=LogicalName,{_NUMBER},Precision",
    "Money": f"?$select=LogicalName,{_NUMBER},Precision",
    "DateTime": "?$select=LogicalName,Format,DateTimeBehavior",
}


@dataclass(frozen=True)
class Table:
    """A table's names.

    Attributes:
        name: logical name (``account``).
        entity_set: entity set name (``accounts``), used in URLs.
        primary_id: primary key column.
        primary_name: column with the row's name, "" where there is none.
        label: display name in the user's language.
        kind: ``Standard``, ``Elastic``, ``Virtual`` … (``TableType``).
    """

    name: str
    entity_set: str
    primary_id: str
    primary_name: str
    label: str
    kind: str = "Standard"

    SELECT = "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,DisplayName,TableType"

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Table:
        """A table from its ``EntityDefinitions`` entry."""
        return cls(
            name=data["LogicalName"],
            entity_set=data.get("EntitySetName") or "",
            primary_id=data.get("PrimaryIdAttribute") or "",
            primary_name=data.get("PrimaryNameAttribute") or "",
            label=label_of(data.get("DisplayName")) or data["LogicalName"],
            kind=data.get("TableType") or "Standard",
        )

    @property
    def is_elastic(self) -> bool:
        """Whether its rows lie in an elastic store, each written for itself."""
        return self.kind == "Elastic"


@dataclass(frozen=True)
class Column:
    """A column as every table's base metadata tells it.

    Attributes:
        name: logical name.
        label: display name in the user's language.
        type: column type: String, Memo, Integer, BigInt, Decimal, Double, Money, Boolean, DateTime, Picklist,
            MultiSelectPicklist, State, Status, Lookup, Customer, Owner, PartyList, Uniqueidentifier, File, Image …
        required: None, Recommended, ApplicationRequired or SystemRequired.
        readable, creatable, updatable: what may be done with it.
        part_of: the column it only shadows (``statuscodename``), None for a column in its own right.
        help: description in the user's language.
    """

    name: str
    label: str
    type: str
    required: str = "None"
    readable: bool = True
    creatable: bool = True
    updatable: bool = True
    part_of: str | None = None
    help: str = ""

    SELECT = (
        "LogicalName,AttributeType,AttributeTypeName,IsValidForRead,IsValidForCreate,IsValidForUpdate,"
        "RequiredLevel,AttributeOf,DisplayName,Description"
    )

    @property
    def is_lookup(self) -> bool:
        """Whether it refers to a row of another table."""
        return self.type in LOOKUP_TYPES

    @property
    def wire_name(self) -> str:
        """The property that holds it in a row: ``_customerid_value`` for a lookup, else its own name."""
        return f"_{self.name}_value" if self.is_lookup else self.name

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Column:
        """A column from its ``Attributes`` entry."""
        exact = (data.get("AttributeTypeName") or {}).get("Value") or ""
        return cls(
            name=data["LogicalName"],
            label=label_of(data.get("DisplayName")) or data["LogicalName"],
            type=exact.removesuffix("Type") or data.get("AttributeType") or "",
            required=(data.get("RequiredLevel") or {}).get("Value") or "None",
            readable=bool(data.get("IsValidForRead", True)),
            creatable=bool(data.get("IsValidForCreate", True)),
            updatable=bool(data.get("IsValidForUpdate", True)),
            part_of=data.get("AttributeOf"),
            help=label_of(data.get("Description")),
        )


@dataclass(frozen=True)
class Choice:
    """One option of a choice column: the stored value and its label; for a status, the state it belongs to."""

    value: int
    label: str
    state: int | None = None


@dataclass(frozen=True)
class Details:
    """What only the metadata of a column's own type tells. None where it does not apply.

    Attributes:
        choices: the options of a choice, yes/no, state or status column.
        max_length: of a text, in characters.
        minimum, maximum: of a number.
        precision: digits after the point.
        format: ``Email``, ``Url``, ``DateOnly`` and the like.
        behavior: of a date: UserLocal, DateOnly, TimeZoneIndependent.
    """

    choices: tuple[Choice, ...] = ()
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    precision: int | None = None
    format: str | None = None
    behavior: str | None = None

    @property
    def date_only(self) -> bool:
        """Whether a date column holds no time (``Edm.Date``)."""
        return self.behavior == "DateOnly"

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Details:
        """Details from an entry of a cast ``Attributes`` collection."""
        return cls(
            choices=read_choices(data.get("OptionSet") or data.get("GlobalOptionSet") or {}),
            max_length=data.get("MaxLength"),
            minimum=data.get("MinValue"),
            maximum=data.get("MaxValue"),
            precision=data.get("Precision"),
            format=data.get("Format") or (data.get("FormatName") or {}).get("Value"),
            behavior=(data.get("DateTimeBehavior") or {}).get("Value"),
        )


@dataclass(frozen=True)
class Relationship:
    """One table a lookup column may refer to.

    Attributes:
        column: the lookup's logical name.
        target: logical name of the table referred to.
        navigation: single-valued navigation property, as ``@odata.bind`` and ``$expand`` spell it.
        collection: collection-valued navigation property on the other side.
    """

    column: str
    target: str
    navigation: str
    collection: str = ""

    SELECT = (
        "ReferencingAttribute,ReferencedEntity,"
        "ReferencingEntityNavigationPropertyName,ReferencedEntityNavigationPropertyName"
    )

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Relationship:
        """A relationship from a ``ManyToOneRelationships`` entry."""
        return cls(
            column=data["ReferencingAttribute"],
            target=data["ReferencedEntity"],
            navigation=data.get("ReferencingEntityNavigationPropertyName") or "",
            collection=data.get("ReferencedEntityNavigationPropertyName") or "",
        )


@dataclass(frozen=True)
class Described:
    """A column with all that is known of it: its details, and for a lookup the tables it may refer to."""

    column: Column
    details: Details = field(default_factory=Details)
    targets: tuple[Relationship, ...] = ()


@dataclass(frozen=True)
class Columns:
    """The columns and lookups of one table, ready for look-up by name."""

    table: Table
    by_name: Mapping[str, Column] = field(default_factory=dict)
    relationships: Mapping[str, tuple[Relationship, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, table: Table, data: Mapping[str, Any]) -> Columns:
        """From an ``EntityDefinitions`` entry with its columns and many-to-one relationships expanded."""
        columns = (Column.read(item) for item in data.get("Attributes", ()))
        by_column: dict[str, tuple[Relationship, ...]] = {}
        for item in data.get("ManyToOneRelationships", ()):
            found = Relationship.read(item)
            by_column[found.column] = (*by_column.get(found.column, ()), found)
        return cls(table, {column.name: column for column in columns}, by_column)

    def find(self, name: str) -> Column | None:
        """The column with this logical name, however it is written: ``CustomerId``, ``_customerid_value``."""
        plain = name[1:-6] if name.startswith("_") and name.endswith("_value") else name
        return self.by_name.get(plain) or self.by_name.get(plain.lower())

    def visible(self) -> Iterable[Column]:
        """The columns in their own right that can be read."""
        return (column for column in self.by_name.values() if column.readable and column.part_of is None)


def label_of(label: Mapping[str, Any] | None) -> str:
    """The text of a ``Label`` in the user's language, "" where there is none."""
    own = (label or {}).get("UserLocalizedLabel") or {}
    return own.get("Label") or ""


def read_choices(option_set: Mapping[str, Any]) -> tuple[Choice, ...]:
    """The options of an ``OptionSet``: a choice's list, or the two of a yes/no column."""
    pair = [option_set[side] for side in ("TrueOption", "FalseOption") if option_set.get(side)]
    return tuple(
        Choice(option["Value"], label_of(option.get("Label")), option.get("State"))
        for option in option_set.get("Options") or pair
    )
