"""Options one by one: added, described anew, put in order, taken away.

Follows "Create and update choices using the Web API" (InsertOptionValue and its kin).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Option, OptionSet, Table
from onteg_dynamics.sandbox.schema.body import check_value
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.choices import put_shared_options
from onteg_dynamics.sandbox.schema.options import changed_option, next_value, read_option

_ENUMS = frozenset({"Picklist", "MultiSelectPicklist", "Status"})
_PARAMETERS = {
    "OptionSetName": "Edm.String",
    "AttributeLogicalName": "Edm.String",
    "EntityLogicalName": "Edm.String",
    "Value": "Edm.Int32",
    "Label": "mscrm.Label",
    "Description": "mscrm.Label",
    "MergeLabels": "Edm.Boolean",
    "Color": "Edm.String",
    "ExternalValue": "Edm.String",
    "Values": "Collection(Edm.Int32)",
    "StateCode": "Edm.Int32",
    "DefaultStatusCode": "Edm.Int32",
}


@dataclass(frozen=True)
class _Place:
    """Whose options are meant: a global choice's or a column's own."""

    options: tuple[Option, ...]
    kind: str
    choice: OptionSet | None = None
    table: Table | None = None
    column: Column | None = None

    def option(self, value: int) -> Option:
        """The option of a value.

        Raises:
            Refusal: There is none.
        """
        found = next((option for option in self.options if option.value == value), None)
        if found is None:
            raise refusals.bad_options(f"There is no option with the value {value}.")
        return found


def insert_option(change: Change, arguments: Mapping[str, Any]) -> int:
    """A new option; its value is the next one where none is given.

    Raises:
        Refusal: The options are fixed, the value is taken, the label is missing.
    """
    place = _find(change, arguments)
    if place.kind == "Boolean":
        raise refusals.boolean_has_two_options()
    if place.kind == "State":
        raise refusals.states_are_fixed()
    if place.kind == "Status":
        raise refusals.bad_options("A status reason is added with InsertStatusValue.")
    return _insert(change, place, arguments)


def insert_status(change: Change, arguments: Mapping[str, Any]) -> int:
    """A new status reason of a state.

    Raises:
        Refusal: The table has no states, or not that one; the value is taken, the label is missing.
    """
    place = _find(change, {"AttributeLogicalName": "statuscode", **arguments})
    if place.kind != "Status" or place.table is None:
        raise refusals.no_state_code()
    states = place.table.columns["statecode"].option_by_value
    state = _need(arguments, "StateCode")
    if state not in states:
        raise refusals.bad_options(f"There is no state with the value {state}.")
    return _insert(change, place, arguments, state=state)


def update_option(change: Change, arguments: Mapping[str, Any]) -> None:
    """An option with another label, description or colour.

    Raises:
        Refusal: There is no such option, or no label.
    """
    place = _find(change, arguments)
    old = place.option(_need(arguments, "Value"))
    merge = bool(_need(arguments, "MergeLabels"))
    new = changed_option(old, {"Label": _need(arguments, "Label"), **arguments}, merge=merge)
    _put(change, place, tuple(new if option is old else option for option in place.options))


def update_state(change: Change, arguments: Mapping[str, Any]) -> None:
    """A state with another label or another status reason to begin with.

    Raises:
        Refusal: There is no such state, or the status reason is not one of its own.
    """
    place = _find(change, {"AttributeLogicalName": "statecode", **arguments})
    if place.kind != "State" or place.table is None:
        raise refusals.no_state_code()
    old = place.option(_need(arguments, "Value"))
    new = changed_option(old, dict(arguments), merge="Label" not in arguments or bool(arguments.get("MergeLabels")))
    default = arguments.get("DefaultStatusCode")
    if default is not None:
        reason = place.table.columns["statuscode"].option_by_value.get(default)
        if reason is None or reason.state != old.value:
            raise refusals.bad_options(f"The status reason {default} does not belong to the state {old.value}.")
        new = replace(new, default_status=default)
    _put(change, place, tuple(new if option is old else option for option in place.options))


def order_options(change: Change, arguments: Mapping[str, Any]) -> None:
    """Puts options in another order; every value must be named.

    Raises:
        Refusal: The values are not those of the options.
    """
    place = _find(change, arguments)
    values = _need(arguments, "Values")
    if sorted(values) != sorted(option.value for option in place.options):
        raise refusals.bad_options("The values are not those of the options.")
    _put(change, place, tuple(place.option(value) for value in values))


def delete_option(change: Change, arguments: Mapping[str, Any]) -> None:
    """Takes an option away; rows that have its value keep it.

    Raises:
        Refusal: The options are fixed, there is no such option, a state begins with it.
    """
    place = _find(change, arguments)
    if place.kind not in _ENUMS:
        raise refusals.options_are_fixed()
    gone = place.option(_need(arguments, "Value"))
    if place.kind == "Status" and _is_default(place, gone):
        raise refusals.default_status_is_fixed()
    _put(change, place, tuple(option for option in place.options if option is not gone))


def _find(change: Change, arguments: Mapping[str, Any]) -> _Place:
    for name, value in arguments.items():
        check_value(value, _PARAMETERS.get(name, "Edm.String"), "OptionSetMetadata")
    shared = arguments.get("OptionSetName")
    if shared is not None:
        choice = change.model.option_sets.get(str(shared).lower()) or change.model.option_sets.get(str(shared))
        if choice is None:
            raise refusals.no_such_definition("OptionSetMetadataBase", str(shared))
        return _Place(choice.options, choice.type, choice=choice)
    table = change.table(str(_need(arguments, "EntityLogicalName")))
    name = str(_need(arguments, "AttributeLogicalName"))
    column = table.columns.get(name)
    if column is None:
        raise refusals.no_such_column(table.logical_name, name)
    if column.global_option_set is not None:
        raise refusals.bad_options(f"The column uses the global choice '{column.global_option_set}'.")
    if not column.options and column.type not in _ENUMS:
        raise refusals.bad_options(f"'{name}' is no choice.")
    return _Place(column.options, column.type, table=table, column=column)


def _need(arguments: Mapping[str, Any], name: str) -> Any:
    value = arguments.get(name)
    if value is None:
        raise refusals.required_field(name)
    return value


def _insert(change: Change, place: _Place, arguments: Mapping[str, Any], state: int | None = None) -> int:
    taken = {option.value for option in place.options}
    value = arguments.get("Value")
    value = next_value(taken) if value is None else int(value)
    if value in taken:
        raise refusals.bad_options(f"The value {value} is used already.")
    _need(arguments, "Label")
    option = replace(read_option(dict(arguments), value), state=state)
    _put(change, place, (*place.options, option))
    return value


def _put(change: Change, place: _Place, options: tuple[Option, ...]) -> None:
    if place.choice is not None:
        put_shared_options(change, replace(place.choice, options=options))
        return
    assert place.table is not None
    assert place.column is not None
    change.put_column(place.table, replace(place.column, options=options))
    change.touch_choice(place.column)


def _is_default(place: _Place, option: Option) -> bool:
    assert place.table is not None
    return any(state.default_status == option.value for state in place.table.columns["statecode"].options)
