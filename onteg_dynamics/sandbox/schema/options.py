"""Options of choices as definitions write them ("Create and update choices using the Web API")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Option
from onteg_dynamics.sandbox.schema.body import Definition
from onteg_dynamics.sandbox.schema.words import Labels, read_labels

FIRST_VALUE = 100_000_000
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LABELS = {"Label": "label", "Description": "description"}


def read_options(choice: Definition) -> tuple[Option, ...]:
    """The options of a new choice; those without a value get the publisher's next ones.

    Args:
        choice: An OptionSetMetadata or a BooleanOptionSetMetadata.

    Raises:
        Refusal: A value comes twice, or an option has no label.
    """
    if choice.kind.is_a("BooleanOptionSetMetadata"):
        return _yes_and_no(choice)
    found: list[Option] = []
    given = choice.get("Options", [])
    taken = {item["Value"] for item in given if item.get("Value") is not None}
    for item in given:
        value = item.get("Value")
        value = next_value(taken) if value is None else value
        if any(option.value == value for option in found):
            raise refusals.bad_options(f"The value {value} is used more than once.")
        taken.add(value)
        found.append(read_option(item, value))
    return tuple(found)


def read_option(item: dict[str, Any], value: int) -> Option:
    """One new option.

    Raises:
        Refusal: It has no label in the language of the environment, or its colour is none.
    """
    labels = read_labels(item, _LABELS)
    text = labels.own("label")
    if text is None:
        raise refusals.bad_options(f"The option {value} has no label.")
    color = item.get("Color") or None
    if color is not None and not _COLOR.fullmatch(color):
        raise refusals.bad_options(f"'{color}' is no color.")
    return Option(
        value,
        text,
        color=color,
        description=labels.own("description"),
        external_value=item.get("ExternalValue"),
        translations=labels.foreign(),
    )


def changed_option(option: Option, item: dict[str, Any], *, merge: bool) -> Option:
    """An option with the label, description and colour that a message gives it."""
    labels = Labels(read_labels(item, _LABELS).by_member, merge)
    text = labels.own("label", option.label)
    if text is None:
        raise refusals.bad_options(f"The option {option.value} has no label.")
    return replace(
        option,
        label=text,
        description=labels.own("description", option.description) if "Description" in item else option.description,
        color=item.get("Color") or option.color,
        external_value=item.get("ExternalValue") or option.external_value,
        translations=labels.foreign(option.translations),
    )


def next_value(taken: Iterable[int]) -> int:
    """The next value that the default publisher gives: its prefix is 10000."""
    own = [value for value in taken if value >= FIRST_VALUE]
    return max(own) + 1 if own else FIRST_VALUE


def _yes_and_no(choice: Definition) -> tuple[Option, ...]:
    found = []
    for name, value in (("TrueOption", 1), ("FalseOption", 0)):
        item = choice.need(name)
        if item.get("Value") not in {None, value}:
            raise refusals.bad_options(f"The value of {name} must be {value}.")
        found.append(read_option(item, value))
    return tuple(found)
