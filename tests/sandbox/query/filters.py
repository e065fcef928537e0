"""``$filter`` trees built at random, as text for the service and as a question to plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hypothesis import strategies as st

from tests.sandbox.query import garden as g
from tests.sandbox.query.garden import Garden, Row


class Holds(Protocol):
    """Whether a condition holds for a row, or its opposite, which is pushed down to the comparisons."""

    def __call__(self, garden: Garden, row: Row, *, negated: bool = False) -> bool: ...


@dataclass(frozen=True)
class Ask:
    """A condition: its text, and what Python makes of it."""

    text: str
    holds: Holds = field(repr=False)


_OPPOSITE = {"eq": "ne", "ne": "eq", "gt": "le", "le": "gt", "ge": "lt", "lt": "ge"}
_ORDERED = ("eq", "ne", "gt", "ge", "lt", "le")
_TEXT_LITERALS = ("", "alpha", "ALPHA", "beta", "a_b", "O'Bryan", "äpfel", "ZOË", "100% wool")
_PATTERNS = ("", "a", "AL", "%", "_", "b%", "ä", "o'b", "x")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Field:
    """A property: its column, how literals are written, and which ones to try."""

    name: str
    column: str
    values: Sequence[Any]
    write: Callable[[Any], str] = str
    read: Callable[[Any], Any] = lambda value: value
    operators: Sequence[str] = _ORDERED


ACCOUNT = (
    Field("name", "name", _TEXT_LITERALS, quoted),
    Field("accountnumber", "accountnumber", _TEXT_LITERALS, quoted),
    Field("numberofemployees", "numberofemployees", (0, 1, 7, -3, 8)),
    Field("revenue", "revenue", (0, 10.25, -1.5, 11)),
    Field("industrycode", "industrycode", (1, 2, 33)),
    Field("donotemail", "donotemail", (True, False), lambda value: str(value).lower(), int, ("eq", "ne")),
    Field("createdon", "createdon", g.MOMENTS[1:]),
    Field("accountid", "accountid", (g.own_id("account", 3), g.own_id("account", 99)), operators=("eq", "ne")),
    Field("_primarycontactid_value", "primarycontactid", (g.own_id("contact", 5),), operators=("eq", "ne")),
)
CONTACT = (
    Field("firstname", "firstname", _TEXT_LITERALS, quoted),
    Field("numberofchildren", "numberofchildren", (0, 1, 7, 8)),
    Field("birthdate", "birthdate", g.DAYS[1:]),
    Field("statecode", "statecode", (0, 1)),
)


def _comparison(fields: Sequence[Field], prefix: str) -> st.SearchStrategy[Ask]:
    return st.sampled_from(fields).flatmap(
        lambda one: st.builds(
            lambda operator, value: _compare(one, operator, value, prefix),
            st.sampled_from(one.operators),
            st.sampled_from(one.values),
        )
    )


def _compare(one: Field, operator: str, value: Any, prefix: str) -> Ask:
    def holds(garden: Garden, row: Row, *, negated: bool = False) -> bool:  # noqa: ARG001
        return g.holds(_OPPOSITE[operator] if negated else operator, row[one.column], one.read(value))

    return Ask(f"{prefix}{one.name} {operator} {one.write(value)}", holds)


def _null(fields: Sequence[Field], prefix: str) -> st.SearchStrategy[Ask]:
    return st.builds(_is_null, st.sampled_from(fields), st.sampled_from(("eq", "ne")), st.just(prefix))


def _is_null(one: Field, operator: str, prefix: str) -> Ask:
    def holds(garden: Garden, row: Row, *, negated: bool = False) -> bool:  # noqa: ARG001
        return (row[one.column] is None) is ((operator == "eq") is not negated)

    return Ask(f"{prefix}{one.name} {operator} null", holds)


def _match(fields: Sequence[Field], prefix: str) -> st.SearchStrategy[Ask]:
    texts = [one for one in fields if one.write is quoted]
    functions = st.sampled_from(("contains", "startswith", "endswith"))
    return st.builds(_matches, functions, st.sampled_from(texts), st.sampled_from(_PATTERNS), st.just(prefix))


def _matches(function: str, one: Field, text: str, prefix: str) -> Ask:
    pattern = {"contains": f"%{text}%", "startswith": f"{text}%", "endswith": f"%{text}"}[function]

    def holds(garden: Garden, row: Row, *, negated: bool = False) -> bool:  # noqa: ARG001
        return g.fits(pattern, row[one.column]) is not negated

    return Ask(f"{function}({prefix}{one.name},{quoted(text)})", holds)


def _columns(one: str, other: str, prefix: str) -> st.SearchStrategy[Ask]:
    return st.builds(
        lambda operator: Ask(f"{prefix}{one} {operator} {other}", _same(one, other, operator)),
        st.sampled_from(("eq", "ne")),
    )


def _same(one: str, other: str, operator: str) -> Holds:
    def holds(garden: Garden, row: Row, *, negated: bool = False) -> bool:  # noqa: ARG001
        if (operator == "ne") is not negated:
            return not _alike(row[one], row[other])
        return row[one] is not None and _alike(row[one], row[other])

    return holds


def _alike(one: str | None, other: str | None) -> bool:
    """Columns compare without regard to the case of ASCII letters."""
    if one is None or other is None:
        return one is other
    lower = ["".join(letter.lower() if letter.isascii() else letter for letter in text) for text in (one, other)]
    return lower[0] == lower[1]


def _leaf(fields: Sequence[Field], prefix: str = "") -> st.SearchStrategy[Ask]:
    return st.one_of(_comparison(fields, prefix), _null(fields, prefix), _match(fields, prefix))


def _grown(leaf: st.SearchStrategy[Ask], leaves: int) -> st.SearchStrategy[Ask]:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(_joined, st.sampled_from(("and", "or")), st.lists(inner, min_size=2, max_size=3)),
            st.builds(_not, inner),
        ),
        max_leaves=leaves,
    )


def _joined(word: str, parts: list[Ask]) -> Ask:
    def holds(garden: Garden, row: Row, *, negated: bool = False) -> bool:
        found = [part.holds(garden, row, negated=negated) for part in parts]
        return all(found) if (word == "and") is not negated else any(found)

    return Ask("(" + f" {word} ".join(part.text for part in parts) + ")", holds)


def _not(part: Ask) -> Ask:
    def holds(garden: Garden, row: Row, *, negated: bool = False) -> bool:
        return part.holds(garden, row, negated=not negated)

    return Ask(f"not ({part.text})", holds)


def _over(part: Ask) -> Ask:
    """A condition on the row behind a lookup; without that row nothing has a value."""
    nothing: Row = dict.fromkeys(one.column for one in CONTACT)

    def holds(garden: Garden, row: Row, *, negated: bool = False) -> bool:
        return part.holds(garden, garden.find("contact", row["primarycontactid"]) or nothing, negated=negated)

    return Ask(part.text, holds)


def _lambda(kind: str, part: Ask) -> Ask:
    def holds(garden: Garden, row: Row, *, negated: bool = False) -> bool:
        members = garden.below("contact", "parentcustomerid", row["accountid"])
        found = [part.holds(garden, member) for member in members]
        return (any(found) if kind == "any" else all(found)) is not negated

    return Ask(f"contact_customer_accounts/{kind}(c:{part.text})", holds)


_MEMBER = _grown(_leaf(CONTACT, "c/"), 3)
LEAVES = st.one_of(
    _leaf(ACCOUNT),
    _columns("name", "accountnumber", ""),
    _leaf(CONTACT, "primarycontactid/").map(_over),
    st.builds(_lambda, st.sampled_from(("any", "all")), _MEMBER),
)
FILTERS = _grown(LEAVES, 8)
