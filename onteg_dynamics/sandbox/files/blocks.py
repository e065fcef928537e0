"""Blocks of an upload and of a download: UploadBlock, DownloadBlock, and what their messages share.

Follows "Use file column data" (use Dataverse messages to upload a file, to download a file).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files import sessions, vault
from onteg_dynamics.sandbox.files.limits import CHUNK
from onteg_dynamics.sandbox.files.sessions import Upload
from onteg_dynamics.sandbox.files.settle import decoded
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.service.resources import OneRow, stored_row
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import World
from onteg_dynamics.sandbox.write.values import is_guid

TOKEN = "FileContinuationToken"  # noqa: S105 - a parameter's name
TEXT, BYTES, WHOLE, ROW = "Edm.String", "Edm.Binary", "Edm.Int64", "mscrm.crmbaseentity"
MESSAGES = frozenset({"column", "annotation", "activitymimeattachment"})
_NAMESPACE = "Microsoft.Dynamics.CRM."
_MAX_BLOCK_ID = 64
_KEY = secrets.token_bytes(32)
Source = Callable[[World, str, int, int], bytes]


def upload_block(request: Request, given: dict[str, Any], _target: Target) -> Response:
    """Takes one block of an upload; the same block id again takes the block's place."""
    store = request.world.store
    upload = sessions.resume(store, argument(given, TOKEN), MESSAGES)
    block, data = str(argument(given, "BlockId")), decoded(argument(given, "BlockData"), "BlockData")
    _check_block(store, upload.token, block, data)
    vault.put(store, upload.token, -1, data, block)
    return Response(204)


def arranged(store: Store, upload: Upload, listed: object) -> int:
    """Puts the blocks of an upload in the order that the client tells.

    Returns:
        The size of the file.

    Raises:
        Refusal: It is no list, or names a block twice, or one that did not come.
    """
    if not isinstance(listed, list) or len(set(map(str, listed))) != len(listed):
        raise refusals.bad_block("The BlockList must be a list of different block ids.")
    missing = [block for block in map(str, listed) if block not in vault.blocks(store, upload.token)]
    if missing:
        raise refusals.bad_block("The specified block list is invalid: a block was not uploaded.")
    vault.arrange(store, upload.token, [str(block) for block in listed])
    return vault.stored_size(store, upload.token)


def download_token(kind: str, key: str) -> str:
    """A continuation token for a download; it names what is read, and cannot be made up."""
    named = orjson.dumps([kind, key])
    return base64.urlsafe_b64encode(orjson.dumps([kind, key, _signature(named)])).decode()


def downloader(sources: Mapping[str, Source]) -> Callable[[Request, dict[str, Any], Target], Response]:
    """DownloadBlock for some kinds of files: each gives bytes of what a token's key names."""

    def run(request: Request, given: dict[str, Any], _target: Target) -> Response:
        kind, key = _opened(argument(given, TOKEN))
        offset, length = _number(given, "Offset"), _number(given, "BlockLength")
        if kind not in sources:
            raise refusals.no_upload()
        data = sources[kind](request.world, key, offset, offset + length)
        if not data and (offset or length):
            raise refusals.bad_argument("Offset", "lies behind the end of the file.")
        return result(request, "DownloadBlockResponse", {"Data": base64.b64encode(data).decode()})

    return run


def argument(given: Mapping[str, Any], name: str) -> Any:
    """An argument that must be there.

    Raises:
        Refusal: It is not.
    """
    if given.get(name) is None:
        raise refusals.required_field(name)
    return given[name]


def target_table(world: World, target: Any, expected: str | None = None) -> Table:
    """The table of a row that an argument describes.

    Raises:
        Refusal: It is no object, names no table, or another one.
    """
    kind = target.get("@odata.type", "") if isinstance(target, dict) else ""
    table = world.model.table(str(kind).removeprefix("#").removeprefix(_NAMESPACE))
    if table is None or (expected is not None and table.logical_name != expected):
        raise refusals.bad_argument("Target", f"must be a row with an @odata.type of {expected or 'a table'}.")
    return table


def target_row(world: World, target: Any, expected: str | None = None) -> tuple[Table, dict[str, Any]]:
    """The stored row that an argument names by its primary key.

    Raises:
        Refusal: It names none, or there is none.
    """
    table = target_table(world, target, expected)
    row_id = target.get(table.primary_id)
    if not is_guid(row_id):
        raise refusals.bad_argument("Target", f"must have a {table.primary_id}.")
    return table, stored_row(world, OneRow(table, str(row_id).lower(), str(row_id)))


def action(name: str, members: dict[str, str], returns: dict[str, str] | None = None) -> Message:
    """An unbound action with its own type of answer, or with none."""
    kind = f"mscrm.{name}Response" if returns else None
    return Message(name, is_function=False, parameters=members, returns=kind, result=returns or {})


def _check_block(store: Store, token: str, block: str, data: bytes) -> None:
    try:
        plain = base64.b64decode(block, validate=True)
    except (ValueError, binascii.Error) as error:
        raise refusals.bad_block("The BlockId is not a valid Base64 string.") from error
    if not 0 < len(plain) <= _MAX_BLOCK_ID:
        raise refusals.bad_block(f"The BlockId must have 1 to {_MAX_BLOCK_ID} bytes before it is encoded.")
    if any(len(other) != len(block) for other in vault.blocks(store, token)):
        raise refusals.bad_block("The length of the BlockId must be the same for each block of a file.")
    if len(data) > CHUNK:
        raise refusals.bad_block(f"A block may have at most {CHUNK} bytes.")


def _opened(token: object) -> tuple[str, str]:
    """What a download's token names.

    Raises:
        Refusal: It is none of ours: whoever begins a download was seen to have the right to it.
    """
    try:
        kind, key, signature = orjson.loads(base64.urlsafe_b64decode(str(token).encode()))
    except (ValueError, TypeError) as error:
        raise refusals.no_upload() from error
    if not hmac.compare_digest(str(signature).encode(), _signature(orjson.dumps([kind, key])).encode()):
        raise refusals.no_upload()
    return str(kind), str(key)


def _signature(named: bytes) -> str:
    return hmac.new(_KEY, named, "sha256").hexdigest()


def _number(given: Mapping[str, Any], name: str) -> int:
    value = argument(given, name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise refusals.bad_argument(name, "must be a whole number from zero on.")
    return value


UPLOAD_BLOCK = Registered(action("UploadBlock", {"BlockId": TEXT, "BlockData": BYTES, TOKEN: TEXT}), upload_block)
