"""Columns as metadata: AttributeMetadata and its derived types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.metadata.choices import global_node, option_set_node
from onteg_dynamics.sandbox.metadata.members import (
    Member,
    MetadataType,
    NavigationMember,
    Node,
    fixed,
    flag,
    label_of,
    managed,
    managed_value,
)
from onteg_dynamics.sandbox.model import Column, Model, Table

_VIRTUAL_ON_THE_WIRE = frozenset({"MultiSelectPicklist", "File", "Image", "Virtual"})
_LOOKUPS = frozenset({"Lookup", "Customer", "Owner", "PartyList"})
_NO_RANGE = (-(2**63), 2**63 - 1)
_LONG_AGO = "1900-01-01T00:00:00Z"


@dataclass(frozen=True)
class Attribute:
    """A column in its table; ``number`` is its place among the table's columns."""

    column: Column
    table: Table
    number: int

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the definition set and the sandbox only keeps."""
        return self.column.settings


def attribute_nodes(table: Table) -> list[Node]:
    """The columns of a table as documents."""
    return [attribute_node(table, column, number) for number, column in enumerate(table.columns.values(), 1)]


def attribute_node(table: Table, column: Column, number: int) -> Node:
    """One column as a document of its own type."""
    return Node(attribute_type(column), Attribute(column, table, number))


def attribute_type(column: Column) -> MetadataType:
    """The metadata type of a column."""
    return _BY_COLUMN_TYPE.get("Lookup" if column.type in _LOOKUPS else column.type, ATTRIBUTE)


def _type_name(column: Column) -> dict[str, str]:
    return {"Value": f"{column.type}Type"}


def _of(name: str, kind: str, field: str) -> Member:
    return Member(name, kind, lambda attribute: getattr(attribute.column, field))


def _either(name: str, kind: str, field: str, default: Any) -> Member:
    return Member(name, kind, lambda attribute: _or(getattr(attribute.column, field), default))


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _label_of(name: str, field: str) -> Member:
    return Member(name, "mscrm.Label", lambda attribute: label_of(attribute.column, field))


def _required(attribute: Attribute) -> dict[str, Any]:
    return managed_value(attribute.column.required_level, "canmodifyrequirementlevelsettings")


def _primary(attribute: Attribute, which: str) -> bool:
    return bool(getattr(attribute.table, which) == attribute.column.logical_name)


def _readable(name: str) -> Member:
    return Member(name, "Edm.Boolean", lambda attribute: attribute.column.valid_for_read)


ATTRIBUTE = MetadataType(
    "AttributeMetadata",
    own=(
        _of("AttributeOf", "Edm.String", "attribute_of"),
        Member(
            "AttributeType",
            "mscrm.AttributeTypeCode",
            lambda item: "Virtual" if item.column.type in _VIRTUAL_ON_THE_WIRE else item.column.type,
        ),
        Member("AttributeTypeName", "mscrm.AttributeTypeDisplayName", lambda item: _type_name(item.column)),
        _either("AutoNumberFormat", "Edm.String", "auto_number", ""),
        flag("CanBeSecuredForCreate", value=False),
        flag("CanBeSecuredForRead", value=False),
        flag("CanBeSecuredForUpdate", value=False),
        managed("CanModifyAdditionalSettings", value=True),
        Member("ColumnNumber", "Edm.Int32", lambda item: item.number),
        fixed("CreatedOn", "Edm.DateTimeOffset", _LONG_AGO),
        fixed("DeprecatedVersion", "Edm.String", None),
        _label_of("Description", "description"),
        _label_of("DisplayName", "display_name"),
        _of("EntityLogicalName", "Edm.String", "table"),
        fixed("ExternalName", "Edm.String", None),
        fixed("HasChanged", "Edm.Boolean", None),
        fixed("InheritsFrom", "Edm.String", None),
        fixed("IntroducedVersion", "Edm.String", "5.0.0.0"),
        managed("IsAuditEnabled", value=True, logical_name="canmodifyauditsettings"),
        _of("IsCustomAttribute", "Edm.Boolean", "is_custom"),
        managed("IsCustomizable", value=True),
        flag("IsDataSourceSecret", value=False),
        flag("IsFilterable", value=True),
        managed("IsGlobalFilterEnabled", value=False, logical_name="canmodifyglobalfiltersettings"),
        Member("IsLogical", "Edm.Boolean", lambda item: item.column.attribute_of is not None),
        Member("IsManaged", "Edm.Boolean", lambda item: not item.column.is_custom),
        Member("IsPrimaryId", "Edm.Boolean", lambda item: _primary(item, "primary_id")),
        Member("IsPrimaryName", "Edm.Boolean", lambda item: _primary(item, "primary_name")),
        managed("IsRenameable", value=True),
        flag("IsRequiredForForm", value=False),
        _readable("IsRetrievable"),
        flag("IsSearchable", value=False),
        flag("IsSecured", value=False),
        managed("IsSortableEnabled", value=False, logical_name="canmodifyissortablesettings"),
        managed("IsValidForAdvancedFind", value=True, logical_name="canmodifysearchsettings"),
        _of("IsValidForCreate", "Edm.Boolean", "valid_for_create"),
        _readable("IsValidForForm"),
        _readable("IsValidForGrid"),
        _of("IsValidForRead", "Edm.Boolean", "valid_for_read"),
        _of("IsValidForUpdate", "Edm.Boolean", "valid_for_update"),
        _of("IsValidODataAttribute", "Edm.Boolean", "odata"),
        fixed("LinkedAttributeId", "Edm.Guid", None),
        _of("LogicalName", "Edm.String", "logical_name"),
        _of("MetadataId", "Edm.Guid", "metadata_id"),
        fixed("ModifiedOn", "Edm.DateTimeOffset", _LONG_AGO),
        Member("RequiredLevel", "mscrm.AttributeRequiredLevelManagedProperty", _required),
        _of("SchemaName", "Edm.String", "schema_name"),
        fixed("Settings", "Collection(mscrm.AttributeSetting)", []),
        fixed("SourceType", "Edm.Int32", 0),
    ),
)


_FORMULA = (fixed("FormulaDefinition", "Edm.String", ""), fixed("SourceTypeMask", "Edm.Int32", 0))
_IME = fixed("ImeMode", "mscrm.ImeMode", "Auto")
_PRECISION = _either("Precision", "Edm.Int32", "precision", 2)
_DEFAULT = Member("DefaultFormValue", "Edm.Int32", lambda item: _or(item.column.default, -1))


def _format_name(default: str) -> Member:
    return Member("FormatName", "mscrm.StringFormatName", lambda item: {"Value": item.column.format or default})


def _range(kind: str) -> tuple[Member, Member]:
    whole = kind not in {"Edm.Double", "Edm.Decimal"}

    def bound(field: str, default: int) -> Member:
        def read(item: Attribute) -> Any:
            value = _or(getattr(item.column, field), default)
            return int(value) if whole else value

        return Member({"min": "MinValue", "max": "MaxValue"}[field], kind, read)

    return bound("min", _NO_RANGE[0]), bound("max", _NO_RANGE[1])


def _behavior(item: Attribute) -> dict[str, str]:
    return {"Value": item.column.behavior or "UserLocal"}


def _derived(name: str, *own: Member, choice: bool = False) -> MetadataType:
    set_type = "BooleanOptionSetMetadata" if name == "BooleanAttributeMetadata" else "OptionSetMetadata"
    navigations = (
        NavigationMember("OptionSet", set_type, is_collection=False, get=_own_choice),
        NavigationMember("GlobalOptionSet", set_type, is_collection=False, get=_shared_choice),
    )
    return MetadataType(name, ATTRIBUTE, own, navigations if choice else ())


def _own_choice(model: Model, item: Attribute) -> Node:
    return option_set_node(model, item.column)


def _shared_choice(model: Model, item: Attribute) -> Node | None:
    return global_node(model, item.column)


def _picklist(name: str) -> MetadataType:
    return _derived(
        name,
        _DEFAULT,
        fixed("ParentPicklistLogicalName", "Edm.String", None),
        fixed("ChildPicklistLogicalNames", "Collection(Edm.String)", []),
        *_FORMULA,
        choice=True,
    )


_STRING = _derived(
    "StringAttributeMetadata",
    Member("DatabaseLength", "Edm.Int32", lambda item: 2 * (item.column.max_length or 100)),
    _either("Format", "mscrm.StringFormat", "format", "Text"),
    _format_name("Text"),
    _IME,
    flag("IsLocalizable", value=False),
    _either("MaxLength", "Edm.Int32", "max_length", 100),
    fixed("YomiOf", "Edm.String", None),
    *_FORMULA,
)
_MEMO = _derived(
    "MemoAttributeMetadata",
    _either("Format", "mscrm.StringFormat", "format", "TextArea"),
    _format_name("TextArea"),
    _IME,
    flag("IsLocalizable", value=False),
    _either("MaxLength", "Edm.Int32", "max_length", 2000),
)
_INTEGER = _derived(
    "IntegerAttributeMetadata",
    _either("Format", "mscrm.IntegerFormat", "format", "None"),
    *_range("Edm.Int32"),
    *_FORMULA,
)
_MONEY = _derived(
    "MoneyAttributeMetadata",
    fixed("CalculationOf", "Edm.String", None),
    _IME,
    Member("IsBaseCurrency", "Edm.Boolean", lambda item: item.column.logical_name.endswith("_base")),
    *_range("Edm.Double"),
    _PRECISION,
    _either("PrecisionSource", "Edm.Int32", "precision_source", 2),
    *_FORMULA,
)
_BOOLEAN = _derived(
    "BooleanAttributeMetadata",
    Member("DefaultValue", "Edm.Boolean", lambda item: bool(item.column.default)),
    *_FORMULA,
    choice=True,
)
_DATE_TIME = _derived(
    "DateTimeAttributeMetadata",
    managed("CanChangeDateTimeBehavior", value=True),
    Member("DateTimeBehavior", "mscrm.DateTimeBehavior", _behavior),
    _either("Format", "mscrm.DateTimeFormat", "format", "DateAndTime"),
    _IME,
    fixed("MinSupportedValue", "Edm.DateTimeOffset", "1753-01-01T00:00:00Z"),
    fixed("MaxSupportedValue", "Edm.DateTimeOffset", "9999-12-30T23:59:59Z"),
    *_FORMULA,
)
_LOOKUP = _derived(
    "LookupAttributeMetadata",
    Member("Targets", "Collection(Edm.String)", lambda item: list(item.column.targets)),
    fixed("Format", "mscrm.LookupFormat", "None"),
)
_IMAGE = _derived(
    "ImageAttributeMetadata",
    flag("CanStoreFullImage", value=True),
    _of("IsPrimaryImage", "Edm.Boolean", "is_primary_image"),
    fixed("MaxHeight", "Edm.Int16", 144),
    _either("MaxSizeInKB", "Edm.Int32", "max_size_kb", 10240),
    fixed("MaxWidth", "Edm.Int16", 144),
)
_BY_COLUMN_TYPE = {
    "String": _STRING,
    "Memo": _MEMO,
    "Integer": _INTEGER,
    "BigInt": _derived("BigIntAttributeMetadata", *_range("Edm.Int64")),
    "Decimal": _derived("DecimalAttributeMetadata", _IME, *_range("Edm.Decimal"), _PRECISION, *_FORMULA),
    "Double": _derived("DoubleAttributeMetadata", _IME, *_range("Edm.Double"), _PRECISION),
    "Money": _MONEY,
    "Boolean": _BOOLEAN,
    "DateTime": _DATE_TIME,
    "Lookup": _LOOKUP,
    "Picklist": _picklist("PicklistAttributeMetadata"),
    "MultiSelectPicklist": _picklist("MultiSelectPicklistAttributeMetadata"),
    "State": _derived("StateAttributeMetadata", _DEFAULT, choice=True),
    "Status": _derived("StatusAttributeMetadata", _DEFAULT, choice=True),
    "EntityName": _derived("EntityNameAttributeMetadata", _DEFAULT, choice=True),
    "Uniqueidentifier": _derived("UniqueIdentifierAttributeMetadata"),
    "ManagedProperty": _derived(
        "ManagedPropertyAttributeMetadata", fixed("ValueAttributeTypeCode", "mscrm.AttributeTypeCode", "Boolean")
    ),
    "Image": _IMAGE,
    "File": _derived("FileAttributeMetadata", _either("MaxSizeInKB", "Edm.Int32", "max_size_kb", 32768)),
}
ATTRIBUTE_TYPES = (ATTRIBUTE, *_BY_COLUMN_TYPE.values())
