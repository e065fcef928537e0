"""Whatever a change set holds: all of it is done, as if its operations came one by one, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.service.client import Client, fresh_world

IDS = [f"11111111-1111-1111-1111-{number:012d}" for number in range(4)]
MISSING = "accounts(22222222-2222-2222-2222-222222222222)"
ROWS = [f"accounts({row_id})" for row_id in IDS]
NAMES = ["A", "B", "Ünï", "O'Neil"]
BAD = [
    ("POST", "accounts", {"nope": 1}),
    ("POST", "accounts", {"name": 7}),
    ("POST", "accounts", {"accountid": IDS[0], "name": "taken"}),
    ("POST", "accounts", {"name": "x", "Account_Tasks": [{"subject": "inside"}, {"nope": 1}]}),
    ("POST", "nothings", {"name": "x"}),
    ("DELETE", MISSING, None),
    ("PATCH", ROWS[0], {"parentaccountid@odata.bind": f"/{MISSING}"}),
    ("PUT", f"{ROWS[0]}/parentaccountid/$ref", {"@odata.id": MISSING}),
    ("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": [{"name": "untyped"}]}),
]
_TARGET = {"@odata.type": "Microsoft.Dynamics.CRM.account"}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    body: Any = None

    def told(self, places: list[str]) -> Operation:
        """With the address that each reference stands for."""
        text = re.sub(
            r"\$(\d+)", lambda found: places[int(found[1]) - 1], orjson.dumps([self.path, self.body]).decode()
        )
        path, body = orjson.loads(text)
        return Operation(self.method, path, body)


@st.composite
def change_sets(draw: st.DrawFn) -> list[Operation]:
    """Up to seven operations; later ones may speak of rows that earlier ones make."""
    operations: list[Operation] = []
    made: list[str] = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        operation = draw(_operation([*ROWS, *made]))
        if operation.method == "POST" and operation.path == "accounts":
            made.append(f"${number}")
        operations.append(operation)
    if draw(st.booleans()):
        operations.insert(draw(st.integers(0, len(operations))), Operation(*draw(st.sampled_from(BAD))))
        return [one for one in operations if "$" not in str(one).replace("$ref", "")]  # numbers would be others now
    return operations


def _operation(rows: list[str]) -> st.SearchStrategy[Operation]:
    row, name = st.sampled_from(rows), st.sampled_from(NAMES)
    bound = row.map(lambda one: {"parentaccountid@odata.bind": one})
    task = st.builds(lambda one: {"subject": "T", "regardingobjectid_account_task@odata.bind": one}, row)
    named = name.map(lambda text: {"name": text})
    targets = st.lists(named.map(lambda one: {**_TARGET, **one}), min_size=1, max_size=3)
    return st.one_of(
        st.builds(Operation, st.just("POST"), st.just("accounts"), named),
        st.builds(Operation, st.just("POST"), st.just("accounts"), st.builds(lambda a, b: {**a, **b}, named, bound)),
        st.builds(Operation, st.just("POST"), st.just("tasks"), task),
        st.builds(Operation, st.just("PATCH"), row, st.one_of(named, bound)),
        st.builds(Operation, st.just("PUT"), row.map("{}/name".format), name.map(lambda text: {"value": text})),
        st.builds(
            Operation,
            st.just("PUT"),
            row.map("{}/parentaccountid/$ref".format),
            row.map(lambda one: {"@odata.id": one}),
        ),
        st.builds(Operation, st.just("DELETE"), row.map("{}/parentaccountid/$ref".format)),
        st.builds(Operation, st.just("DELETE"), st.sampled_from(ROWS)),
        st.builds(
            Operation,
            st.just("POST"),
            st.just("accounts/Microsoft.Dynamics.CRM.CreateMultiple"),
            targets.map(lambda found: {"Targets": found}),
        ),
    )


@pytest.fixture(scope="module")
def clients() -> Iterator[tuple[Client, Client]]:
    worlds = fresh_world(), fresh_world()
    yield Client(worlds[0]), Client(worlds[1])
    for world in worlds:
        world.store.close()


def prepare(found: Client) -> None:
    """The four accounts and nothing else."""
    with found.world.store.transaction():
        for table in ("account", "task", "activityparty", "customeraddress"):
            found.world.store.db.execute(f"DELETE FROM {table}")
    for row_id in IDS:
        found.create("accounts", accountid=row_id, name=row_id)


def send(found: Client, operations: list[Operation]) -> int:
    parts = [
        f"--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {number}\r\n\r\n"
        f"{one.method} {one.path if one.path.startswith('$') else f'/api/data/v9.2/{one.path}'} HTTP/1.1\r\n"
        "Content-Type: application/json\r\n\r\n"
        f"{'' if one.body is None else orjson.dumps(one.body).decode()}\r\n"
        for number, one in enumerate(operations, 1)
    ]
    text = f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{''.join(parts)}--c--\r\n--b--\r\n"
    return found.post("$batch", text.encode(), Content_Type="multipart/mixed; boundary=b").status


def one_by_one(found: Client, operations: list[Operation]) -> int | None:
    """The status of the first operation that fails, None where all are done."""
    places: list[str] = []
    for operation in operations:
        one = operation.told(places)
        answer = found.send(one.method, one.path, one.body)
        if answer.status >= 400:
            return answer.status
        places.append(str(answer.header("OData-EntityId")).removeprefix("https://sandbox.test/api/data/v9.2/"))
    return None


def everything(found: Client) -> list[Any]:
    """Every row of every table, with what the store keeps for itself."""
    tables = found.world.store.db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").fetchall()
    return [(name, found.world.store.db.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in tables]


def shown(found: Client) -> list[Any]:
    """What does not depend on ids and versions."""
    accounts = (
        "SELECT a.name, p.name FROM account a LEFT JOIN account p ON p.accountid = a.parentaccountid ORDER BY 1, 2"
    )
    tasks = "SELECT a.name FROM task t LEFT JOIN account a ON a.accountid = t.regardingobjectid ORDER BY 1"
    return [found.world.store.db.execute(text).fetchall() for text in (accounts, tasks)]


@given(operations=change_sets())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_change_set_is_all_or_nothing(clients: tuple[Client, Client], operations: list[Operation]) -> None:
    together, alone = clients
    for one in clients:
        prepare(one)
    before = everything(together)
    failed = one_by_one(alone, operations)
    status = send(together, operations)
    if failed is None:
        assert status == 200
        assert shown(together) == shown(alone)
    else:
        assert status == failed
        assert everything(together) == before
