"""Values as people read them, column type by column type."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.sandbox.model import Model, load_model
from onteg_dynamics.sandbox.read.formats import formatted


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.mark.parametrize(
    ("table", "column", "value", "text"),
    [
        ("lead", "statecode", 0, "Open"),
        ("lead", "statuscode", 1, "New"),
        ("account", "creditonhold", 1, "Yes"),
        ("account", "creditonhold", 0, "No"),
        ("account", "revenue", 1234567.5, "€1,234,567.50"),
        ("account", "revenue", -3, "(€3.00)"),
        ("account", "numberofemployees", 1200, "1,200"),
        ("account", "versionnumber", 1200, None),
        ("account", "exchangerate", 1.5, "1.5000000000"),
        ("account", "name", "Northwind", None),
        ("contact", "birthdate", "1984-02-29", "2/29/1984"),
        ("account", "createdon", "2026-03-01T00:05:00Z", "3/1/2026 12:05 AM"),
        ("account", "createdon", "2026-03-01T12:00:00Z", "3/1/2026 12:00 PM"),
        ("opportunity", "estimatedclosedate", "2026-12-24", "12/24/2026"),
    ],
)
def test_values(model: Model, table: str, column: str, value: Any, text: str | None) -> None:
    assert formatted(model.tables[table].columns[column], value, "€") == text


def test_an_option_that_is_gone_has_no_label(model: Model) -> None:
    assert formatted(model.tables["lead"].columns["statuscode"], 4711, None) is None
