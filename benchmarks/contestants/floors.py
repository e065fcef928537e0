"""What all floors share: the requests of the work, as bare as can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from benchmarks.rows import COLUMNS, id_of

__all__ = ["CHUNK", "WORKERS", "first_page", "headers", "next_page", "one_row", "parts"]

SELECT = COLUMNS.replace("primarycontactid", "_primarycontactid_value")
CHUNK, WORKERS = 1000, 8
_ROOT = "/api/data/v9.2/accounts"


def headers(settings: Mapping[str, Any]) -> dict[str, str]:
    """Of every request."""
    annotations = ',odata.include-annotations="*"' if settings["labels"] else ""
    return {
        "Authorization": f"Bearer {settings['token']}",
        "Accept": "application/json",
        "Prefer": f"odata.maxpagesize=5000{annotations}",
    }


def first_page() -> str:
    """The path of the first page."""
    return f"{_ROOT}?$select={SELECT}"


def one_row() -> str:
    """The path of a row."""
    return f"{_ROOT}({id_of(0)})?$select={SELECT}"


def next_page(data: Mapping[str, Any], settings: Mapping[str, Any]) -> str | None:
    """The path of the page after this one."""
    link = data.get("@odata.nextLink")
    return link.removeprefix(settings["url"]) if link else None


def parts(count: int) -> list[bytes]:
    """The bodies of CreateMultiple for so many rows."""
    kind = "Microsoft.Dynamics.CRM.account"
    rows = [
        {"@odata.type": kind, "name": f"New {one}", "telephone1": "555-0100", "revenue": 1000.5} for one in range(count)
    ]
    return [orjson.dumps({"Targets": rows[start : start + CHUNK]}) for start in range(0, count, CHUNK)]
