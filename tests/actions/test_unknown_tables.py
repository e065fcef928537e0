"""A table that does not exist is told by the option that named it, with its label."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import UnknownNameError
from onteg_dynamics.executor import Executor

ID = "11111111-1111-1111-1111-111111111111"


@pytest.mark.parametrize(
    ("action", "options", "told"),
    [
        ("list_records", {"table": "acount"}, "Table (table)"),
        ("search_records", {"text": "x", "tables": "lead,acount"}, "Tables (tables)"),
        ("check_privileges", {"tables": "acount"}, "Tables (tables)"),
        ("copy_values_from", {"table": "lead", "id": ID, "new_table": "acount"}, "New Table (new_table)"),
        (
            "relate_records",
            {"table": "lead", "id": ID, "related_table": "acount", "related_ids": ID},
            "Related Table (related_table)",
        ),
        (
            "create_column",
            {"table": "lead", "type": "Lookup", "name": "new_Ref", "label": "X", "related_table": "acount"},
            "Related Table (related_table)",
        ),
        ("query_with_fetchxml", {"fetchxml": "<fetch><entity name='acount'/></fetch>"}, "FetchXML (fetchxml)"),
        (
            "export_records",
            {"path": "a.csv", "fetchxml": "<fetch><entity name='acount'/></fetch>"},
            "FetchXML (fetchxml)",
        ),
    ],
)
def test_it_is_told_by_its_option(
    executor: Executor, settings: dict[str, str], action: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        executor.run(action, options, settings).unwrap()
    assert str(caught.value).startswith(f'{told}: there is no table "acount" here. Did you mean "account"')
