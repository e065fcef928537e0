"""The quick look at a whole output misses nothing that walking through it would find."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.secret import MASK, Redactor

OWN = "s3cr\"t'&/ü"
HELD = (
    OWN,
    "Bearer abcdefgh",
    "bearer  x",
    "client_secret=abc",
    "CLIENT_ASSERTION=abc",
    "password=1",
    "Access_Token=x",
    "refresh_token=dead-beef",
    "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2lnbmF0dXJl",
)
texts = st.text(max_size=8) | st.sampled_from(HELD) | st.uuids().map(str)
outputs = st.recursive(
    texts | st.integers(0, 9) | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def walked(value: Any, redactor: Redactor) -> Any:
    """Each text cleaned for itself."""
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, dict):
        return {redactor.text(key): walked(item, redactor) for key, item in value.items()}
    return [walked(item, redactor) for item in value] if isinstance(value, list) else value


@given(outputs)
def test_what_is_searched_as_a_whole_is_as_clean_as_each_text(output: Any) -> None:
    redactor = Redactor(lambda: (OWN,))
    assert redactor.data(output) == walked(output, redactor)


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("many", [0, 1000])
def test_a_secret_is_found_among_many_ids(held: str, many: int) -> None:
    ids = [f"a0000000-0000-4000-8000-{number:012x}" for number in range(many)]
    cleaned = Redactor(lambda: (OWN,)).data({"ids": [*ids, f"x {held} y", *ids]})
    assert MASK in cleaned["ids"][many]
    assert cleaned["ids"][:many] == ids
