"""The options of a choice, one by one: added, renamed, taken away, put in order.

Implements "Create and update choices using the Web API": InsertOptionValue, UpdateOptionValue and their kin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.dataverse.blueprints import in_language, label
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import JSON_BODY, Repeat, Request, dumps
from onteg_dynamics.dataverse.schema import base_language, column_path
from onteg_dynamics.dataverse.standing import choice_of
from onteg_dynamics.dataverse.tables import DETAIL_CASTS, Choice, Table, read_choices
from onteg_dynamics.errors import InputError, Problem

__all__ = ["Changes", "Place", "Wish", "change_options", "column_place"]


@dataclass(frozen=True)
class Place:
    """Whose options are meant.

    Attributes:
        address: as the messages name it: a global choice, or a table and a column.
        choices: the options as they are.
        type: of the column; Picklist for a global choice.
    """

    address: Mapping[str, str]
    choices: Sequence[Choice]
    type: str = "Picklist"


@dataclass(frozen=True)
class Wish:
    """What is to become of the options; each is named by its label or value.

    Attributes:
        add: new options: labels, or objects with label, and value, description, color or state.
        rename: new labels by option.
        remove: options to take away.
        order: options in their order; those that are not named follow as they are.
    """

    add: Sequence[str | Mapping[str, Any]] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    remove: Sequence[str] = ()
    order: Sequence[str] = ()


@dataclass(frozen=True)
class Changes:
    """What has become of the options: added (their values; None in a dry run), renamed, removed, ordered."""

    added: Sequence[int | None]
    renamed: Sequence[int]
    removed: Sequence[int]
    ordered: bool


def column_place(link: Link, table: Table, name: str) -> Place:
    """The options that are a column's own.

    Raises:
        InputError: the column is none, is no choice, or shares the options of a global one.
    """
    column = link.columns(table).find(name)
    if column is None or column.type not in DETAIL_CASTS or not link.details(table, column.name).choices:
        raise InputError((Problem("column", "", f"{table.name} has no choice column of that name"),))
    kind = f"Microsoft.Dynamics.CRM.{column.type}AttributeMetadata"
    found = link.send(Request("GET", f"{column_path(table.name, column.name)}/{kind}{DETAIL_CASTS[column.type]}")).data
    options = found.get("OptionSet") or {}
    if options.get("IsGlobal"):
        why = f'shares the options of the global choice "{options.get("Name")}"; name it in Global Choice instead'
        raise InputError((Problem("column", "", why),))
    address = {"EntityLogicalName": table.name, "AttributeLogicalName": column.name}
    return Place(address, read_choices(options), column.type)


def change_options(link: Link, place: Place, wish: Wish) -> Changes:
    """Add, rename, remove and order options, in that order. What is as it should be already is left alone.

    Args:
        link: the client at work.
        place: whose options.
        wish: what is to become of them.

    Raises:
        InputError: an option is named that there is not. Nothing was sent.
    """
    additions = [one for one in map(_addition, wish.add) if not _is_there(place.choices, one)]
    later = [Choice(0, str(one["label"])) for one in additions]
    renamed = {choice_of("rename", place.choices, old): new for old, new in wish.rename.items()}
    removed = [choice_of("remove", place.choices, one) for one in wish.remove]
    ordered = [choice_of("order", [*place.choices, *later], one) for one in wish.order]
    sender = _Sender(link, place)
    added = [sender.insert(one) for one in additions]
    renamed = {old: new for old, new in renamed.items() if old.label != new}
    for old, new in renamed.items():
        sender.rename(old.value, new)
    for one in removed:
        sender.send("DeleteOptionValue", {"Value": one.value})
    values = {id(one): value for one, value in zip(later, added, strict=True)}
    whole = [*(one for one in place.choices if one not in removed), *later]
    order = [*ordered, *(one for one in whole if one not in ordered)]
    is_moved = bool(ordered) and order != whole
    if is_moved:
        sender.send("OrderOption", {"Values": [values.get(id(one), one.value) for one in order]})
    return Changes(added, [one.value for one in renamed], [one.value for one in removed], is_moved)


@dataclass(frozen=True)
class _Sender:
    """Sends the messages; each names the place."""

    link: Link
    place: Place

    def insert(self, one: Mapping[str, Any]) -> int | None:
        names = {"value": "Value", "color": "Color", "state": "StateCode"}
        body: dict[str, Any] = {"Label": label(str(one["label"]))}
        body |= {wire: one[name] for name, wire in names.items() if name in one}
        if one.get("description"):
            body["Description"] = label(str(one["description"]))
        answer = self.send("InsertStatusValue" if self.place.type == "Status" else "InsertOptionValue", body)
        return None if answer is None else int(answer["NewOptionValue"])

    def rename(self, value: int, text: str) -> None:
        message = "UpdateStateValue" if self.place.type == "State" else "UpdateOptionValue"
        self.send(message, {"Value": value, "Label": label(text), "MergeLabels": True})

    def send(self, message: str, body: Mapping[str, Any]) -> Any:
        told = in_language({**self.place.address, **body}, base_language(self.link))
        # A second insert would be a second option.
        repeat = Repeat.UNSENT if message.startswith("Insert") else Repeat.ALWAYS
        return self.link.send(Request("POST", message, dumps(told), JSON_BODY, repeat)).data


def _addition(one: str | Mapping[str, Any]) -> Mapping[str, Any]:
    return {"label": one} if isinstance(one, str) else one


def _is_there(choices: Sequence[Choice], one: Mapping[str, Any]) -> bool:
    """Whether an option of that label is there; with another value it is not the same one."""
    same = [choice for choice in choices if choice.label == one["label"]]
    return bool(same) and one.get("value", same[0].value) == same[0].value
