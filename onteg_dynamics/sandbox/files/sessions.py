"""Uploads under way: what each is for; they outlive a restart as everything else does."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files import vault
from onteg_dynamics.sandbox.store import Store

_TOKEN_BYTES = 96


@dataclass(frozen=True)
class Upload:
    """An upload.

    Attributes:
        token: What the client names it by.
        kind: ``column``, ``chunks``, ``annotation`` or ``activitymimeattachment``.
        table: The table of the row.
        row_id: The row, or empty where it is yet to be made.
        column: The column.
        name: The name of the file.
        target: The row as the client described it, for notes and attachments.
    """

    token: str
    kind: str
    table: str
    row_id: str
    column: str
    name: str
    target: dict[str, Any] = field(default_factory=dict)


def begin(
    store: Store, kind: str, table: str, row_id: str, column: str, name: str, target: dict[str, Any] | None = None
) -> Upload:
    """A new upload."""
    upload = Upload(secrets.token_urlsafe(_TOKEN_BYTES), kind, table, row_id, column, name, target or {})
    body = orjson.dumps([kind, table, row_id, column, name, upload.target])
    store.db.execute("INSERT INTO __upload (token, body) VALUES (?, ?)", (upload.token, body))
    return upload


def resume(store: Store, token: object, kinds: frozenset[str]) -> Upload:
    """The upload that a token names.

    Raises:
        Refusal: There is none, it is complete, or it is of another kind.
    """
    found = store.db.execute("SELECT body FROM __upload WHERE token = ?", (str(token),)).fetchone()
    upload = None if found is None else Upload(str(token), *orjson.loads(found[0]))
    if upload is None or upload.kind not in kinds:
        raise refusals.no_upload()
    return upload


def end(store: Store, upload: Upload) -> None:
    """Closes an upload; parts that are still under its token go."""
    store.db.execute("DELETE FROM __upload WHERE token = ?", (upload.token,))
    vault.forget(store, upload.token)
