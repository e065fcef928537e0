"""What a person typed → typed values, or everything that is wrong with it, in words that never show a value.

A `Form` is compiled once from a JSON Schema (draft 2020-12) and used for every call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from onteg_dynamics.coercion import CoercionError, coerce
from onteg_dynamics.dataverse.metadata import suggest
from onteg_dynamics.errors import InputError, OutputError, Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

__all__ = ["Form", "OutputCheck"]

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """A schema ready for use.

    Args:
        schema: of an object; fields may also stand in the ``then`` of ``allOf/if/then``.
        error: the kind of `InputError` to raise.
        noun: what one field is called in messages.
    """

    schema: Schema
    error: type[InputError] = InputError
    noun: str = "option"
    fields: Mapping[str, Schema] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Collect the fields of all branches."""
        object.__setattr__(self, "fields", dict(_all_fields(self.schema)))

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The typed values.

        Args:
            values: by key or by label; texts are coerced by the schema, empty ones count as absent, and so do fields
                of a branch that is not chosen: forms keep what was typed before.

        Raises:
            InputError: of the kind given; holds every problem.
        """
        named, problems = self._by_key(values)
        typed, misfits = self._coerced(named)
        typed = self._without_leftovers(typed)
        problems += misfits
        for error in self._errors_beside(typed, misfits):
            problems += self._explain(error)
        if problems:
            raise self.error(tuple(_distinct(problems)))
        return typed

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return _compiled(self.schema)

    @cached_property
    def _keys_by_label(self) -> Mapping[str, str]:
        return {str(schema.get("title", key)).casefold(): key for key, schema in self.fields.items()}

    def _by_key(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        named: dict[str, Any] = {}
        problems = []
        for name, value in values.items():
            key = name if name in self.fields else self._keys_by_label.get(str(name).strip().casefold(), str(name))
            if key in named:
                problems.append(Problem(key, self._label(key), "is given twice, by its key and by its label"))
            elif value is not None and value != "":
                named[key] = value
        return named, problems

    def _coerced(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        typed, problems = {}, []
        for key, value in values.items():
            try:
                typed[key] = coerce(value, self.fields.get(key, {}))
            except CoercionError as exc:
                problems.append(Problem(exc.path(key), self._label(key), str(exc)))
        return typed, problems

    def _without_leftovers(self, typed: dict[str, Any]) -> dict[str, Any]:
        active = set(_active_fields(self._validator, self.schema, typed))
        return {key: value for key, value in typed.items() if key in active or key not in self.fields}

    def _errors_beside(self, typed: Mapping[str, Any], misfits: Iterable[Problem]) -> list[ValidationError]:
        """The errors of the other fields: one that could not be coerced is there, only not readable."""
        told = {problem.path.partition(".")[0] for problem in misfits}
        return [
            error
            for error in self._validator.iter_errors(typed)
            if not (error.validator == "required" and told & set(_missing(error)))
        ]

    def _explain(self, error: ValidationError) -> list[Problem]:
        path = ".".join(map(str, error.absolute_path))
        if error.validator == "required":
            reason = self._reason(error)
            return [self._problem(_joined(path, name), f"is required{reason}") for name in _missing(error)]
        if error.validator in ("additionalProperties", "unevaluatedProperties"):
            return list(self._unexpected(path, error))
        if error.validator == "dependentRequired":
            return [self._problem(path, _dependent(error))]
        return [self._problem(path, _message(error))]

    def _unexpected(self, path: str, error: ValidationError) -> Iterator[Problem]:
        known = dict(error.schema.get("properties", {})) if path else self.fields
        for name in error.instance:
            if name not in known:
                hint = suggest(str(name), [*known, *(str(item.get("title", "")) for item in known.values())])
                yield Problem(_joined(path, str(name)), "", f"there is no such {self.noun}. {hint}".strip())

    def _reason(self, error: ValidationError) -> str:
        """Why a field is required, when that depends on another: `` when Authentication is OAuth``."""
        schema_path = list(error.absolute_schema_path)
        if "then" not in schema_path:
            return ""
        node: Any = self.schema
        for step in schema_path[: len(schema_path) - 1 - schema_path[::-1].index("then")]:
            node = node[step]
        conditions = node["if"].get("properties", {})
        told = [f"{self._label(key)} is {item['const']}" for key, item in conditions.items() if "const" in item]
        return f" when {' and '.join(told)}" if told else ""

    def _problem(self, path: str, message: str) -> Problem:
        return Problem(path, self._label(path.partition(".")[0]), message)

    def _label(self, key: str) -> str:
        return str(self.fields.get(key, {}).get("title", ""))


@dataclass(frozen=True)
class OutputCheck:
    """An output schema ready for use."""

    schema: Schema

    def check(self, action: str, output: Mapping[str, Any]) -> None:
        """Make sure that `output` fits.

        Raises:
            OutputError: it does not; names the places, not the values.
        """
        errors = sorted({_place(error) for error in self._validator.iter_errors(output)})
        if errors:
            raise OutputError(f"The output of {action} does not fit its own schema: {'; '.join(errors[:5])}.")

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return _compiled(self.schema)


def _place(error: ValidationError) -> str:
    where = ".".join(map(str, error.absolute_path)) or "the whole"
    return f"{where} ({error.validator}: {_message(error)})"


def _compiled(schema: Schema) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema)


def _branches(schema: Schema) -> Iterator[Schema]:
    """The ``if/then`` objects of a schema, nested ones too."""
    for item in schema.get("allOf", ()):
        if "if" in item:
            yield item
            yield from _branches(item.get("then", {}))


def _all_fields(schema: Schema) -> Iterator[tuple[str, Schema]]:
    yield from schema.get("properties", {}).items()
    for branch in _branches(schema):
        yield from branch.get("then", {}).get("properties", {}).items()


def _active_fields(validator: Draft202012Validator, schema: Schema, values: Mapping[str, Any]) -> Iterator[str]:
    """The fields of the branches that these values choose."""
    yield from schema.get("properties", {})
    for item in schema.get("allOf", ()):
        if "if" in item and validator.evolve(schema=item["if"]).is_valid(values):
            yield from _active_fields(validator, item.get("then", {}), values)


def _missing(error: ValidationError) -> list[str]:
    return [name for name in error.validator_value if name not in error.instance]


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _dependent(error: ValidationError) -> str:
    needs = sorted(
        {name for key, names in error.validator_value.items() if key in error.instance for name in names}
        - set(error.instance)
    )
    return f"needs {' and '.join(needs)} beside it"


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


def _message(error: ValidationError) -> str:
    """What is wrong, from the schema alone: jsonschema's own message holds the value."""
    kind, wanted = str(error.validator), error.validator_value
    if kind == "enum":
        return f"must be one of {', '.join(str(item) for item in wanted)}"
    if kind in _LIMITS:
        return _LIMITS[kind].format(wanted)
    if hint := error.schema.get("x-onteg-hint"):
        return f"must be {hint}"
    if kind == "type":
        return "must be " + " or ".join(_TYPES[name] for name in ([wanted] if isinstance(wanted, str) else wanted))
    if kind == "uniqueItems":
        return "has an entry twice"
    return "does not have the right form" + _example(error.schema)


def _example(schema: Schema) -> str:
    example = schema.get("x-onteg-placeholder")
    return f", such as {example}" if example else ""


def _distinct(problems: Iterable[Problem]) -> Iterable[Problem]:
    return dict.fromkeys(problems)
