"""What one Get Record through the executor costs beside a bare ``requests.Session.get`` of the same URL."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import requests
from running import sandbox

from onteg_dynamics.executor import Executor

ROUNDS, CALLS = 30, 40


def main() -> None:
    """Print the median time of each way and their ratio."""
    with sandbox() as settings, requests.Session() as session, Executor() as executor:
        token = settings.pop("token")
        settings.pop("process")
        sent: list[str] = []
        with Executor(watch=lambda exchange: sent.append(exchange.request.path)) as traced:
            row = traced.run("list_records", {"table": "account", "top": 1}, settings).unwrap()["rows"][0]
            options = {"table": "account", "key": row["accountid"], "select": "name,revenue,primarycontactid"}
            traced.run("get_record", options, settings).unwrap()
        url = f"{settings['endpoint_url']}/api/data/v9.2/{sent[-1]}"
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

        def bare() -> None:
            session.get(url, headers=headers, verify=settings["ca_bundle"], timeout=10).raise_for_status()

        def ours() -> None:
            executor.run("get_record", options, settings).unwrap()

        bare_time, our_time = side_by_side(bare, ours)
        times = f"requests.Session.get {bare_time * 1000:.3f} ms, Get Record {our_time * 1000:.3f} ms"
        print(f"{times}, ratio {our_time / bare_time:.2f}")


def side_by_side(*ways: Callable[[], None]) -> list[float]:
    """The median seconds of one call of each way; they take turns."""
    times: list[list[float]] = [[] for _ in ways]
    for way in ways:
        way()
    for _ in range(ROUNDS):
        for kept, way in zip(times, ways, strict=True):
            start = time.perf_counter()
            for _ in range(CALLS):
                way()
            kept.append((time.perf_counter() - start) / CALLS)
    return [statistics.median(kept) for kept in times]


if __name__ == "__main__":
    main()
