"""Microsoft's Python SDK at its best settings: its page iterator, chunks of 1,000 rows, eight workers."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient

from benchmarks.contestants.harness import Done, main
from benchmarks.rows import COLUMNS, id_of

Settings = Mapping[str, Any]
SELECT = [name if name != "primarycontactid" else "_primarycontactid_value" for name in COLUMNS.split(",")]
CHUNK, WORKERS = 1000, 8


class Credential:
    """The ready token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        """As the SDK asks for it."""
        return AccessToken(self._token, int(time.time()) + 3600)


def _connected(settings: Settings) -> DataverseClient:
    client = DataverseClient(settings["url"], Credential(settings["token"])).__enter__()
    client.records.retrieve("account", id_of(0), select=SELECT)
    return client


def reading(annotations: str | None = None) -> Callable[[Settings], Done]:
    """All rows, page by page."""

    def prepare(settings: Settings) -> Done:
        client = _connected(settings)

        def work() -> Mapping[str, Any]:
            rows = columns = 0
            pages = client.records.list_pages("account", select=SELECT, page_size=5000, include_annotations=annotations)
            for page in pages:
                for last in page:
                    rows, row = rows + 1, last
                columns = len([name for name in dict(row) if "@" not in name])
            return {"rows": rows, "columns": columns}

        return work

    return prepare


def parquet(settings: Settings) -> Done:
    """All rows by its dataframe into a Parquet file."""
    client = _connected(settings)
    path = Path(settings["folder"]) / "sdk.parquet"

    def work() -> Mapping[str, Any]:
        frame = client.dataframe.get("account", select=SELECT, page_size=5000)
        frame.to_parquet(path)
        return {"rows": len(frame), "file": str(path)}

    return work


def creating(settings: Settings) -> Done:
    """Many new rows."""
    client, count = _connected(settings), settings["writes"]
    rows = [{"name": f"New {number}", "telephone1": "555-0100", "revenue": 1000.5} for number in range(count)]
    chunks = [rows[start : start + CHUNK] for start in range(0, count, CHUNK)]
    client.records.create("account", rows[:2])

    def work() -> Mapping[str, Any]:
        with ThreadPoolExecutor(WORKERS) as pool:
            made = list(pool.map(lambda chunk: client.records.create("account", chunk), chunks))
        return {"rows": sum(map(len, made))}

    return work


def upserting(settings: Settings) -> Done:
    """Many rows by key; it gives up at the first refusal, so what it had not written is counted."""
    client, count = _connected(settings), settings["writes"]
    items = [
        {"alternate_key": {"accountnumber": f"AC-{number}"}, "record": {"name": f"Changed {number}"}}
        for number in range(count)
    ]
    chunks = [items[start : start + CHUNK] for start in range(0, count, CHUNK)]

    def one(chunk: list[Any]) -> int:
        try:
            client.records.upsert("account", chunk)
        except Exception:  # noqa: BLE001 - whatever it raises, the chunk is not written
            return 0
        return len(chunk)

    def work() -> Mapping[str, Any]:
        with ThreadPoolExecutor(WORKERS) as pool:
            return {"rows": sum(pool.map(one, chunks))}

    return work


def getting(settings: Settings) -> Done:
    """One row again and again."""
    client = _connected(settings)

    def work() -> Mapping[str, Any]:
        for _ in range(settings["calls"]):
            client.records.retrieve("account", id_of(0), select=SELECT)
        return {"rows": settings["calls"]}

    return work


if __name__ == "__main__":
    main(
        {
            "read": reading(),
            "read_labels": reading("*"),
            "parquet": parquet,
            "create": creating,
            "upsert": upserting,
            "get": getting,
        }
    )
