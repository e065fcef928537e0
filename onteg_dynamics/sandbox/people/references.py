"""Rows as arguments of messages: an object with its type and key, or one with an address.

Follows "Use Web API actions": where a parameter's type is abstract, ``@odata.type`` must tell the concrete one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.people.principals import KINDS
from onteg_dynamics.sandbox.service.path import NAMESPACE
from onteg_dynamics.sandbox.write.references import resolve
from onteg_dynamics.sandbox.write.values import is_guid

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.world import World


def row_argument(world: World, arguments: Mapping[str, Any], name: str) -> tuple[Table, dict[str, Any]]:
    """The stored row that an argument names, with its table.

    Args:
        world: The sandbox.
        arguments: The arguments of the message.
        name: The parameter.

    Raises:
        Refusal: It is missing, names no type or no key, or there is no such row.
    """
    value = arguments.get(name)
    if not isinstance(value, Mapping):
        raise refusals.required_field(name)
    table, row_id = _named(world, value, name)
    row = world.store.get(table, row_id)
    if row is None:
        raise refusals.no_such_row(table.logical_name, row_id)
    return table, row


def principal_argument(world: World, value: Any, name: str, kinds: Collection[str] = KINDS) -> tuple[str, str]:
    """The user or team that an argument names: its table and id.

    Args:
        world: The sandbox.
        value: The argument.
        name: The parameter, for messages.
        kinds: Which of them may be named.

    Raises:
        Refusal: It is no user or team, or there is none like it.
    """
    table, row = row_argument(world, {name: value}, name)
    if table.logical_name not in kinds:
        raise refusals.wrong_odata_type(table.type_name, f"{NAMESPACE}principal", name)
    return table.logical_name, str(row[table.primary_id])


def _named(world: World, value: Mapping[str, Any], name: str) -> tuple[Table, str]:
    address = value.get("@odata.id")
    if address is not None:
        return resolve(world, address, name)
    kind = str(value.get("@odata.type", "")).lstrip("#").removeprefix(NAMESPACE)
    table = world.model.table(kind)
    if table is None:
        raise refusals.abstract_argument(name)
    keys = (table.primary_id, "ownerid") if kind in KINDS else (table.primary_id,)
    own = next((value[key] for key in keys if is_guid(value.get(key))), None)
    if own is None:
        raise refusals.key_value_missing()
    return table, str(own).lower()
