"""Rows with the same columns are made ready together, and exactly as each would be alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.connection import Connection
from onteg_dynamics.dataverse.client import Dataverse
from onteg_dynamics.dataverse.payload import Mode, PayloadWriter
from onteg_dynamics.dataverse.protocol import dumps
from onteg_dynamics.dataverse.targets import KnownRows
from onteg_dynamics.errors import InputError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

GUID = "a0000000-0000-4000-8000-00000000000"
COLUMNS = (
    "name",
    "Name",
    "telephone1",
    "numberofemployees",
    "revenue",
    "creditonhold",
    "industrycode",
    "industrycode.label",
    "statuscode",
    "lastonholdtime",
    "primarycontactid",
    "primarycontactid.table",
    "ownerid",
    "createdon",
    "accountid",
    "nosuchcolumn",
    "primarycontactid@odata.bind",
)
SHARED = ("", "12", "Consulting", "Active", "true", "2026-01-31", "2026-01-31T14:30:00Z", "contact", GUID + "1")
values = st.one_of(
    st.none(),
    st.sampled_from(SHARED),
    st.text(max_size=5),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=False),
    st.sampled_from(({"table": "contact", "id": GUID + "2"}, f"contacts({GUID}3)", "1;2", [1, 2])),
)


@pytest.fixture(scope="module")
def dataverse() -> Iterator[Dataverse]:
    with Sandbox("demo") as sandbox, Executor() as executor:
        yield executor.dataverse(Connection.from_settings(sandbox.settings()))


@st.composite
def alike(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows with the same columns; some columns hold one value in all rows."""
    names = draw(st.lists(st.sampled_from(COLUMNS), max_size=5, unique=True))
    fixed = {name: draw(values) for name in names if draw(st.booleans())}
    count = draw(st.integers(1, 4))
    return [{name: fixed.get(name, draw(values)) for name in names} for _ in range(count)]


def writer(dataverse: Dataverse, *, thorough: bool) -> PayloadWriter:
    table = dataverse.table("account")
    return PayloadWriter(table, dataverse.metadata, dataverse.fetch, thorough=thorough, known=KnownRows())


def shown(body: Mapping[str, Any] | InputError) -> Any:
    return (type(body), body.problems, body.details) if isinstance(body, InputError) else (list(body), dumps(body))


def one_by_one(alone: PayloadWriter, rows: Sequence[Mapping[str, Any]], mode: Mode) -> Iterator[Any]:
    for row in rows:
        try:
            yield shown(alone.write(row, mode))
        except InputError as exc:
            yield shown(exc)


@given(alike(), st.sampled_from(("create", "update", "upsert")), st.booleans())
def test_rows_made_ready_together_are_as_each_would_be_alone(
    dataverse: Dataverse,
    rows: list[dict[str, Any]],
    mode: Mode,
    thorough: bool,  # noqa: FBT001 - drawn
) -> None:
    together, alone = writer(dataverse, thorough=thorough), writer(dataverse, thorough=thorough)
    before = [dict(row) for row in rows]
    found = list(map(shown, together.write_alike(rows, mode)))
    assert found == list(one_by_one(alone, rows, mode))
    assert together.left_out == alone.left_out
    assert list(map(repr, rows)) == list(map(repr, before))


def test_rows_that_are_as_the_service_wants_them_are_not_copied(dataverse: Dataverse) -> None:
    rows = [{"name": f"Account {number}", "revenue": 1.5 + number, "industrycode": None} for number in range(3)]
    bodies = writer(dataverse, thorough=False).write_alike(rows, "create")
    assert all(body is row for body, row in zip(bodies, rows, strict=True))


def test_what_no_row_can_set_is_looked_up_once_and_told_of_each(dataverse: Dataverse) -> None:
    bodies = writer(dataverse, thorough=False).write_alike([{"nam": "x"}, {"nam": 2}], "create")
    told = {str(body) for body in bodies if isinstance(body, InputError)}
    assert len(told) == 1
    assert "name" in told.pop()
