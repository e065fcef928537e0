"""Which annotations are shown: names, wildcards, exceptions."""

from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.read.annotations import FORMATTED, LOOKUP_NAVIGATION, LOOKUP_TABLE, AnnotationFilter

ALL = {FORMATTED, LOOKUP_TABLE, LOOKUP_NAVIGATION}


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        (None, set()),
        ("", set()),
        ("*", ALL),
        (FORMATTED, {FORMATTED}),
        (f"{FORMATTED},{LOOKUP_TABLE}", {FORMATTED, LOOKUP_TABLE}),
        ("Microsoft.Dynamics.CRM.*", {LOOKUP_TABLE, LOOKUP_NAVIGATION}),
        (f"*, -{FORMATTED}", {LOOKUP_TABLE, LOOKUP_NAVIGATION}),
        ("-*", set()),
        (FORMATTED.lower(), set()),
    ],
)
def test_names_beginnings_and_exceptions(wish: str | None, shown: set[str]) -> None:
    found = AnnotationFilter.parse(wish)
    assert {name for name in ALL if found.wants(name)} == shown
    assert (found.formatted, found.lookup_table) == (FORMATTED in shown, LOOKUP_TABLE in shown)
