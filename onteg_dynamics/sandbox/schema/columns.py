"""Definitions of columns → columns of the model, each type with its own limits.

Follows "Create and update column definitions using the Web API" and "Column (attribute) definitions".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.attributes import attribute_type
from onteg_dynamics.sandbox.model import Column, Model
from onteg_dynamics.sandbox.schema.body import Definition, read_definition
from onteg_dynamics.sandbox.schema.choices import bound_choice
from onteg_dynamics.sandbox.schema.limits import FORMATS, check_auto_number, check_format, check_length, read_range
from onteg_dynamics.sandbox.schema.names import COLUMN_LENGTH, check_name
from onteg_dynamics.sandbox.schema.options import read_options
from onteg_dynamics.sandbox.schema.stamps import restamped, stamped
from onteg_dynamics.sandbox.schema.words import read_labels
from onteg_dynamics.sandbox.write.values import new_id

LABELS = {"DisplayName": "display_name", "Description": "description"}
_VIRTUAL = frozenset({"MultiSelectPicklist", "File", "Image"})
_LEVELS = frozenset({"None", "ApplicationRequired", "Recommended"})
_MAX_KB = {"File": 10 * 1024 * 1024, "Image": 30 * 1024}
_DEFAULT_KB = {"File": 32 * 1024, "Image": 10 * 1024}
_FORMULAS = frozenset({1, 2, 3})

Fields = dict[str, Any]
Reader = Callable[[Model, Definition, "Column | None"], Fields]


def new_column(model: Model, table: str, definition: Definition, *, now: str) -> Column:
    """A new column as its definition describes it.

    Args:
        model: The metadata, for global choices.
        table: The logical name of its table.
        definition: The checked body.
        now: The present moment.

    Raises:
        Refusal: The name is none, the type cannot be made, a member does not fit the type.
    """
    kind = _creatable(definition)
    return replace(_bare(table, kind, definition, now), **_READERS[kind](model, definition, None))


def lookup_column(table: str, definition: Definition, targets: tuple[str, ...], *, now: str) -> Column:
    """The lookup column of a new relationship.

    Args:
        table: The logical name of its table.
        definition: The checked body of the lookup.
        targets: The logical names of the tables that it reaches.
        now: The present moment.

    Raises:
        Refusal: The name is none, or the definition says that the lookup reaches other tables.
    """
    _check_type_names(definition, "Lookup")
    if set(definition.get("Targets", targets) or targets) != set(targets):
        raise refusals.bad_definition("The Targets of a lookup are those of its relationships.")
    return replace(_bare(table, "Lookup", definition, now), targets=targets)


def changed_column(model: Model, column: Column, definition: Definition, *, now: str, merge: bool) -> Column:
    """A column as a new definition describes it; what the definition leaves out goes back to its default.

    Raises:
        Refusal: Another type or name, a system-required level, a member that does not fit.
    """
    _check_same(column, definition)
    labels = read_labels(dict(definition.members), LABELS, merge=merge)
    fields = _READERS.get(column.type, _nothing)(model, definition, column)
    return replace(
        column,
        display_name=labels.own("display_name", column.display_name),
        description=labels.own("description", column.description),
        translations=labels.foreign(column.translations),
        required_level=_new_level(column, definition),
        settings={**restamped(column.settings, now), **definition.settings()},
        **fields,
    )


def _bare(table: str, kind: str, definition: Definition, now: str) -> Column:
    """What columns of all types have."""
    schema = check_name(definition.get("SchemaName"), "Attribute", COLUMN_LENGTH)
    if definition.get("LogicalName", schema.lower()) != schema.lower():
        raise refusals.bad_definition("The LogicalName of a column is its SchemaName in lower case.")
    labels = read_labels(dict(definition.members), LABELS)
    return Column(
        table,
        schema.lower(),
        schema,
        kind,
        new_id(),
        display_name=labels.own("display_name"),
        description=labels.own("description"),
        required_level=_level(definition, "None"),
        is_custom=True,
        translations=labels.foreign(),
        settings={**stamped(now), **definition.settings()},
    )


def _creatable(definition: Definition) -> str:
    name = definition.kind.name
    kind = name.removesuffix("AttributeMetadata")
    if kind not in _READERS:
        raise refusals.type_not_creatable(name)
    if definition.get("SourceType") in _FORMULAS or definition.get("FormulaDefinition"):
        raise refusals.not_covered("calculated, rollup and formula columns")
    _check_secured(definition)
    _check_type_names(definition, kind)
    return kind


def _check_secured(definition: Definition) -> None:
    if definition.get("IsSecured"):
        raise refusals.not_covered("column security (IsSecured)")


def _check_type_names(definition: Definition, kind: str) -> None:
    """The two older names of a type must agree with ``@odata.type``."""
    code = definition.get("AttributeType")
    if code is not None and code != ("Virtual" if kind in _VIRTUAL else kind):
        raise refusals.bad_definition(f"The AttributeType '{code}' is not that of {definition.kind.name}.")
    display = definition.value("AttributeTypeName")
    if display is not None and display != f"{kind}Type":
        raise refusals.bad_definition(f"The AttributeTypeName '{display}' is not that of {definition.kind.name}.")


def _check_same(column: Column, definition: Definition) -> None:
    _check_secured(definition)
    if definition.kind is not attribute_type(column):
        kind = attribute_type(column)
        raise refusals.wrong_odata_type(definition.kind.full_name, kind.full_name, kind.name)
    for member, own in (("LogicalName", column.logical_name), ("SchemaName", column.schema_name)):
        if definition.get(member, own).lower() != own.lower():
            raise refusals.bad_definition(f"The {member} of a column cannot be changed.")


def _level(definition: Definition, default: str) -> str:
    level = str(definition.value("RequiredLevel", default))
    if level not in _LEVELS:
        raise refusals.bad_definition(f"The required level '{level}' cannot be given to a column.")
    return level


def _new_level(column: Column, definition: Definition) -> str:
    if column.required_level != "SystemRequired":
        return _level(definition, "None")
    if definition.value("RequiredLevel", "SystemRequired") != "SystemRequired":
        raise refusals.required_level_is_fixed()
    return "SystemRequired"


def _nothing(_model: Model, _definition: Definition, _before: Column | None) -> Fields:
    return {}


def _text(_model: Model, definition: Definition, before: Column | None) -> Fields:
    name = str(definition.get("SchemaName", before.schema_name if before else ""))
    number = definition.get("AutoNumberFormat") or None
    check_auto_number(number, name)
    kind = definition.kind.name.removesuffix("AttributeMetadata")
    return {
        "max_length": check_length(definition, kind, before),
        "format": check_format(definition, kind, name, before),
        **({"auto_number": number} if kind == "String" else {}),
    }


def _whole(_model: Model, definition: Definition, before: Column | None) -> Fields:
    return {**read_range(definition, before), "format": definition.get("Format", "None")}


def _number(_model: Model, definition: Definition, before: Column | None) -> Fields:
    return read_range(definition, before)


def _money(_model: Model, definition: Definition, before: Column | None) -> Fields:
    source = definition.get("PrecisionSource", 2)
    if source not in {0, 1, 2}:
        raise refusals.bad_definition("The PrecisionSource must be 0, 1 or 2.")
    return {**read_range(definition, before), "precision_source": source}


def _boolean(model: Model, definition: Definition, before: Column | None) -> Fields:
    default = bool(definition.get("DefaultValue", False))
    return {"default": default, **({} if before is not None else _options(model, definition, "Boolean"))}


def _choice(model: Model, definition: Definition, before: Column | None) -> Fields:
    fields: Fields = {} if before is not None else _options(model, definition, "Picklist")
    options = before.options if before is not None else fields["options"]
    default = definition.get("DefaultFormValue")
    default = None if default == -1 else default
    if default is not None and all(option.value != default for option in options):
        raise refusals.bad_options(f"The default value {default} is none of the options.")
    return {**fields, "default": default}


def _options(model: Model, definition: Definition, kind: str) -> Fields:
    """Options of the column's own, or those of a global choice; one of the two must be there."""
    address = definition.members.get("GlobalOptionSet@odata.bind")
    own = definition.get("OptionSet")
    if (address is None) == (own is None):
        raise refusals.bad_options("Either an OptionSet or a bound GlobalOptionSet is needed.")
    if address is not None:
        shared = bound_choice(model, address)
        if shared.type != kind:
            raise refusals.bad_options(f"The choice '{shared.name}' is of type {shared.type}.")
        return {"options": shared.options, "global_option_set": shared.name}
    declared = "BooleanOptionSetMetadata" if kind == "Boolean" else "OptionSetMetadata"
    choice = read_definition(own, declared, declared=declared)
    if choice.get("IsGlobal"):
        raise refusals.bad_options("A global choice is bound with GlobalOptionSet@odata.bind.")
    return {"options": read_options(choice)}


