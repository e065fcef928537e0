"""Who is to be told of what: steps with their endpoints and images, and callback registrations, as the rows say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.store import Store

STEP, ENDPOINT = "sdkmessageprocessingstep", "serviceendpoint"
IMAGE, CALLBACK = "sdkmessageprocessingstepimage", "callbackregistration"
REGISTRATIONS = frozenset({STEP, ENDPOINT, IMAGE, CALLBACK})
SILENT = REGISTRATIONS | {"asyncoperation", "bulkdeleteoperation", "bulkdeletefailure"}
"""Tables whose changes nobody is told of: the registrations themselves, and the jobs that telling makes."""

WEBHOOK = 8
SYNCHRONOUS, ASYNCHRONOUS = 0, 1
PRE_VALIDATION, PRE_OPERATION, POST_OPERATION = 10, 20, 40
PRE_IMAGES, POST_IMAGES = frozenset({0, 2}), frozenset({1, 2})
_ANY = f"SELECT EXISTS (SELECT 1 FROM {STEP} WHERE statecode = 0) OR EXISTS (SELECT 1 FROM {CALLBACK})"  # noqa: S608
_ANY_SYNC = f"SELECT EXISTS (SELECT 1 FROM {STEP} WHERE statecode = 0 AND mode = {SYNCHRONOUS})"  # noqa: S608


@dataclass(frozen=True)
class Image:
    """A copy of the row that a step is sent.

    Attributes:
        alias: Its key.
        columns: The columns in it; all where it is empty.
        is_before: True where the row as it was is wanted.
        is_after: True where the row as it became is wanted.
    """

    alias: str
    columns: frozenset[str]
    is_before: bool
    is_after: bool


@dataclass(frozen=True)
class Step:
    """A step that posts to a webhook.

    Attributes:
        id: Its id.
        name: Its name.
        stage: When, in an operation.
        mode: Synchronous or asynchronous.
        columns: The columns that an update must touch; any where it is empty.
        deletes_jobs: True where the job of a post that went well is removed.
        user_id: On whose behalf it is done, where not the caller's.
        endpoint: The endpoint's row.
        images: The copies that it is sent.
    """

    id: str
    name: str
    stage: int
    mode: int
    columns: frozenset[str]
    deletes_jobs: bool
    user_id: str | None
    endpoint: Mapping[str, Any]
    images: tuple[Image, ...]


def is_anyone(store: Store) -> bool:
    """True where somebody may have to be told of a change."""
    return bool(store.db.execute(_ANY).fetchone()[0])


def is_anyone_waited_for(store: Store) -> bool:
    """True where a change may have to wait for an endpoint."""
    return bool(store.db.execute(_ANY_SYNC).fetchone()[0])


def steps_of(store: Store, message: str, table: str) -> list[Step]:
    """The enabled steps of a message on a table, in the order in which they run."""
    found = [row for row in store.select(STEP, {"statecode": 0}) if _fits(store, row, message, table)]
    found.sort(key=lambda row: (row["stage"] or 0, row["rank"] or 0, row["createdon"] or "", row["name"] or ""))
    return [step for row in found if (step := _step(store, row)) is not None]


def callbacks_of(store: Store, table: str) -> list[dict[str, Any]]:
    """The callback registrations of a table."""
    return store.select(CALLBACK, {"entityname": table})


def columns_in(text: Any) -> frozenset[str]:
    """The names in a comma list."""
    return frozenset(name.strip() for name in str(text or "").split(",") if name.strip())


def _fits(store: Store, row: Mapping[str, Any], message: str, table: str) -> bool:
    if not _has(store, "sdkmessage", row["sdkmessageid"], name=message):
        return False
    chosen = row["sdkmessagefilterid"]
    return chosen is None or _has(store, "sdkmessagefilter", chosen, primaryobjecttypecode=table)


def _has(store: Store, table: str, row_id: Any, **match: Any) -> bool:
    return bool(store.select(table, {f"{table}id": row_id, **match}, (f"{table}id",), limit=1))


def _step(store: Store, row: Mapping[str, Any]) -> Step | None:
    if row["eventhandler__table"] != ENDPOINT:
        return None
    endpoints = store.select(ENDPOINT, {"serviceendpointid": row["eventhandler"], "contract": WEBHOOK}, limit=1)
    if not endpoints:
        return None
    return Step(
        row["sdkmessageprocessingstepid"],
        row["name"],
        row["stage"],
        row["mode"],
        columns_in(row["filteringattributes"]),
        bool(row["asyncautodelete"]),
        row["impersonatinguserid"],
        endpoints[0],
        tuple(_images(store.select(IMAGE, {"sdkmessageprocessingstepid": row["sdkmessageprocessingstepid"]}))),
    )


def _images(rows: Iterable[Mapping[str, Any]]) -> Iterable[Image]:
    for row in rows:
        kind = row["imagetype"]
        yield Image(row["entityalias"], columns_in(row["attributes"]), kind in PRE_IMAGES, kind in POST_IMAGES)
