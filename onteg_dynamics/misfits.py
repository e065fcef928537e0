"""What jsonschema finds wrong, as plain data, and in words made from the schema alone: its own words hold the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = ["Misfit", "find"]


@dataclass(frozen=True)
class Misfit:
    """One keyword of a schema that a value does not meet.

    Attributes:
        kind: the keyword.
        wanted: what stands behind it.
        schema: where the keyword stands.
        value: what does not meet it; never to be shown.
        path: leads to the value.
        schema_path: leads to the keyword.
    """

    kind: str
    wanted: Any
    schema: Mapping[str, Any]
    value: Any
    path: tuple[str | int, ...]
    schema_path: tuple[str | int, ...]

    @property
    def place(self) -> str:
        """The path as one text, "" for the whole."""
        return ".".join(map(str, self.path))

    @property
    def missing(self) -> list[str]:
        """The names that are required and not there."""
        return [name for name in self.wanted if name not in self.value] if self.kind == "required" else []

    @property
    def message(self) -> str:
        """What is wrong, and how it must be."""
        if self.kind == "enum":
            return f"must be one of {', '.join(str(item) for item in self.wanted)}"
        if self.kind in _LIMITS:
            return _LIMITS[self.kind].format(self.wanted)
        if hint := self.schema.get("x-onteg-hint"):
            return f"must be {hint}"
        if self.kind == "type":
            names = [self.wanted] if isinstance(self.wanted, str) else self.wanted
            return "must be " + " or ".join(_TYPES[name] for name in names)
        example = self.schema.get("x-onteg-placeholder")
        return _OTHERS.get(self.kind, "does not have the right form") + (f", such as {example}" if example else "")


def find(validator: Validator, value: Any) -> Iterator[Misfit]:
    """Everything in `value` that does not fit."""
    for error in validator.iter_errors(value):
        schema: Any = error.schema
        yield Misfit(
            str(error.validator),
            error.validator_value,
            schema if isinstance(schema, Mapping) else {},
            error.instance,
            tuple(error.absolute_path),
            tuple(error.absolute_schema_path),
        )


_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a JSON object",
    "array": "a list",
    "null": "empty",
}

_LIMITS = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} entries",
    "maxItems": "must have at most {} entries",
    "minProperties": "must have at least {} member",
    "const": "must be {}",
}

_OTHERS = {"uniqueItems": "has an entry twice", "required": "lacks a member that is required"}
