"""The two roads from a page to stable rows lead to the same rows."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.protocol import FORMATTED, LOOKUP_TABLE
from onteg_dynamics.dataverse.selection import Selection
from onteg_dynamics.dataverse.shape import page_reader, page_shaper
from onteg_dynamics.dataverse.tables import Column, Table

_COLUMNS = (
    Column("accountid", "Account", "Uniqueidentifier"),
    Column("name", "Account Name", "String"),
    Column("industrycode", "Industry", "Picklist"),
    Column("ownerid", "Owner", "Owner"),
)
_VALUES = st.none() | st.text() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
_ANNOTATED = ["industrycode", "_ownerid_value", "name"]
_SENT: dict[str, st.SearchStrategy[Any]] = {
    "@odata.etag": st.text(),
    "other": _VALUES,
    "accountid": _VALUES,
    "name": _VALUES,
    "industrycode": _VALUES,
    "_ownerid_value": _VALUES,
    "primarycontactid": st.none() | st.dictionaries(st.text(), _VALUES),
}
_NOTES = {f"{name}@{kind}": st.text() for name in _ANNOTATED for kind in (FORMATTED, LOOKUP_TABLE)}


@given(rows=st.lists(st.fixed_dictionaries(_SENT, optional=_NOTES)), labels=st.booleans())
def test_reading_what_is_wanted_gives_what_reading_all_and_shaping_gives(
    rows: list[dict[str, Any]], *, labels: bool
) -> None:
    body = orjson.dumps(rows)
    read = page_reader(_COLUMNS, labels=labels)(memoryview(body))
    assert read == page_shaper(_COLUMNS, labels=labels)(orjson.loads(body))


@pytest.mark.parametrize("value", ["[" * 900 + "]" * 900, '"\\ud83d\\ude00"', "0.1", "-0"])
def test_unusual_values_come_as_they_are(value: str) -> None:
    body = f'[{{"@odata.etag":"1","accountid":"a","name":{value}}}]'.encode()
    assert _selection().read(memoryview(body)) == [{"accountid": "a", "name": orjson.loads(value)}]


@pytest.mark.parametrize("value", ["1e400", "[" * 5000 + "]" * 5000, "NaN", '"\\ud83d"', "", '"\x01"'])
def test_damaged_values_are_refused(value: str) -> None:
    body = f'[{{"@odata.etag":"1","accountid":"a","name":{value}}}]'.encode()
    with pytest.raises(orjson.JSONDecodeError):
        _selection().read(memoryview(body))


def _selection() -> Selection:
    return Selection(Table("account", "accounts", "accountid", "name", "Account"), _COLUMNS[:2])
