"""The tree of a ``$filter`` expression: frozen data, without a database in mind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Path:
    """A property, reached over navigation properties: ``primarycontactid/fullname``."""

    steps: tuple[str, ...]


@dataclass(frozen=True)
class Literal:
    """A value; ``kind`` is its Edm type, empty for null. Moments are UTC texts as the store keeps them."""

    value: str | int | float | bool | None
    kind: str = ""


@dataclass(frozen=True)
class Compare:
    """``eq ne gt ge lt le`` between two operands."""

    operator: str
    left: Path | Literal
    right: Path | Literal


@dataclass(frozen=True)
class TextMatch:
    """``contains``, ``startswith`` or ``endswith``."""

    function: str
    operand: Path | Literal
    pattern: Path | Literal


@dataclass(frozen=True)
class Condition:
    """A query function of the namespace Microsoft.Dynamics.CRM with its named arguments."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Both:
    """All parts hold."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Either:
    """One part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Negation:
    """The part does not hold."""

    part: Expression


@dataclass(frozen=True)
class Lambda:
    """``any`` or ``all`` over a collection; ``body`` is None for the bare ``any()``."""

    kind: str
    path: Path
    variable: str = ""
    body: Expression | None = None


Operand = Path | Literal
Expression = Compare | TextMatch | Condition | Both | Either | Negation | Lambda | Path | Literal
