"""JSON Schemas (draft 2020-12) ready for use: whether a value fits, and what does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from onteg_dynamics.misfits import Misfit, find

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema.protocols import Validator

__all__ = ["Rules"]

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Rules:
    """A schema ready for use.

    `jsonschema` decides and explains. `jsonschema-rs` is asked first, because it tells in a hundredth of the time that
    a value fits; whatever does not fit by it, or is beyond it, is left to `jsonschema`. Conditions (``if``) of forms,
    which compare with constants alone, it may deny too, so that `jsonschema` need not be loaded where nothing is wrong.

    Args:
        schema: the schema.
        whole: the schema that it is a part of, if it is one.
    """

    schema: Schema
    whole: Schema | None = None

    def fit(self, value: Any) -> bool:
        """Whether `value` fits."""
        told = self._told(value)
        is_sure = told or (told is not None and _compares(self.schema))
        return bool(told) if is_sure else self._thorough.is_valid(value)

    def misfits(self, value: Any) -> list[Misfit]:
        """Everything in `value` that does not fit."""
        return [] if self._told(value) else list(find(self._thorough, value))

    def _told(self, value: Any) -> bool | None:
        """What jsonschema-rs says; None where the schema is beyond it, or the value: no JSON, such as a date."""
        try:
            return None if self._quick is None else self._quick.is_valid(value)
        except ValueError:
            return None

    @cached_property
    def _quick(self) -> jsonschema_rs.Draft202012Validator | None:
        try:
            from jsonschema_rs import Draft202012Validator

            return Draft202012Validator(_narrowed(self.schema))
        except (ImportError, ValueError):
            return None

    @cached_property
    def _thorough(self) -> Validator:
        return _validators()(self.whole or self.schema).evolve(schema=self.schema)


def _compares(schema: Schema | bool) -> bool:  # noqa: FBT001 - a schema may be true or false
    """Whether members are only compared with constants, of which nobody has ideas of their own."""
    if isinstance(schema, bool):
        return True
    return schema.keys() <= _COMPARING and all(map(_compares, schema.get("properties", {}).values()))


_COMPARING = {"properties", "required", "const", "enum"}


def _narrowed(node: Any) -> Any:
    """A schema that fits nothing which the given one does not fit, whatever engine tries its patterns: they are for
    ASCII alone, because engines differ in what a blank, a letter or a digit is beyond it.

    Raises:
        ValueError: it refers, and so may lead round in circles as deep as a value goes; or what fits less in a part of
            it might fit more in the whole.
    """
    if isinstance(node, list):
        return [_narrowed(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    if not _BEYOND.isdisjoint(node) or not _compares(node.get("if", {})):
        raise ValueError("only jsonschema can tell")
    made = {key: _narrowed(value) for key, value in node.items()}
    if isinstance(made.get("pattern"), str):
        made["allOf"] = [*made.get("allOf", []), {"pattern": "^[ -~]*$"}]
    return made


_BEYOND = {"$ref", "$dynamicRef", "patternProperties", "not", "oneOf", "contains"}


@lru_cache(maxsize=1)
def _validators() -> type[Validator]:
    """The validator of jsonschema, with a short way for long lists of objects: rows."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    thorough = Draft202012Validator.VALIDATORS["items"]

    def items(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
        if not (isinstance(value, list) and set(wanted) <= _ROW and _are_rows(value, wanted)):
            yield from thorough(validator, wanted, value, schema)

    made: type[Validator] = extend(Draft202012Validator, {"items": items})  # type: ignore[no-untyped-call]
    return made


_ROW = {"type", "minProperties"}


def _are_rows(values: Iterable[Any], wanted: Schema) -> bool:
    least = wanted.get("minProperties", 0)
    return wanted.get("type") == "object" and all(isinstance(one, dict) and len(one) >= least for one in values)
