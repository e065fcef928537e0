"""What a client that keeps a copy does: a first list, then one delta link after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.service.client import Answer, Client

TRACK = {"Prefer": "odata.track-changes"}
SELECT = "accounts?$select=name,accountnumber,telephone1,fax"


@dataclass
class Copy:
    """A table as a client knows it, by what delta links tell."""

    client: Client
    address: str = SELECT
    size: int = 5000
    rows: dict[str, str] = field(default_factory=dict)
    link: str = ""
    pages: int = 0

    def sync(self) -> list[dict[str, Any]]:
        """Follows all pages; what they tell."""
        told: list[dict[str, Any]] = []
        following = self.link or self.address
        while following:
            answer = self.client.get(following, Prefer=f"odata.track-changes,odata.maxpagesize={self.size}")
            assert answer.status == 200, answer.body
            page = answer.json()
            self.pages += 1
            assert len(page["value"]) <= self.size
            assert ("@odata.deltaLink" in page) is ("@odata.nextLink" not in page)
            told += page["value"]
            following, self.link = page.get("@odata.nextLink", ""), page.get("@odata.deltaLink", "")
        for entry in told:
            self._apply(entry)
        return told

    def _apply(self, entry: dict[str, Any]) -> None:
        if entry.get("reason") == "deleted":
            self.rows.pop(entry["id"], None)
        else:
            self.rows[entry["accountid"]] = entry["name"]


def first(client: Client, address: str = SELECT) -> str:
    """The delta link of a first list."""
    answer = client.get(address, **TRACK)
    assert answer.status == 200, answer.body
    return str(answer.json()["@odata.deltaLink"])


def values(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200, answer.body
    return list(answer.json()["value"])
