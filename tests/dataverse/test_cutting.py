from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.ahead import begun
from onteg_dynamics.dataverse.cutting import cut

TEXTS = st.text() | st.sampled_from(['"value":[', "}]", '},{"@odata.etag":"', '\\"value\\":[{', "]", '"', "\\"])
ROWS = st.lists(st.dictionaries(st.sampled_from(["@odata.etag", "name", "a"]), TEXTS | st.none() | st.integers(-9, 9)))


@given(head=TEXTS, rows=ROWS, link=TEXTS)
def test_frame_and_rows_together_are_the_answer(head: str, rows: list[dict[str, Any]], link: str) -> None:
    whole = {"@odata.context": head, "value": rows, "@odata.nextLink": link}
    found = cut(orjson.dumps(whole))
    if found is not None:  # else it is read as a whole
        assert {**found.frame, "value": orjson.loads(found.array)} == whole


def test_the_services_own_form_is_cut() -> None:
    found = cut(
        b'{"@odata.context":"c","value":[{"@odata.etag":"W/1","n":1},{"@odata.etag":"W/2"}],"@odata.nextLink":"x"}'
    )
    assert found is not None
    assert found.frame["@odata.nextLink"] == "x"
    assert bytes(found.array).count(b"W/") == 2


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"value":[{"a":1', b'{"value":[{"a":1}]', b'{"value": [{"a":1}]}', b"\xff"]
)
def test_other_forms_are_left_whole(body: bytes) -> None:
    assert cut(body) is None


def test_no_rows() -> None:
    found = cut(b'{"value":[],"@odata.deltaLink":"d"}')
    assert found is not None
    assert (bytes(found.array), found.is_empty, found.frame["@odata.deltaLink"]) == (b"[]", True, "d")


def test_what_goes_wrong_ahead_is_raised_where_it_is_wanted() -> None:
    asked = begun(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        asked()
    assert begun(lambda: 7)() == 7
