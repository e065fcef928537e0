from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query import parse_query, run_query
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.filters import FILTERS, Ask
from tests.sandbox.query.garden import Garden

_QUIET = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def found(garden: Garden, text: str, table: str = "account", **options: str) -> list[str]:
    given_options = [("$filter", text), *((f"${name}", value) for name, value in options.items())]
    query = parse_query(garden.world.model, garden.table(table), given_options)
    return [row.row_id for row in run_query(garden.world, query, caller=garden.caller).rows]


def refusal(garden: Garden, text: str, table: str = "account") -> Refusal:
    with pytest.raises(Refusal) as caught:
        found(garden, text, table)
    return caught.value


@_QUIET
@given(ask=FILTERS)
def test_filters_find_what_python_finds(garden: Garden, ask: Ask) -> None:
    wanted = {row["accountid"] for row in garden.rows["account"] if ask.holds(garden, row)}
    rows = found(garden, ask.text)
    assert len(rows) == len(set(rows))
    assert set(rows) == wanted, ask.text


_SORTABLE = (
    "name",
    "numberofemployees",
    "revenue",
    "industrycode",
    "createdon",
    "_primarycontactid_value",
    "donotemail",
)
_PART = st.tuples(st.sampled_from((*_SORTABLE, "primarycontactid/birthdate")), st.sampled_from(("", " asc", " desc")))


@_QUIET
@given(ask=FILTERS, order=st.lists(_PART, max_size=3), size=st.integers(1, 30))
def test_pages_of_any_size_give_each_row_once(
    garden: Garden, ask: Ask, order: list[tuple[str, str]], size: int
) -> None:
    options = [("$filter", ask.text), ("$orderby", ",".join(name + way for name, way in order))]
    whole = run_query(
        garden.world, parse_query(garden.world.model, garden.table("account"), options), caller=garden.caller
    )
    seen: list[str] = []
    token: str | None = None
    for _ in range(len(garden.rows["account"]) + 1):
        more = [("$skiptoken", token)] if token else []
        query = parse_query(garden.world.model, garden.table("account"), [*options, *more])
        page = run_query(garden.world, query, caller=garden.caller, page_size=size)
        assert len(page.rows) <= size
        seen += [row.row_id for row in page.rows]
        token = page.next_token
        if token is None:
            break
    assert seen == [row.row_id for row in whole.rows]
    assert len(seen) == len(set(seen))
