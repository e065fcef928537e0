"""``$filter`` text → tree (OData URL conventions 4.0, section 5.1.1, as far as Dataverse goes)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import lru_cache
from importlib import resources
from typing import Any

import orjson
from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.tree import (
    Both,
    Compare,
    Condition,
    Either,
    Expression,
    Lambda,
    Literal,
    Negation,
    Operand,
    Path,
    TextMatch,
)

_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_INT32 = 2**31


def parse_filter(text: str, aliases: Mapping[str, str]) -> Expression:
    """The tree of a filter.

    Args:
        text: The value of ``$filter``, percent-decoded.
        aliases: Parameter aliases (``@p1``) with their texts; one without a value is null.

    Raises:
        Refusal: The text is no filter.
    """
    used = tuple(sorted((name, value) for name, value in aliases.items() if name in text))
    return _parse(text, used, "start")


def parse_operand(text: str, aliases: Mapping[str, str]) -> Operand:
    """A property path, a literal or an alias.

    Raises:
        Refusal: The text is none of them.
    """
    used = tuple(sorted((name, value) for name, value in aliases.items() if name in text))
    found = _parse(text, used, "operand")
    assert isinstance(found, Path | Literal)
    return found


@lru_cache(maxsize=512)
def _parse(text: str, aliases: tuple[tuple[str, str], ...], start: str) -> Expression:
    try:
        tree = _grammar().parse(text, start=start)
        found: Expression = _Builder(dict(aliases)).transform(tree)
    except UnexpectedInput as error:
        raise _unreadable(text, error) from error
    except RecursionError as error:
        raise refusals.query_error("Recursion limit reached.") from error
    except VisitError as error:
        if isinstance(error.orig_exc, refusals.Refusal):
            raise error.orig_exc from error
        raise
    return found


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = resources.files("onteg_dynamics.sandbox.query").joinpath("filter.lark").read_text("utf-8")
    return Lark(text, parser="lalr", start=["start", "operand"])


def _unreadable(text: str, error: UnexpectedInput) -> refusals.Refusal:
    """The OData library's own words, an unbalanced quote told apart from everything else."""
    at: int = getattr(error, "pos_in_stream", None) or -1
    position = len(text) if at < 0 else at
    before = text[:position].rstrip()
    if text.count("'") % 2 or before.endswith("'"):
        return refusals.query_error(f"There is an unterminated literal at position {len(text) - 1} in '{text}'.")
    return refusals.query_error(f"Syntax error at position {position} in '{text}'.")


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Parse tree → our tree."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        super().__init__()
        self._aliases = aliases

    def either(self, *parts: Expression) -> Expression:
        return Either(parts)

    def both(self, *parts: Expression) -> Expression:
        return Both(parts)

    def negation(self, part: Expression) -> Expression:
        return Negation(part)

    def compare(self, left: Operand, operator: Token, right: Operand) -> Compare:
        return Compare(str(operator), left, right)

    def text_match(self, function: Token, operand: Operand, pattern: Operand) -> TextMatch:
        return TextMatch(str(function), operand, pattern)

    def condition(self, name: Token, *arguments: tuple[str, Any] | None) -> Condition:
        given = dict(argument for argument in arguments if argument is not None)
        return Condition(str(name).rsplit(".", 1)[1], _Frozen(given))

    def argument(self, name: Token, value: Any) -> tuple[str, Any]:
        return str(name), value.value if isinstance(value, Literal) else value

    def any_or_all(self, path: Path, kind: Token, variable: Token | None, body: Expression | None) -> Lambda:
        if str(kind) == "all" and body is None:
            raise refusals.query_error("The 'all' operator needs a predicate.")
        return Lambda(str(kind), path, str(variable or ""), body)

    def path(self, first: Path | Token, step: Token | None = None) -> Path:
        steps = first.steps if isinstance(first, Path) else (str(first),)
        return Path(steps if step is None else (*steps, str(step)))

    def alias(self, name: Token) -> Any:
        text = self._aliases.get(str(name), "null").strip()
        if text.startswith("["):
            return _json(text)
        return parse_operand(text, {})

    def json(self, text: Token) -> Any:
        return _json(str(text))

    def string(self, text: Token) -> Literal:
        return Literal(str(text)[1:-1].replace("''", "'"), "Edm.String")

    def number(self, text: Token) -> Literal:
        plain = str(text).rstrip("MmDdFfLl")
        if set(plain) & set(".eE"):
            return Literal(float(plain), "Edm.Double")
        number = int(plain)
        return Literal(number, "Edm.Int32" if -_INT32 <= number < _INT32 else "Edm.Int64")

    def guid(self, text: Token) -> Literal:
        return Literal(str(text).lower(), "Edm.Guid")

    def day(self, text: Token) -> Literal:
        return Literal(str(text), "Edm.Date")

    def moment(self, text: Token) -> Literal:
        return Literal(utc_text(str(text)), "Edm.DateTimeOffset")

    def enum(self, text: Token) -> Literal:
        raise refusals.query_error(f"The string '{text}' is not a valid enumeration type constant.")

    def null(self) -> Literal:
        return Literal(None)

    def true(self) -> Literal:
        return Literal(value=True, kind="Edm.Boolean")

    def false(self) -> Literal:
        return Literal(value=False, kind="Edm.Boolean")


class _Frozen(dict[str, Any]):
    """Arguments as part of a frozen tree."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))


def utc_text(text: str) -> str:
    """A moment in any zone as the store writes it: UTC, to the second.

    Raises:
        Refusal: There is no such moment.
    """
    try:
        moment = datetime.fromisoformat(_plain(text))
        zone = moment.tzinfo or timezone.utc
        return moment.replace(tzinfo=zone).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError) as error:
        message = f"Unrecognized 'Edm.DateTimeOffset' literal '{text}' at '0' in '{text}'."
        raise refusals.query_error(message) from error


def _plain(text: str) -> str:
    """Python 3.10 reads neither ``Z`` nor fractions of any length."""
    return re.sub(r"\.\d+", "", text.replace("Z", "+00:00"))


def _json(text: str) -> Any:
    """A collection: JSON, or the single quotes that some clients write."""
    for attempt in (text, _QUOTED.sub(lambda match: orjson.dumps(match[1].replace("''", "'")).decode(), text)):
        try:
            return orjson.loads(attempt)
        except orjson.JSONDecodeError:
            continue
    raise refusals.query_error("Invalid JSON. A comma character ',' was expected in scope 'Array'.")
