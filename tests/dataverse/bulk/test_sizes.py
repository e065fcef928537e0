"""How rows are cut into parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.bulk.job import Ready
from onteg_dynamics.dataverse.bulk.sizes import Sizes, parts
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox


def new(index: int, size: int = 10) -> Ready:
    return Ready(index, b"x" * size, f"id-{index}", is_new_id=True)


def known(index: int, name: int) -> Ready:
    return Ready(index, b"{}", f"id-{name}", f"accounts({name})")


def cut(sizes: Sizes, total: int, call: float, row: float) -> Iterator[int]:
    """The sizes of parts of a service at which a request takes `call` seconds and each row `row` more."""
    for part in parts([[new(index) for index in range(total)]], sizes):
        sizes.took(len(part), call + row * len(part))
        yield len(part)


blocks = st.lists(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 400)), max_size=30), max_size=6)


@given(blocks, st.integers(1, 20), st.integers(1, 2000), st.none() | st.integers(0, 100), st.integers(1, 8))
def test_every_row_is_in_one_part_in_its_place(
    drawn: list[list[tuple[bool, int, int]]], most: int, size: int, total: int | None, together: int
) -> None:
    numbers = iter(range(1000))
    rows = [
        [new(next(numbers), size) if is_new else known(next(numbers), name) for is_new, name, size in block]
        for block in drawn
    ]
    found = list(parts(rows, Sizes(most, total, 8, together, size)))
    assert [row for part in found for row in part] == [row for block in rows for row in block]
    for part in found:
        names = [row.address for row in part if not row.is_new_id]
        assert 1 <= len(part) <= most
        assert len(names) == len(set(names))
        assert len(part) == 1 or sum(row.size for row in part) <= size


@pytest.mark.parametrize(("total", "expected"), [(30, [30]), (400, [50] * 8), (4000, [500] * 8), (8000, [1000] * 8)])
def test_what_fits_in_one_round_is_cut_evenly(total: int, expected: list[int]) -> None:
    assert list(cut(Sizes(1000, total, 52, 8), total, 0.1, 0.001)) == expected


def test_where_rows_cost_nothing_requests_are_few() -> None:
    found = list(cut(Sizes(1000, 20_000, 52, 8), 20_000, 0.05, 0.0))
    assert found[:8] == [125, 250, 375, 500, 625, 750, 875, 1000]
    assert found[8:-1] == [1000] * 15
    assert len(found) == 24


def test_where_rows_cost_much_parts_are_as_small_as_is_worth_a_request() -> None:
    found = list(cut(Sizes(1000, 20_000, 52, 8), 20_000, 0.05, 0.0005))
    assert found[8] == 15_500 // 104 + 1  # two parts for each request that may ever be under way
    assert found[8:] == sorted(found[8:], reverse=True)
    assert found[-2] == 100  # half of the time of such a part is the request's own


def test_long_work_has_large_parts_almost_to_its_end() -> None:
    found = list(cut(Sizes(1000, 300_000, 52, 8), 300_000, 0.05, 0.0005))
    assert found[8:100] == [1000] * 92
    assert found[-2] == 100


def test_a_size_that_was_asked_for_stays() -> None:
    assert list(cut(Sizes(300), 1000, 0.05, 0.0005)) == [300, 300, 300, 100]


def test_a_part_is_halved_and_those_that_were_under_way_count_once() -> None:
    sizes = Sizes(100)
    for rows, left in ((100, 50), (100, 50), (3, 25), (1, 12)):
        sizes.shrink(rows)
        assert sizes.next() == left
    for _ in range(10):
        sizes.shrink(1)
    assert sizes.next() == 1


def test_batches_grow_again_too(executor: Executor, settings: dict[str, str], sandbox: Sandbox) -> None:
    rows = [{"name": f"Row {number}"} for number in range(600)]
    made = executor.run("create_records", {"table": "account", "rows": rows}, settings).unwrap()
    ids = [one["id"] for one in made["results"]]
    for number in (1, 2, 3):
        sandbox.faults.add("504", path="*/$batch", nth=number)
    posts = len(sandbox.exchanges)
    options = {"table": "account", "ids": ids, "chunk_size": 8, "parallel": 1}
    executor.run("delete_records", options, settings).unwrap()
    sent = [one.target for one in sandbox.exchanges[posts:]]
    batches, alone = sum("$batch" in one for one in sent), sum("/accounts(" in one for one in sent)
    assert 600 // 8 < batches < 150
    assert alone <= 22


def test_what_is_too_large_is_halved_and_grows_again_when_it_is_calm() -> None:
    sizes = Sizes(400)
    sizes.shrink(400)
    assert sizes.next() == 200
    for _ in range(20):
        sizes.fits(200)
    assert sizes.next() == 400


def test_what_takes_too_long_is_made_smaller_before_the_service_ends_it() -> None:
    sizes = Sizes(1000)
    sizes.took(1000, 60.0)
    assert sizes.next() == 500
