"""Options checked when a DAG is parsed."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.engines.airflow.options import check_options
from onteg_dynamics.errors import InputError, UnknownNameError


def is_late(value: Any) -> bool:
    return "{{" in str(value)


def check(action: str, **options: Any) -> str:
    return check_options(action, options, is_late)


def test_the_action_is_found_by_its_title() -> None:
    assert check("Get Record", table="account", key="11111111-2222-3333-4444-555555555555") == "get_record"


def test_an_unknown_action_is_told() -> None:
    with pytest.raises(UnknownNameError, match="get_record"):
        check("get_recrd")


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        check("list_records", page_size="many", tabel="account")
    assert {problem.path for problem in caught.value.problems} == {"table", "page_size", "tabel"}


def test_what_comes_later_is_not_judged() -> None:
    assert check("list_records", table="{{ params.table }}", top="{{ params.top }}") == "list_records"


def test_what_comes_later_may_be_named_by_its_label() -> None:
    assert check_options("list_records", {"Table": "{{ x }}"}, is_late) == "list_records"


def test_an_option_that_does_not_exist_is_wrong_whatever_its_value() -> None:
    with pytest.raises(InputError, match="no such option"):
        check("list_records", table="account", tpo="{{ params.top }}")


def test_the_rest_is_judged_although_one_comes_later() -> None:
    with pytest.raises(InputError) as caught:
        check("list_records", table="{{ x }}", top="none")
    assert [problem.path for problem in caught.value.problems] == ["top"]


def test_no_value_is_shown() -> None:
    with pytest.raises(InputError) as caught:
        check("list_records", table="account", top="hunter2")
    assert "hunter2" not in str(caught.value)