def _moment(_model: Model, definition: Definition, before: Column | None) -> Fields:
    form = definition.get("Format", "DateAndTime")
    behavior = definition.value("DateTimeBehavior", before.behavior if before else "UserLocal")
    if behavior not in FORMATS["DateTimeBehavior"]:
        raise refusals.bad_definition(f"'{behavior}' is no behavior of dates.")
    if behavior == "DateOnly" and form != "DateOnly":
        raise refusals.bad_definition("The behavior DateOnly needs the format DateOnly.")
    if before is not None and (before.behavior or "UserLocal") not in {behavior, "UserLocal"}:
        raise refusals.bad_definition(f"The behavior {before.behavior} cannot be changed.")
    return {"format": form, "behavior": behavior}


def _bytes(_model: Model, definition: Definition, _before: Column | None) -> Fields:
    kind = definition.kind.name.removesuffix("AttributeMetadata")
    size = definition.get("MaxSizeInKB", _DEFAULT_KB[kind])
    if not 1 <= size <= _MAX_KB[kind]:
        raise refusals.bad_definition(f"The MaxSizeInKB must be between 1 and {_MAX_KB[kind]}.")
    fields: Fields = {"max_size_kb": size}
    if kind == "Image":
        fields["is_primary_image"] = bool(definition.get("IsPrimaryImage", False))
    return fields


_READERS: Mapping[str, Reader] = {
    "String": _text,
    "Memo": _text,
    "Integer": _whole,
    "BigInt": _nothing,
    "Decimal": _number,
    "Double": _number,
    "Money": _money,
    "Boolean": _boolean,
    "Picklist": _choice,
    "MultiSelectPicklist": _choice,
    "DateTime": _moment,
    "File": _bytes,
    "Image": _bytes,
}
