"""Files in blocks by messages, as "Use file column data" prints them (use Dataverse messages)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from onteg_dynamics.sandbox.files.limits import CHUNK
from tests.sandbox.files.parts import (
    FILE,
    IMAGE,
    account,
    called,
    encoded,
    kept_bytes,
    noise,
    picture,
    receive_blocks,
    send_blocks,
    upload,
)
from tests.sandbox.service.client import Client

TYPE = "Microsoft.Dynamics.CRM.account"


def target(own: str) -> dict[str, Any]:
    return {"accountid": own.removeprefix("accounts(")[:-1], "@odata.type": TYPE}


def begin(client: Client, own: str, name: str = "25mb.pdf", column: str = FILE) -> str:
    told = {"Target": target(own), "FileName": name, "FileAttributeName": column}
    return str(called(client, "InitializeFileBlocksUpload", **told)["FileContinuationToken"])


def commit(client: Client, token: str, ids: list[str], name: str = "25mb.pdf") -> dict[str, Any]:
    told = {"FileName": name, "MimeType": "application/pdf", "BlockList": ids, "FileContinuationToken": token}
    return called(client, "CommitFileBlocksUpload", **told)


def begin_download(client: Client, own: str, column: str = FILE) -> dict[str, Any]:
    return called(client, "InitializeFileBlocksDownload", Target=target(own), FileAttributeName=column)


def test_a_file_goes_up_and_comes_down_in_blocks(client: Client) -> None:
    own, data = account(client), noise(CHUNK + 1000)
    token = begin(client, own)
    told = commit(client, token, send_blocks(client, token, data, CHUNK))
    assert told["@odata.context"].endswith("$metadata#Microsoft.Dynamics.CRM.CommitFileBlocksUploadResponse")
    assert (told["FileId"], told["FileSizeInBytes"]) == (client.get(own).json()[FILE], len(data))
    told = begin_download(client, own)
    assert (told["FileName"], told["FileSizeInBytes"]) == ("25mb.pdf", len(data))
    assert told["IsChunkingSupported"] is True
    assert receive_blocks(client, told, CHUNK) == data
    answer = client.get(f"{own}/{FILE}/$value")
    assert (answer.body == data, answer.header("mimetype")) == (True, "application/pdf")


def test_the_list_orders_the_blocks_and_leaves_some_out(client: Client) -> None:
    own = account(client)
    token = begin(client, own)
    first, second, _third = send_blocks(client, token, b"aabbcc", 2)
    told = commit(client, token, [second, first])
    assert (told["FileSizeInBytes"], client.get(f"{own}/{FILE}/$value").body) == (4, b"bbaa")
    assert kept_bytes(client) == 4


def test_a_block_takes_the_place_of_one_with_its_id(client: Client) -> None:
    own = account(client)
    token = begin(client, own)
    send_blocks(client, token, b"old", 3)
    ids = send_blocks(client, token, b"new", 3)
    commit(client, token, ids)
    assert client.get(f"{own}/{FILE}/$value").body == b"new"


@pytest.mark.parametrize(
    ("block", "data"),
    [
        ("not base64!", b"x"),
        (encoded(b""), b"x"),
        (encoded(bytes(65)), b"x"),
        (encoded(b"another length of id"), b"x"),
        (encoded(b"block 00001"), bytes(CHUNK + 1)),
    ],
)
def test_blocks_that_do_not_fit(client: Client, block: str, data: bytes) -> None:
    own = account(client)
    token = begin(client, own)
    send_blocks(client, token, b"first", 5)
    sent = {"BlockId": block, "BlockData": encoded(data), "FileContinuationToken": token}
    answer = client.post("UploadBlock", sent)
    assert (answer.status, answer.code) == (400, "0x80040203")


def test_a_commit_that_does_not_fit(client: Client) -> None:
    own = account(client)
    token = begin(client, own)
    ids = send_blocks(client, token, b"aabb", 2)
    body = {"FileName": "a.pdf", "FileContinuationToken": token}
    for listed in ([*ids, encoded(b"block 00009")], [ids[0], ids[0]], "text"):
        assert client.post("CommitFileBlocksUpload", {**body, "BlockList": listed}).status == 400
    assert client.get(own).json()[FILE] is None
    commit(client, token, ids)
    again = client.post("CommitFileBlocksUpload", {**body, "BlockList": ids})
    assert (again.status, again.code) == (400, "0x80040203")


def test_a_file_that_is_too_big_is_refused_at_its_end(client: Client) -> None:
    own = account(client, MaxSizeInKB=1)
    token = begin(client, own)
    ids = send_blocks(client, token, noise(1025), 1000)
    body = {"FileName": "a.pdf", "BlockList": ids, "FileContinuationToken": token}
    assert client.post("CommitFileBlocksUpload", body).code == "0x80044a02"


def test_what_an_upload_must_tell(client: Client) -> None:
    own = account(client)
    whole = {"Target": target(own), "FileName": "a.pdf", "FileAttributeName": FILE}
    for change, code in (
        ({"FileAttributeName": "name"}, "0x80041103"),
        ({"FileName": "a.exe"}, "0x80043e09"),
        ({"Target": {"accountid": own[9:-1]}}, "0x80040203"),
        ({"Target": {"@odata.type": TYPE}}, "0x80040203"),
    ):
        answer = client.post("InitializeFileBlocksUpload", {**whole, **change})
        assert (answer.status, answer.code) == (400, code), change
    nobody = {**whole, "Target": {"@odata.type": TYPE, "accountid": "11111111-1111-1111-1111-111111111111"}}
    assert client.post("InitializeFileBlocksUpload", nobody).status == 404


def test_tokens_of_another_kind(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"bytes")
    block = {"BlockId": encoded(b"1"), "BlockData": encoded(b"x")}
    for token in ("made up", begin_download(client, own)["FileContinuationToken"]):
        assert client.post("UploadBlock", {**block, "FileContinuationToken": token}).status == 400
    read = {"Offset": 0, "BlockLength": 5}
    for token in ("made up", begin(client, own)):
        assert client.post("DownloadBlock", {**read, "FileContinuationToken": token}).status == 400


def test_a_token_for_another_file_cannot_be_made_up(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"secret")
    made_up = base64.urlsafe_b64encode(json.dumps(["file", client.get(own).json()[FILE], "0" * 64]).encode()).decode()
    answer = client.post("DownloadBlock", {"Offset": 0, "BlockLength": 6, "FileContinuationToken": made_up})
    assert answer.status == 400


def test_parts_of_a_download(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"0123456789")
    token = begin_download(client, own)["FileContinuationToken"]
    for offset, length, wanted in ((0, 4, b"0123"), (8, 4, b"89"), (3, 1, b"3")):
        block = {"Offset": offset, "BlockLength": length, "FileContinuationToken": token}
        assert base64.b64decode(called(client, "DownloadBlock", **block)["Data"]) == wanted
    for wrong in (10, -1, "2"):
        answer = client.post("DownloadBlock", {"Offset": wrong, "BlockLength": 4, "FileContinuationToken": token})
        assert answer.status == 400


def test_nothing_to_download(client: Client) -> None:
    own = account(client)
    for column in (FILE, IMAGE):
        answer = client.post("InitializeFileBlocksDownload", {"Target": target(own), "FileAttributeName": column})
        assert (answer.status, answer.code) == (404, "0x80040217")


def test_a_file_is_deleted_by_its_id(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"bytes")
    file_id = client.get(own).json()[FILE]
    assert client.post("DeleteFile", {"FileId": file_id}).status == 204
    assert (client.get(own).json()[FILE], kept_bytes(client)) == (None, 0)
    assert client.post("DeleteFile", {"FileId": file_id}).status == 404


def test_an_image_goes_up_and_comes_down_in_blocks(client: Client) -> None:
    own, data = account(client), picture()
    token = begin(client, own, "photo.png", IMAGE)
    commit(client, token, send_blocks(client, token, data, 100_000), "photo.png")
    told = begin_download(client, own, IMAGE)
    assert (told["FileName"], receive_blocks(client, told, 100_000) == data) == ("photo.png", True)


def test_the_messages_stand_in_metadata(client: Client) -> None:
    text = client.get("$metadata").body.decode()
    for name in ("InitializeFileBlocksUpload", "UploadBlock", "CommitFileBlocksUpload", "DownloadBlock", "DeleteFile"):
        assert f'<Action Name="{name}"' in text
    assert '<Parameter Name="BlockList" Type="Collection(Edm.String)"' in text
    assert '<ComplexType Name="CommitFileBlocksUploadResponse">' in text
