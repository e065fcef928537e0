"""Whatever a change set holds: all of it is done, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.service.client import Client, fresh_world

IDS = [f"11111111-1111-1111-1111-{number:012d}" for number in range(4)]
MISSING = "22222222-2222-2222-2222-222222222222"

row_ids = st.sampled_from(IDS)
names = st.sampled_from(["A", "B", "Ünï", "O'Neil"])
good = st.one_of(
    st.tuples(st.just("PATCH"), row_ids.map("accounts({})".format), st.builds(lambda name: {"name": name}, names)),
    st.tuples(st.just("DELETE"), row_ids.map("accounts({})".format), st.none()),
    st.tuples(st.just("POST"), st.just("accounts"), st.builds(lambda name: {"name": name}, names)),
    st.tuples(
        st.just("PATCH"),
        row_ids.map("accounts({})".format),
        row_ids.map(lambda row_id: {"parentaccountid@odata.bind": f"/accounts({row_id})"}),
    ),
)
bad = st.sampled_from(
    [
        ("POST", "accounts", {"nope": 1}),
        ("POST", "accounts", {"name": 7}),
        ("POST", "nothings", {"name": "x"}),
        ("DELETE", f"accounts({MISSING})", None),
        ("PATCH", f"accounts({IDS[0]})", {"parentaccountid@odata.bind": f"/accounts({MISSING})"}),
    ]
)
changes = st.lists(st.one_of(good, good, good, bad), min_size=1, max_size=6)


@contextmanager
def client() -> Iterator[Client]:
    world = fresh_world()
    try:
        yield Client(world)
    finally:
        world.store.close()


def send(found: Client, operations: list[tuple[str, str, Any]]) -> int:
    parts = [
        f"--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {number}\r\n\r\n"
        f"{method} /api/data/v9.2/{path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
        f"{'' if body is None else orjson.dumps(body).decode()}\r\n"
        for number, (method, path, body) in enumerate(operations, 1)
    ]
    text = f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{''.join(parts)}--c--\r\n--b--\r\n"
    answer = found.post("$batch", text.encode(), Content_Type="multipart/mixed; boundary=b")
    return answer.status


def state(found: Client) -> list[tuple[Any, ...]]:
    return found.world.store.db.execute("SELECT * FROM account ORDER BY accountid").fetchall()


@given(changes)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_change_set_is_all_or_nothing(operations: list[tuple[str, str, Any]]) -> None:
    with client() as found, client() as alone:
        for one in (found, alone):
            for row_id in IDS:
                one.create("accounts", accountid=row_id, name=row_id)
        before = state(found)
        single = [alone.send(method, path, body).status for method, path, body in operations]
        status = send(found, operations)
        if all(code < 400 for code in single):
            assert status == 200
            shown = "SELECT name, parentaccountid FROM account ORDER BY name, parentaccountid"
            assert found.world.store.db.execute(shown).fetchall() == alone.world.store.db.execute(shown).fetchall()
        else:
            assert status == next(code for code in single if code >= 400)
            assert state(found) == before
