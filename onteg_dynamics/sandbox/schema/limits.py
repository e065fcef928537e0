"""Lengths, ranges, precisions and formats that columns may be given ("Column (attribute) definitions")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.schema.body import Definition

FORMATS: Mapping[str, frozenset[str]] = {
    "String": frozenset(
        {
            "Email",
            "Json",
            "Phone",
            "PhoneticGuide",
            "RichText",
            "Text",
            "TextArea",
            "TickerSymbol",
            "Url",
            "VersionNumber",
        }
    ),
    "Memo": frozenset({"Email", "InternalExtentData", "Json", "RichText", "Text", "TextArea"}),
    "DateTimeBehavior": frozenset({"UserLocal", "DateOnly", "TimeZoneIndependent"}),
}
_LENGTHS = {"String": (100, 4000), "Memo": (2000, 1_048_576)}
_RANGES: Mapping[str, tuple[float, float]] = {
    "Integer": (-2_147_483_648, 2_147_483_647),
    "Decimal": (-100_000_000_000, 100_000_000_000),
    "Double": (-100_000_000_000, 100_000_000_000),
    "Money": (-922_337_203_685_477, 922_337_203_685_477),
}
_PRECISIONS = {"Decimal": (2, 10), "Double": (2, 5), "Money": (2, 4)}
_SHOWN = {"min": -(2**63), "max": 2**63 - 1}
_PLACE = re.compile(r"\{(?:SEQNUM:[1-9]\d?|RANDSTRING:[1-6]|DATETIMEUTC:[^{}]+)\}")


def check_length(definition: Definition, kind: str, before: Column | None) -> int:
    """The MaxLength of a text column.

    Raises:
        Refusal: It is too small or too large.
    """
    default, longest = _LENGTHS[kind]
    length = int(definition.get("MaxLength", default))
    if before is not None and length == before.max_length:
        return length
    if not 1 <= length <= longest:
        raise refusals.bad_definition(f"The MaxLength must be between 1 and {longest}.")
    return length


def check_format(definition: Definition, kind: str, column: str, before: Column | None) -> str:
    """The format of a text column, from FormatName or the older Format.

    Raises:
        Refusal: Text has no such format, or the column cannot go over to it.
    """
    default = "Text" if kind == "String" else "TextArea"
    form = str(definition.value("FormatName") or definition.get("Format", default))
    known = before.format if before is not None else None
    if form not in FORMATS[kind] and form != known:
        raise refusals.bad_text_format(form, column)
    if before is not None and "Json" in {form, known} and form != known:
        raise refusals.cannot_change_format(known or default, form, before.logical_name, before.table)
    return form


def read_range(definition: Definition, before: Column | None) -> dict[str, Any]:
    """MinValue, MaxValue and Precision of a column of numbers.

    Raises:
        Refusal: They leave what the type allows, or the least is above the greatest.
    """
    kind = definition.kind.name.removesuffix("AttributeMetadata")
    lowest, highest = _RANGES[kind]
    low, high = (_bound(definition, member, before, kind) for member in ("MinValue", "MaxValue"))
    if not lowest <= _or(low, lowest) <= _or(high, highest) <= highest:
        name = str(definition.get("SchemaName", before.schema_name if before else ""))
        raise refusals.limits_out_of_range(name, low, high, lowest=lowest, highest=highest, kind=kind)
    fields: dict[str, Any] = {"min": low, "max": high}
    if kind in _PRECISIONS:
        fields["precision"] = _precision(definition, kind, before)
    return fields


def check_auto_number(pattern: str | None, column: str) -> None:
    """Refuses a pattern of an autonumber column that the platform could not fill in."""
    if pattern is None:
        return
    rest = _PLACE.sub("", pattern)
    if "{" in rest or "}" in rest or rest == pattern:
        raise refusals.bad_definition(f"The AutoNumberFormat '{pattern}' of '{column}' cannot be read.")


def _bound(definition: Definition, member: str, before: Column | None, kind: str) -> float | None:
    field = {"MinValue": "min", "MaxValue": "max"}[member]
    value = definition.get(member)
    if before is not None and getattr(before, field) is None and value in {None, _SHOWN[field]}:
        return None
    default = _RANGES[kind][field == "max"]
    found = default if value is None else value
    return float(found) if kind != "Integer" else int(found)


def _precision(definition: Definition, kind: str, before: Column | None) -> int:
    default, most = _PRECISIONS[kind]
    digits = int(definition.get("Precision", default))
    if before is not None and digits == before.precision:
        return digits
    if not 0 <= digits <= most:
        raise refusals.bad_definition(f"The Precision must be between 0 and {most}.")
    return digits


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
