"""What the client has learned of the tables: asked once, forgotten in time."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from onteg_dynamics.dataverse.metadata import Metadata

ACCOUNT = {
    "LogicalName": "account",
    "EntitySetName": "accounts",
    "PrimaryIdAttribute": "accountid",
    "PrimaryNameAttribute": "name",
}


class Service:
    def __init__(self, *tables: Mapping[str, Any]) -> None:
        self.tables = list(tables)
        self.asked: list[str] = []

    def fetch(self, paths: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        self.asked += paths
        return [{"value": self.tables} for _ in paths]


def test_a_table_is_asked_for_once() -> None:
    service, metadata = Service(ACCOUNT), Metadata()
    assert metadata.table("account", service.fetch) is metadata.table("account", service.fetch)
    assert len(service.asked) == 1


def test_what_is_known_grows_old() -> None:
    now = [0.0]
    service, metadata = Service(ACCOUNT), Metadata(900, lambda: now[0])
    metadata.table("account", service.fetch)
    now[0] = 899.0
    metadata.table("account", service.fetch)
    assert len(service.asked) == 1
    now[0] = 900.0
    metadata.table("account", service.fetch)
    assert len(service.asked) == 2


def test_a_table_that_is_not_there_may_come() -> None:
    service, metadata = Service(), Metadata()
    assert metadata.once("x", lambda: None) is None
    assert metadata.once("x", lambda: 1) == 1
    service.tables.append(ACCOUNT)
    assert metadata.table("account", service.fetch).entity_set == "accounts"


def test_many_threads_ask_once() -> None:
    metadata, asked, gate = Metadata(), [], threading.Event()

    def learn() -> str:
        asked.append(1)
        gate.wait(5)
        return "found"

    threads = [threading.Thread(target=metadata.once, args=("key", learn)) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert asked == [1]


def test_it_can_be_told_to_forget() -> None:
    service, metadata = Service(ACCOUNT), Metadata()
    metadata.table("account", service.fetch)
    metadata.forget()
    metadata.table("account", service.fetch)
    assert len(service.asked) == 2
