"""What the messages of this room read their arguments with: their types, checked as the service checks a payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.references import row_argument
from onteg_dynamics.sandbox.service.message import Request
from onteg_dynamics.sandbox.service.messages import Target
from onteg_dynamics.sandbox.service.path import NAMESPACE
from onteg_dynamics.sandbox.service.resources import OneRow, stored_row
from onteg_dynamics.sandbox.write.values import is_guid

Row = dict[str, Any]
_PLAIN: Mapping[str, type | tuple[type, ...]] = {
    "Edm.Boolean": bool,
    "Edm.Int32": int,
    "Edm.String": str,
    "Edm.Decimal": (int, float),
    "Edm.Double": (int, float),
    "Edm.DateTimeOffset": str,
}


def check(message: Message, arguments: Mapping[str, Any]) -> None:
    """Refuses what a message does not know, lacks or cannot take.

    Args:
        message: The message; parameters that are not optional must be there.
        arguments: What the caller sent.

    Raises:
        Refusal: In the words of a payload that does not fit.
    """
    for name, value in arguments.items():
        if name.startswith("@"):
            continue
        kind = message.parameters.get(name)
        if kind is None:
            raise refusals.unknown_payload_property(name, f"{NAMESPACE}{message.name}", message.name)
        if value is not None and not _fits(value, kind):
            raise refusals.cannot_convert(value, kind, message.name)
    for name in message.parameters:
        if name not in message.optional and arguments.get(name) is None:
            raise refusals.required_field(name)


def _fits(value: Any, kind: str) -> bool:
    if kind.startswith("Collection("):
        return isinstance(value, list) and all(_fits(one, kind[11:-1]) for one in value)
    if kind == "Edm.Guid":
        return is_guid(value)
    plain = _PLAIN.get(kind)
    if plain is None:
        return isinstance(value, dict)
    return isinstance(value, plain) and (kind == "Edm.Boolean" or not isinstance(value, bool))


def bound_row(request: Request, target: Target) -> tuple[Table, Row]:
    """The row that a message is called on, with its table.

    Raises:
        Refusal: The caller may not read it.
    """
    assert isinstance(target, OneRow)
    return target.table, readable(request, target.table, stored_row(request.world, target))


def readable(request: Request, table: Table, row: Row) -> Row:
    """A row, where the caller may read it: messages tell nothing of other rows.

    Raises:
        Refusal: The caller may not.
    """
    if request.caller.rights is not None:
        request.caller.rights.check("Read", table, row)
    return row


def typed_row(request: Request, arguments: Mapping[str, Any], name: str, *tables: str) -> tuple[Table, Row]:
    """The row that an argument names, which must be of one of some tables.

    Args:
        request: The request.
        arguments: The arguments of the message.
        name: The parameter.
        tables: Their logical names; where there is one only, the argument need not tell it.

    Raises:
        Refusal: It names no such row, or one that the caller may not read.
    """
    value = arguments.get(name)
    if isinstance(value, Mapping) and len(tables) == 1 and "@odata.id" not in value:
        value = {"@odata.type": f"{NAMESPACE}{tables[0]}", **value}
    table, row = row_argument(request.world, {name: value}, name)
    if tables and table.logical_name not in tables:
        raise refusals.wrong_odata_type(table.type_name, f"{NAMESPACE}{tables[0]}", name)
    return table, readable(request, table, row)


def status_argument(table: Table, value: int, state: int) -> int | None:
    """The status reason that a message is to set: -1 is the state's own.

    Raises:
        Refusal: The reason belongs to another state.
    """
    if value == -1:
        return None
    option = table.columns["statuscode"].option_by_value.get(value)
    if option is None or option.state != state:
        label = table.columns["statecode"].option_by_value[state].label
        raise refusals.bad_status(value, label, table.logical_name, "")
    return value
