"""A killed sandbox keeps what it has acknowledged, whole; and many may write at once without losing anything."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox

WRITERS = 4
BEFORE_THE_END = 60  # acknowledged writes
BOUNDARY = "changes"


class Writer:
    """One client with a connection of its own, and what the service has acknowledged to it."""

    def __init__(self, url: str, token: str, verify: str = "") -> None:
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.session.trust_env = False
        self.session.verify = verify or True
        self.root = f"{url}/api/data/v9.2"
        self.rows: list[str] = []
        self.pairs: list[str] = []

    def create(self) -> None:
        own = str(uuid.uuid4())
        answer = self.session.post(f"{self.root}/accounts", json={"accountid": own, "name": own}, timeout=30)
        assert answer.status_code == 204
        self.rows.append(own)

    def create_pair(self) -> None:
        """Two rows in one change set: both or none."""
        name = str(uuid.uuid4())
        parts = "".join(_part(number, name) for number in (1, 2))
        inner = f"--set\r\n{parts}".removesuffix("--set\r\n") + "--set--\r\n"
        body = f"--{BOUNDARY}\r\nContent-Type: multipart/mixed;boundary=set\r\n\r\n{inner}--{BOUNDARY}--\r\n"
        headers = {"Content-Type": f"multipart/mixed;boundary={BOUNDARY}"}
        answer = self.session.post(f"{self.root}/$batch", data=body, headers=headers, timeout=30)
        assert answer.status_code == 200
        assert answer.text.count("204 No Content") == 2, answer.text
        self.pairs.append(name)

    def count_up(self, own: str) -> None:
        """Adds one to a number, as often as it takes until nobody else was faster."""
        url = f"{self.root}/accounts({own})"
        while True:
            row = self.session.get(f"{url}?$select=numberofemployees", timeout=30).json()
            change = {"numberofemployees": row["numberofemployees"] + 1}
            answer = self.session.patch(url, json=change, headers={"If-Match": row["@odata.etag"]}, timeout=30)
            if answer.status_code == 204:
                return
            assert answer.status_code == 412


def _part(number: int, name: str) -> str:
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    body = json.dumps({"lastname": name})
    request = f"POST /api/data/v9.2/contacts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
    return f"{head}Content-ID: {number}\r\n\r\n{request}--set\r\n"


@contextmanager
def started(db: Path) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    command = [
        sys.executable,
        "-m",
        "onteg_dynamics",
        "sandbox",
        "--db",
        str(db),
        "--seed",
        "empty",
        "--http",
        "--json",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()), process
        finally:
            process.kill()


def write_until_cut(writer: Writer, enough: Callable[[], None]) -> None:
    with suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        while True:
            writer.create()
            writer.create_pair()
            enough()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    db = tmp_path / "rows.sqlite"
    reached = threading.Event()
    with started(db) as (told, process), ThreadPoolExecutor(WRITERS) as pool:
        writers = [Writer(told["endpoint_url"], told["token"]) for _ in range(WRITERS)]

        def enough() -> None:
            if sum(len(writer.rows) for writer in writers) >= BEFORE_THE_END:
                reached.set()

        work = [pool.submit(write_until_cut, writer, enough) for writer in writers]
        assert reached.wait(60)
        process.send_signal(signal.SIGKILL)
        for one in work:
            one.result()
    assert process.returncode == -signal.SIGKILL
    check_file(db, writers)


def check_file(db: Path, writers: list[Writer]) -> None:
    with closing(sqlite3.connect(db)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with Sandbox(db=db) as again:
        store = again.world.store
        rows = {row["accountid"] for row in store.select("account", {}, ("accountid",))}
        names = [row["lastname"] for row in store.select("contact", {}, ("lastname",))]
        assert {own for writer in writers for own in writer.rows} <= rows
        assert {name for writer in writers for name in writer.pairs} <= set(names)
        assert all(names.count(name) == 2 for name in names)
        versions = [row["versionnumber"] for table in ("account", "contact") for row in store.select(table, {})]
        assert len(set(versions)) == len(versions)
        assert store.next_version() > max(versions)
        Writer(again.url, again.token(), str(again.ca_bundle)).create()


def test_writers_at_once_lose_nothing(sandbox: Sandbox) -> None:
    writers = [Writer(sandbox.url, sandbox.token(), str(sandbox.ca_bundle)) for _ in range(WRITERS)]
    writers[0].create()
    (shared,) = writers[0].rows
    table = sandbox.world.model.tables["account"]
    sandbox.call(lambda: sandbox.world.store.update(table, shared, {"numberofemployees": 0}))

    def work(writer: Writer) -> None:
        for _ in range(8):
            writer.create()
            writer.create_pair()
            writer.count_up(shared)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, writers))
    rows = {row["accountid"]: row for row in sandbox.world.store.select("account", {})}
    assert {own for writer in writers for own in writer.rows} <= rows.keys()
    assert rows[shared]["numberofemployees"] == WRITERS * 8
    names = [row["lastname"] for row in sandbox.world.store.select("contact", {}, ("lastname",))]
    assert all(names.count(name) == 2 for writer in writers for name in writer.pairs)


def test_a_row_is_made_once_however_many_try(sandbox: Sandbox) -> None:
    writers = [Writer(sandbox.url, sandbox.token(), str(sandbox.ca_bundle)) for _ in range(WRITERS)]
    own = str(uuid.uuid4())

    def create(writer: Writer) -> int:
        return writer.session.post(
            f"{writer.root}/accounts", json={"accountid": own, "name": "A"}, timeout=30
        ).status_code

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sorted(pool.map(create, writers)) == [204, 412, 412, 412]
