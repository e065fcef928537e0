"""dataverse-api, at its best settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
import requests
from dataverse_api.dataverse import DataverseClient

from benchmarks.contestants.harness import Done, main
from benchmarks.rows import COLUMNS

Settings = Mapping[str, Any]
SELECT = [name if name != "primarycontactid" else "_primarycontactid_value" for name in COLUMNS.split(",")]


def _entity(settings: Settings) -> Any:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {settings['token']}"
    return DataverseClient(session, settings["url"]).entity("account")


def reading(settings: Settings) -> Done:
    """All rows; it gives them all at once."""
    entity = _entity(settings)

    def work() -> Mapping[str, Any]:
        rows = entity.read(select=SELECT, page_size=5000)
        return {"rows": len(rows), "columns": len([name for name in rows[0] if "@" not in name])}

    return work


def creating(settings: Settings) -> Done:
    """Many new rows."""
    entity, count = _entity(settings), settings["writes"]
    rows = [{"name": f"New {number}", "telephone1": "555-0100", "revenue": 1000.5} for number in range(count)]

    def work() -> Mapping[str, Any]:
        entity.create(rows, mode="multiple", batch_size=1000, threading=True)
        return {"rows": count}

    return work


if __name__ == "__main__":
    main({"read": reading, "create": creating})
