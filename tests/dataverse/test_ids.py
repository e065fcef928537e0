from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse import ids
from onteg_dynamics.dataverse.ids import RowIds, guid_of, new_row_id

GUID = "0f4a1c52-7b3e-4d68-9a51-2c8e6f7d9b10"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids of one process share one order; each test begins its own."""
    monkeypatch.setattr(ids, "_last", 0)


def sql_server_order(text: str) -> bytes:
    """The bytes of a ``uniqueidentifier`` in the order in which SQL Server compares them.

    Written from what SQL Server documents of its ``SqlGuid.CompareTo``: bytes 10 to 15 of the stored form, then 8 and
    9, 6 and 7, 4 and 5, and 0 to 3. The stored form has the first three groups with their bytes reversed.
    """
    stored = uuid.UUID(text).bytes_le
    return bytes(stored[index] for index in (10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3))


@given(st.uuids())
def test_every_way_to_write_a_guid_is_read(guid: uuid.UUID) -> None:
    text = str(guid)
    for form in (text, text.upper(), f"{{{text}}}", f"  {text}\n", guid.hex, guid.hex.upper(), f"{{{text.upper()}}}"):
        assert guid_of(form) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "account",
        GUID[:-1],
        GUID + "0",
        GUID.replace("-", "_"),
        GUID.replace("0f", "0g"),
        f"'{GUID}'",
        f"{GUID} {GUID}",
        "0f4a1c527-b3e-4d68-9a51-2c8e6f7d9b10",
        "\u0660" * 32,
    ],
)
def test_what_is_no_guid_is_none(text: str) -> None:
    assert guid_of(text) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    found = guid_of(text)
    assert found is None or str(uuid.UUID(found)) == found


@given(st.lists(st.integers(0, 2**62), min_size=2, max_size=20))
def test_ids_grow_in_sql_servers_order_whatever_the_clock_does(moments: list[int]) -> None:
    keys = [sql_server_order(new_row_id(lambda now=now: now)) for now in moments]  # type: ignore[misc]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_a_clock_that_stands_still_gives_ids_that_grow() -> None:
    keys = [sql_server_order(new_row_id(lambda: 1_800_000_000_000_000_000)) for _ in range(40_000)]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("later", [1_000, 1_000_000, 3_600_000_000_000])
def test_an_id_made_later_sorts_later(later: int) -> None:
    now = 1_800_000_000_000_000_000
    first = new_row_id(lambda: now)
    assert sql_server_order(first) < sql_server_order(new_row_id(lambda: now + later))


def test_the_last_six_bytes_hold_milliseconds() -> None:
    text = new_row_id(lambda: 1_800_000_000_123_456_789)
    assert int(text[-12:], 16) == 1_800_000_000_123


def test_an_id_is_of_version_8() -> None:
    made = uuid.UUID(new_row_id())
    assert (made.version, made.variant) == (8, uuid.RFC_4122)
    assert guid_of(str(made)) == str(made)


def test_two_processes_with_one_clock_make_different_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_row_id(lambda: 1)
    monkeypatch.setattr(ids, "_last", 0)
    assert new_row_id(lambda: 1) != first


def test_threads_never_share_an_id() -> None:
    start = threading.Barrier(16)

    def make(_: int) -> list[str]:
        start.wait()
        return [new_row_id(lambda: 5) for _ in range(200)]

    with ThreadPoolExecutor(16) as pool:
        made = [each for batch in pool.map(make, range(16)) for each in batch]
    assert len({sql_server_order(each)[:8] for each in made}) == 16 * 200


def test_the_rows_of_one_piece_of_work_have_ids_that_grow_and_stay() -> None:
    made = RowIds.new()
    found = [made.of(index) for index in range(2000)]
    again = RowIds(made.seed, made.start)
    assert [again.of(index) for index in reversed(range(2000))] == found[::-1]
    keys = [sql_server_order(one) for one in found]
    assert keys == sorted(set(keys))
    assert all(uuid.UUID(one).version == 8 and uuid.UUID(one).variant == uuid.RFC_4122 for one in found)
    assert not {one[:18] for one in found} & {RowIds.new().of(index)[:18] for index in range(2000)}
