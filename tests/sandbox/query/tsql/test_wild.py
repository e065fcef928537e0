"""Whatever comes in is answered or refused in the service's way; nothing breaks."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query.fetchxml import Wish, run_fetch
from onteg_dynamics.sandbox.query.tsql import parse_sql
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.garden import NOW, Garden

_WORDS = """
SELECT DISTINCT TOP 3 FROM WHERE AND OR NOT IN LIKE BETWEEN IS NULL GROUP BY ORDER DESC JOIN LEFT INNER ON AS OFFSET
ROWS FETCH NEXT ONLY HAVING COUNT(*) COUNT( SUM( MAX( DATEADD(day,-1,GETUTCDATE()) account contact a c n name fullname
a.name c.fullname a.accountid c.parentcustomerid revenue createdon statecode primarycontactid * , ( ) = <> >= ; 'x' 1 -1
'2024-01-01' [name] "name" -- UNION EXISTS CASE WHEN END CAST( WITH @p # $
"""
_WILD = st.lists(st.sampled_from(_WORDS.split()), max_size=14).map(" ".join)
_COLUMN = st.sampled_from(
    ("name", "a.name", "a.revenue", "a.createdon", "c.fullname", "statecode", "a.primarycontactid", "nosuch")
)
_SHOWN = st.lists(
    st.one_of(
        _COLUMN,
        _COLUMN.map(lambda one: f"{one} AS n"),
        _COLUMN.map(lambda one: f"MAX({one}) AS m"),
        st.just("COUNT(*) AS k"),
    ),
    min_size=1,
    max_size=3,
).map(", ".join)
_VALUE = st.sampled_from(("'x'", "1", "-1.5", "'2024-01-01'", "GETUTCDATE()", "NULL"))
_TEST = st.builds(
    lambda column, operator, value: f"{column} {operator} {value}",
    _COLUMN,
    st.sampled_from(("=", "<>", "<", ">=", "LIKE", "NOT LIKE")),
    _VALUE,
) | _COLUMN.map(lambda one: f"{one} IS NOT NULL")
_JOIN = st.sampled_from(
    (
        "",
        " JOIN contact c ON c.contactid = a.primarycontactid",
        " LEFT JOIN contact c ON c.parentcustomerid = a.accountid AND c.statecode = 0",
    )
)
_LIKELY = st.builds(
    lambda head, shown, join, where, group, order, tail: (
        f"SELECT {head}{shown} FROM account a{join}{where}{group}{order}{tail}"
    ),
    st.sampled_from(("", "TOP 2 ", "DISTINCT ")),
    _SHOWN,
    _JOIN,
    st.one_of(st.just(""), st.lists(_TEST, min_size=1, max_size=3).map(lambda tests: " WHERE " + " AND ".join(tests))),
    st.one_of(st.just(""), _COLUMN.map(lambda one: f" GROUP BY {one}")),
    st.one_of(
        st.just(""), st.sampled_from(("n", "m", "k", "a.name", "c.fullname")).map(lambda one: f" ORDER BY {one} DESC")
    ),
    st.sampled_from(("", " OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY")),
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.one_of(_WILD, _LIKELY, st.text()))
@example(text="SELECT " + "(" * 500 + "name" + ")" * 500 + " FROM account")
@example(text="SELECT name FROM account WHERE " + "NOT " * 2000 + "name = 'x'")
@example(text="SELECT name FROM account WHERE " + " AND ".join(["name = 'x'"] * 3000))
def test_any_query_is_answered_or_refused(garden: Garden, text: str) -> None:
    with suppress(Refusal):
        fetch = parse_sql(text, garden.world.model, NOW)
        run_fetch(garden.world, garden.table("account"), fetch, Wish(names=True), garden.caller)
