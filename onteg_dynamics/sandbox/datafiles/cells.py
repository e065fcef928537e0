"""One row of a file → stored values, and back: names, types, lookups with their tables."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from onteg_dynamics.sandbox.datafiles.problems import Problem
from onteg_dynamics.sandbox.datafiles.records import Record
from onteg_dynamics.sandbox.model import Column, Model, Table
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.write.values import is_guid, stored_value

TABLE_SUFFIX, NAME_SUFFIX, TYPE_SUFFIX = ".table", ".name", ".type"
_LABEL_SUFFIX = ".label"
_COMPANIONS = {"File": ("_name",), "Image": ("id", "_timestamp", "_url")}
_LOGICAL_NAME = "@Microsoft.Dynamics.CRM.lookuplogicalname"
_WHOLE = frozenset({"Integer", "BigInt", "Picklist", "State", "Status"})
_FRACTION = frozenset({"Decimal", "Double", "Money"})
_TRUTH = frozenset({"Boolean", "ManagedProperty"})
_WORDS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Upload:
    """The contents of a file or image column, with the file's name and MIME type."""

    column: Column
    data: bytes
    name: str
    type: str


class Misfit(Exception):  # noqa: N818 - it becomes a Problem
    """A value that does not fit its column."""


def uploads_of(table: Table, record: Record) -> tuple[list[Upload], list[Problem]]:
    """The contents of file and image columns in a record, and what is wrong with them.

    Args:
        table: The record's table.
        record: The row as it stands in its file.
    """
    found: list[Upload] = []
    problems: list[Problem] = []
    for column in binary_columns(table):
        name = column.logical_name
        try:
            text = record.values.get(name)
            if text:
                found.append(Upload(column, _decoded(text), *_described(column, record)))
        except (TypeError, ValueError):
            problems.append(record.problem(name, "must be the file's bytes in Base64."))
    return found, problems


def binary_columns(table: Table) -> list[Column]:
    """The columns of a table that hold files and images."""
    return [column for column in table.stored if column.type in {"File", "Image"}]


def companions_of(table: Table) -> set[str]:
    """The columns that only describe what is in file and image columns."""
    return {column.logical_name + ending for column in binary_columns(table) for ending in _COMPANIONS[column.type]}


def stored_row(model: Model, table: Table, record: Record) -> tuple[dict[str, Any], list[Problem]]:
    """The stored values of a record, and what is wrong with it.

    Args:
        model: The metadata.
        table: The record's table.
        record: The row as it stands in its file; labels, annotations, files and images are passed over.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    apart = {column.logical_name for column in binary_columns(table)} | companions_of(table)
    for name, given in record.values.items():
        if not _is_passed_over(name) and name not in apart:
            try:
                values |= _stored(model, table, record, name, given)
            except Misfit as misfit:
                problems.append(record.problem(name, str(misfit)))
    return values, problems


def written_value(column: Column, value: Any) -> Any:
    """A stored value as a JSON file has it."""
    return bool(value) if column.type in _TRUTH and value is not None else value


def cell_text(value: Any) -> str:
    """A JSON value as a CSV file has it; null is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _is_passed_over(name: str) -> bool:
    """Labels, annotations, and the members that tell a lookup's table, a file's name or type."""
    return "@" in name or name.endswith((_LABEL_SUFFIX, TABLE_SUFFIX, NAME_SUFFIX, TYPE_SUFFIX))


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _described(column: Column, record: Record) -> tuple[str, str]:
    """The name and the type of a file; a plain one where the record does not tell."""
    name, ending = column.logical_name, "png" if column.type == "Image" else "bin"
    told = record.values.get(f"{name}{NAME_SUFFIX}"), record.values.get(f"{name}{TYPE_SUFFIX}")
    return str(told[0] or f"{name}.{ending}"), str(told[1] or "application/octet-stream")


def _stored(model: Model, table: Table, record: Record, name: str, given: Any) -> dict[str, Any]:
    column = _column(table, name)
    value = _typed(column, given) if record.is_text else given
    if column.is_lookup:
        return _link(model, column, value, _target(record, name, column))
    if column.type in _TRUTH and column.type != "Boolean" and isinstance(value, bool):
        value = {"Value": value}
    if column.default is not None and value is not None and value == column.default:
        return {column.logical_name: int(column.default)}  # some standard defaults are none of their own options
    try:
        return {column.logical_name: stored_value(column, value, table.entity_set_name)}
    except Refusal as refusal:
        raise Misfit(refusal.message) from refusal


def _column(table: Table, name: str) -> Column:
    column = table.columns.get(name) or table.properties.get(name)
    if column is not None and column.is_stored:
        return column
    if column is not None:
        raise Misfit(f"is worked out by the service and not kept in {table.logical_name}; leave it out.")
    near = get_close_matches(name, [one.logical_name for one in table.stored], n=3)
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    raise Misfit(f"The table {table.logical_name} has no such column.{hint}")


def _typed(column: Column, text: str) -> Any:
    """A text of a CSV file as its column's JSON value."""
    if not text:
        return None
    if column.type in _WHOLE:
        return _number(text, int, "a whole number")
    if column.type in _FRACTION:
        return _number(text, float, "a number, such as 1234.5")
    if column.type in _TRUTH:
        if text.strip().lower() not in _WORDS:
            raise Misfit("must be true or false.")
        return _WORDS[text.strip().lower()]
    return text


def _number(text: str, kind: type[int | float], told: str) -> float:
    try:
        if _NUMBER.fullmatch(text.strip()):
            return kind(text)
    except ValueError:
        pass
    raise Misfit(f"must be {told}.")


def _target(record: Record, name: str, column: Column) -> Any:
    """The table that a lookup's id belongs to, as the record tells it beside the id."""
    beside = (f"{column.logical_name}{TABLE_SUFFIX}", f"{name}{TABLE_SUFFIX}", f"{name}{_LOGICAL_NAME}")
    return next((record.values[one] for one in beside if record.values.get(one)), None)


def _link(model: Model, column: Column, value: Any, target: Any) -> dict[str, Any]:
    own, kind = column.logical_name, f"{column.logical_name}__table"
    if value is None:
        return {own: None, kind: None}
    if isinstance(value, Mapping):
        value, target = value.get("id"), value.get("table", target)
    if not is_guid(value):
        raise Misfit("must be the id of a row.")
    allowed = targets_of(model, column)
    if target is None and len(allowed) == 1:
        target = allowed[0]
    if target not in allowed:
        told = ", ".join(allowed)
        raise Misfit(f"needs the table of the row beside its id, as {own}{TABLE_SUFFIX}: one of {told}.")
    return {own: value.lower(), kind: target}


def targets_of(model: Model, column: Column) -> list[str]:
    """The tables whose rows a lookup column may hold."""
    return list(dict.fromkeys(_targets(model, column)))


def _targets(model: Model, column: Column) -> Iterator[str]:
    relations = [one.target for one in model.lookups_of(column.table) if one.column == column.logical_name]
    for target in (*column.targets, *relations):
        if target == "owner":
            yield from ("systemuser", "team")
        elif target in model.tables:
            yield target
