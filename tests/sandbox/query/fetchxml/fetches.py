"""FetchXML filters built at random, as XML for the service and as a question to plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from tests.sandbox.query import garden as g
from tests.sandbox.query.garden import Garden, Row

Holds = Callable[[Garden, Row], bool]


@dataclass(frozen=True)
class Ask:
    """A condition: its XML, and what Python makes of it."""

    xml: str
    holds: Holds = field(repr=False)


_TEXTS = ("", "alpha", "ALPHA", "beta", "a_b", "O'Bryan", "äpfel", "100% wool", "a & <b>")
_PATTERNS = ("a", "AL%", "%", "_", "%b%", "ä%", "%x", "")
ACCOUNT: dict[str, Sequence[Any]] = {
    "name": _TEXTS,
    "accountnumber": _TEXTS,
    "numberofemployees": (0, 1, 7, -3, 8),
    "revenue": (0, 10.25, -1.5, 11),
    "industrycode": (1, 2, 33),
    "createdon": g.MOMENTS[1:],
    "primarycontactid": (g.own_id("contact", 5), g.own_id("contact", 6)),
}
CONTACT: dict[str, Sequence[Any]] = {
    "firstname": _TEXTS,
    "numberofchildren": (0, 1, 7, 8),
    "birthdate": g.DAYS[1:],
    "statecode": (0, 1),
}
_NAMED = {"name", "accountnumber", "firstname"}
_PATTERN_SHAPES = {"like": "{}", "begins-with": "{}%", "ends-with": "%{}"}
_OPPOSITES = {"not-like": "like", "not-begin-with": "begins-with", "not-end-with": "ends-with"}


def _condition(column: str, operator: str, values: Sequence[Any], entity: str) -> str:
    head = f"<condition attribute={quoteattr(column)} operator={quoteattr(operator)}"
    head += f" entityname={quoteattr(entity)}" if entity else ""
    if len(values) == 1:
        return f"{head} value={quoteattr(str(values[0]))} />"
    return head + ">" + "".join(f"<value>{escape(str(value))}</value>" for value in values) + "</condition>"


def _comparison(fields: dict[str, Sequence[Any]], entity: str) -> st.SearchStrategy[Ask]:
    return st.sampled_from(sorted(fields)).flatmap(
        lambda column: st.builds(
            lambda operator, value: _compare(column, operator, value, entity),
            st.sampled_from(("eq", "ne", "neq") if column.endswith("id") else ("eq", "ne", "gt", "ge", "lt", "le")),
            st.sampled_from(fields[column]),
        )
    )


def _compare(column: str, operator: str, value: Any, entity: str) -> Ask:
    plain = "ne" if operator == "neq" else operator
    return Ask(_condition(column, operator, [value], entity), lambda _garden, row: g.holds(plain, row[column], value))


def _null(fields: dict[str, Sequence[Any]], entity: str) -> st.SearchStrategy[Ask]:
    return st.builds(
        lambda column, operator: Ask(
            f"<condition attribute='{column}' operator='{operator}'"
            + (f" entityname='{entity}'" if entity else "")
            + " />",
            lambda _garden, row: (row[column] is None) is (operator == "null"),
        ),
        st.sampled_from(sorted(fields)),
        st.sampled_from(("null", "not-null")),
    )


def _pattern(fields: dict[str, Sequence[Any]], entity: str) -> st.SearchStrategy[Ask]:
    columns = sorted(_NAMED & fields.keys())
    operators = st.sampled_from((*_PATTERN_SHAPES, *_OPPOSITES))
    return st.builds(_fits, st.sampled_from(columns), operators, st.sampled_from(_PATTERNS), st.just(entity))


def _fits(column: str, operator: str, text: str, entity: str) -> Ask:
    pattern = _PATTERN_SHAPES[_OPPOSITES.get(operator, operator)].format(text)
    xml = _condition(column, operator, [text], entity)
    return Ask(xml, lambda _garden, row: g.fits(pattern, row[column]) is not (operator in _OPPOSITES))


def _list(fields: dict[str, Sequence[Any]], entity: str) -> st.SearchStrategy[Ask]:
    return st.sampled_from(sorted(fields)).flatmap(
        lambda column: st.builds(
            lambda operator, values: _among(column, operator, values, entity),
            st.sampled_from(("in", "not-in")),
            st.lists(st.sampled_from(fields[column]), min_size=1, max_size=3),
        )
    )


def _among(column: str, operator: str, values: list[Any], entity: str) -> Ask:
    def holds(_garden: Garden, row: Row) -> bool:
        found = any(g.holds("eq", row[column], value) for value in values)
        return found is (operator == "in")

    return Ask(_condition(column, operator, values, entity), holds)


def _between(fields: dict[str, Sequence[Any]], entity: str) -> st.SearchStrategy[Ask]:
    columns = [column for column in sorted(fields) if column not in _NAMED and not column.endswith("id")]
    return st.sampled_from(columns).flatmap(
        lambda column: st.builds(
            lambda operator, low, high: _inside(column, operator, (low, high), entity),
            st.sampled_from(("between", "not-between")),
            st.sampled_from(fields[column]),
            st.sampled_from(fields[column]),
        )
    )


def _inside(column: str, operator: str, ends: tuple[Any, Any], entity: str) -> Ask:
    def holds(_garden: Garden, row: Row) -> bool:
        value = row[column]
        return value is not None and (ends[0] <= value <= ends[1]) is (operator == "between")

    return Ask(_condition(column, operator, ends, entity), holds)


def _leaf(fields: dict[str, Sequence[Any]], entity: str = "") -> st.SearchStrategy[Ask]:
    kinds = (_comparison, _null, _pattern, _list, _between)
    return st.one_of(*(kind(fields, entity) for kind in kinds))


def _grown(leaf: st.SearchStrategy[Ask], leaves: int) -> st.SearchStrategy[Ask]:
    return st.recursive(
        leaf,
        lambda inner: st.builds(_joined, st.sampled_from(("and", "or")), st.lists(inner, min_size=1, max_size=3)),
        max_leaves=leaves,
    )


def _joined(word: str, parts: list[Ask]) -> Ask:
    together = all if word == "and" else any
    xml = "".join(part.xml for part in parts)
    return Ask(
        f"<filter type='{word}'>{xml}</filter>", lambda garden, row: together(p.holds(garden, row) for p in parts)
    )


def _filter(part: Ask) -> str:
    return part.xml if part.xml.startswith("<filter") else f"<filter>{part.xml}</filter>"


def _late(part: Ask) -> Ask:
    """A condition on the outer joined contact ``p``; without that row nothing has a value."""
    nothing: Row = dict.fromkeys(CONTACT)
    return Ask(
        part.xml,
        lambda garden, row: part.holds(garden, garden.find("contact", row["primarycontactid"]) or nothing),
    )


def _related(kind: str, part: Ask) -> Ask:
    """What is asked of linked contacts; ``all`` and ``not all`` mean what the pages say, not what their names say."""

    def holds(garden: Garden, row: Row) -> bool:
        members = garden.below("contact", "parentcustomerid", row["accountid"])
        fitting = any(part.holds(garden, member) for member in members)
        return {"any": fitting, "not all": fitting, "not any": not fitting, "all": bool(members) and not fitting}[kind]

    head = f"<link-entity name='contact' from='parentcustomerid' to='accountid' link-type='{kind}'>"
    return Ask(f"{head}{_filter(part)}</link-entity>", holds)


def _columns() -> st.SearchStrategy[Ask]:
    def same(operator: str) -> Ask:
        xml = f"<condition attribute='name' operator='{operator}' valueof='accountnumber' />"
        return Ask(xml, lambda _garden, row: _alike(row["name"], row["accountnumber"], operator))

    return st.sampled_from(("eq", "ne")).map(same)


def _alike(one: str | None, other: str | None, operator: str) -> bool:
    if one is None or other is None:
        return operator == "ne" and one is not other
    low = [text.translate({letter: letter + 32 for letter in range(65, 91)}) for text in (one, other)]
    return (low[0] == low[1]) is (operator == "eq")


_RELATED = st.builds(_related, st.sampled_from(("any", "not any", "all", "not all")), _grown(_leaf(CONTACT), 3))
# Every linked table counts: 15 are the most that a query may have.
LEAVES = st.one_of(_leaf(ACCOUNT), _leaf(ACCOUNT), _leaf(CONTACT, "p").map(_late), _columns(), _RELATED)
FILTERS = _grown(LEAVES, 10)


def fetch(part: Ask, inside: str = "", **options: str) -> str:
    """A whole query of accounts with the outer joined contact ``p``."""
    given = "".join(f" {name.replace('_', '-')}={quoteattr(value)}" for name, value in options.items())
    link = "<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer' alias='p' />"
    entity = f"<entity name='account'><attribute name='accountid' />{inside}{link}{_filter(part)}</entity>"
    return f"<fetch{given}>{entity}</fetch>"
