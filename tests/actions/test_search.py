"""Search Records through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, OntegError, UnknownNameError
from onteg_dynamics.executor import Executor


@pytest.fixture
def search(executor: Executor, settings: dict[str, str]) -> Any:
    def search(**options: Any) -> Any:
        return executor.run("search_records", options, settings).unwrap()

    return search


def test_rows_of_several_tables(search: Any) -> None:
    output = search(text="coffee")
    assert len({hit["table"] for hit in output["rows"]}) > 1
    scores = [hit["score"] for hit in output["rows"]]
    assert scores == sorted(scores, reverse=True)
    assert output["count"] == len(output["rows"])
    assert (output["complete"], output["next_skip"]) == (True, None)


def test_what_is_found_is_a_row_that_can_be_read(search: Any, executor: Executor, settings: dict[str, str]) -> None:
    (hit,) = search(text="northwind", tables="accounts", select="name,industrycode")["rows"]
    assert hit["row"]["name"] == "Northwind Roasters"
    assert hit["row"]["industrycode.label"]
    assert hit["highlights"]["name"] == ["Northwind Roasters"]
    read = {"table": hit["table"], "key": hit["id"], "select": "name"}
    assert executor.run("get_record", read, settings).unwrap()["row"]["name"] == "Northwind Roasters"


def test_pages(search: Any) -> None:
    options = {"text": "*", "tables": "account", "order_by": "name asc", "top": "4"}
    seen: list[str] = []
    skip: Any = 0
    while skip is not None:
        output = search(**options, skip=skip)
        seen += [hit["id"] for hit in output["rows"]]
        skip = output["next_skip"]
    assert len(seen) == len(set(seen)) == output["count"]


def test_facets_count_values(search: Any) -> None:
    facets = search(text="*", tables="account,contact", facets="entityname,count:10")["facets"]
    (groups,) = facets.values()
    assert {group["value"] for group in groups} == {"account", "contact"}
    assert all(group["count"] > 0 for group in groups)


def test_words_and_syntax(search: Any) -> None:
    either = search(text="grinders quiet", tables="opportunity")["count"]
    assert search(text="grinders quiet", tables="opportunity", every_word="true")["count"] < either
    lucene = search(text='"quiet grinders"', tables="opportunity", syntax="lucene")
    assert lucene["count"] == 1
    only = search(text="*", tables="account", filter="statecode eq 1")
    assert only["count"] == 0


def test_what_does_not_fit_is_said(search: Any) -> None:
    with pytest.raises(InputError, match="Text"):
        search(text="")
    with pytest.raises(UnknownNameError, match="acount"):
        search(text="x", tables="acount")
    with pytest.raises(InputError, match="Top"):
        search(text="x", top=101)
    with pytest.raises(OntegError, match="nosuch"):
        search(text="x", filter="nosuch eq 1")
