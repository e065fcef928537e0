"""What a person typed → typed values, or everything that is wrong with it, in words that never show a value.

A `Form` is compiled once from a JSON Schema (draft 2020-12) and used for every call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from onteg_dynamics.coercion import CoercionError, coerce
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.errors import InputError, OutputError, Problem
from onteg_dynamics.misfits import Misfit
from onteg_dynamics.rules import Rules

__all__ = ["Form", "OutputCheck"]

Schema = Mapping[str, Any]

SAMPLE = 100
"""Entries of a long list of an output that are checked."""


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
        for misfit in self._others(typed, misfits):
            problems += self._explain(misfit, typed)
        if problems:
            raise self.error(tuple(_distinct(problems)))
        return typed

    @cached_property
    def _rules(self) -> Rules:
        return Rules(self.schema)

    @cached_property
    def _keys_by_label(self) -> Mapping[str, str]:
        return {str(schema.get("title", key)).casefold(): key for key, schema in self.fields.items()}

    def _by_key(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        named: dict[str, Any] = {}
        problems = []
        for name, value in values.items():
            key = self.key(name)
            if key in named:
                problems.append(Problem(key, self.label(key), "is given twice, by its key and by its label"))
            elif value is not None and value != "":
                named[key] = value
        return named, problems

    def _coerced(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        typed, problems = {}, []
        for key, value in values.items():
            try:
                typed[key] = coerce(value, self.fields.get(key, {}))
            except CoercionError as exc:
                problems.append(Problem(exc.path(key), self.label(key), str(exc)))
        return typed, problems

    def _without_leftovers(self, typed: dict[str, Any]) -> dict[str, Any]:
        active = set(_active_fields(self.schema, self.schema, typed))
        return {key: value for key, value in typed.items() if key in active or key not in self.fields}

    def _others(self, typed: Mapping[str, Any], problems: Iterable[Problem]) -> list[Misfit]:
        """What is wrong with the other fields: one that could not be coerced is there, only not readable."""
        told = {problem.path.partition(".")[0] for problem in problems}
        return [misfit for misfit in self._rules.misfits(typed) if not told & set(misfit.missing)]

    def _explain(self, misfit: Misfit, typed: Mapping[str, Any]) -> list[Problem]:
        if misfit.kind == "required":
            reason = self._reason(misfit, typed)
            return [self._problem(_joined(misfit.place, name), f"is required{reason}") for name in misfit.missing]
        if misfit.kind in ("additionalProperties", "unevaluatedProperties"):
            return list(self._unexpected(misfit))
        return [self._problem(misfit.place, misfit.message)]

    def _unexpected(self, misfit: Misfit) -> Iterator[Problem]:
        known = dict(misfit.schema.get("properties", {})) if misfit.path else self.fields
        for name in misfit.value:
            if name not in known:
                hint = suggest(str(name), [*(str(item.get("title", "")) for item in known.values()), *known], most=1)
                message = f"there is no such {self.noun}. {hint}".strip()
                yield Problem(_joined(misfit.place, str(name)), "", message)

    def _reason(self, misfit: Misfit, typed: Mapping[str, Any]) -> str:
        """Why a field is required, when that depends on another: `` when Authentication is OAuth``."""
        steps = misfit.schema_path
        if "then" not in steps:
            return ""
        node: Any = self.schema
        for step in steps[: len(steps) - 1 - steps[::-1].index("then")]:
            node = node[step]
        conditions = node["if"].get("properties", {})
        told = [
            f"{self.label(key)} is {typed.get(key)}" for key, item in conditions.items() if {"const", "enum"} & {*item}
        ]
        return f" when {' and '.join(told)}" if told else ""

    def _problem(self, path: str, message: str) -> Problem:
        return Problem(path, self.label(path.partition(".")[0]), message)

    def key(self, name: str) -> str:
        """The key of a field named by key or label; other names stay as they are."""
        return name if name in self.fields else self._keys_by_label.get(str(name).strip().casefold(), str(name))

    def label(self, key: str) -> str:
        """What the form calls a field, "" for a name that is none."""
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
        errors = sorted({_place(misfit) for misfit in self._rules.misfits(_sampled(output))})
        if errors:
            raise OutputError(f"The output of {action} does not fit its own schema: {'; '.join(errors[:5])}.")

    @cached_property
    def _rules(self) -> Rules:
        return Rules(self.schema)


def _sampled(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """An output with the beginnings of its long lists; the rest of them was made by the same code."""
    return {name: value[:SAMPLE] if isinstance(value, list) else value for name, value in output.items()}


def _place(misfit: Misfit) -> str:
    return f"{misfit.place or 'the whole'} ({misfit.kind}: {misfit.message})"


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


def _active_fields(whole: Schema, schema: Schema, values: Mapping[str, Any]) -> Iterator[str]:
    """The fields of the branches that these values choose."""
    yield from schema.get("properties", {})
    for item in schema.get("allOf", ()):
        if "if" in item and Rules(item["if"], whole).fit(values):
            yield from _active_fields(whole, item.get("then", {}), values)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _distinct(problems: Iterable[Problem]) -> Iterable[Problem]:
    return dict.fromkeys(problems)
