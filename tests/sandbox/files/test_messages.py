"""Files, images, notes and attachments in blocks: "Use file column data" and its sister page, by messages."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest

from tests.sandbox.files.parts import (
    FILE,
    IMAGE,
    MEGA,
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

CRM = "Microsoft.Dynamics.CRM."


def target(own: str) -> dict[str, str]:
    return {"@odata.type": f"{CRM}account", "accountid": own.partition("(")[2].rstrip(")")}


def put(client: Client, own: str, data: bytes, column: str = FILE, name: str = "a.pdf", size: int = MEGA) -> Any:
    """A file in blocks; what the end of the upload tells."""
    begun = called(client, "InitializeFileBlocksUpload", Target=target(own), FileAttributeName=column, FileName=name)
    token = begun["FileContinuationToken"]
    ids = send_blocks(client, token, data, size)
    return called(
        client,
        "CommitFileBlocksUpload",
        FileName=name,
        MimeType="application/pdf",
        BlockList=ids,
        FileContinuationToken=token,
    )


def test_a_file_in_blocks_and_back(client: Client) -> None:
    own, data = account(client), noise(3 * MEGA + 17)
    told = put(client, own, data)
    assert told["FileSizeInBytes"] == len(data)
    assert client.get(own).json()[FILE] == told["FileId"]
    begun = called(client, "InitializeFileBlocksDownload", Target=target(own), FileAttributeName=FILE)
    assert (begun["FileSizeInBytes"], begun["FileName"], begun["IsChunkingSupported"]) == (len(data), "a.pdf", True)
    assert receive_blocks(client, begun, MEGA) == data
    assert client.get(f"{own}/{FILE}/$value").body == data


def test_blocks_come_in_any_order_and_the_list_puts_them_right(client: Client) -> None:
    own, parts = account(client), [b"one", b"two", b"three"]
    begun = called(client, "InitializeFileBlocksUpload", Target=target(own), FileAttributeName=FILE, FileName="a.txt")
    token = begun["FileContinuationToken"]
    ids = [encoded(f"block {number}".encode()) for number in range(3)]
    for number in (2, 0, 1):
        block = {"BlockId": ids[number], "BlockData": encoded(parts[number])}
        called(client, "UploadBlock", **block, FileContinuationToken=token)
    called(
        client,
        "CommitFileBlocksUpload",
        FileName="a.txt",
        MimeType="text/plain",
        BlockList=ids,
        FileContinuationToken=token,
    )
    assert client.get(f"{own}/{FILE}/$value").body == b"onetwothree"


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"BlockId": "no base 64!", "BlockData": encoded(b"x")}, "BlockId is not a valid Base64"),
        ({"BlockId": encoded(b"i" * 65), "BlockData": encoded(b"x")}, "1 to 64 bytes"),
        ({"BlockId": encoded(b"longer than the others"), "BlockData": encoded(b"x")}, "length of the BlockId"),
        ({"BlockId": encoded(b"id2"), "BlockData": encoded(b"x" * (4 * MEGA + 1))}, "at most 4194304 bytes"),
        ({"BlockId": encoded(b"id2"), "BlockData": "no base 64!"}, "Base64"),
    ],
)
def test_blocks_that_do_not_fit(client: Client, block: dict[str, str], told: str) -> None:
    own = account(client)
    begun = called(client, "InitializeFileBlocksUpload", Target=target(own), FileAttributeName=FILE, FileName="a.txt")
    token = begun["FileContinuationToken"]
    called(client, "UploadBlock", BlockId=encoded(b"id1"), BlockData=encoded(b"x"), FileContinuationToken=token)
    answer = client.post("UploadBlock", {**block, "FileContinuationToken": token})
    assert answer.status == 400
    assert told in answer.message


def test_tokens_that_are_none(client: Client) -> None:
    own = account(client)
    put(client, own, b"data")
    block = {"BlockId": encoded(b"id1"), "BlockData": encoded(b"x")}
    assert client.post("UploadBlock", {**block, "FileContinuationToken": "nothing"}).status == 400
    wanted = {"Offset": 0, "BlockLength": 4}
    assert client.post("DownloadBlock", {**wanted, "FileContinuationToken": "nothing"}).status == 400
    begun = called(client, "InitializeFileBlocksDownload", Target=target(own), FileAttributeName=FILE)
    behind = {"Offset": 99, "BlockLength": 4, "FileContinuationToken": begun["FileContinuationToken"]}
    assert client.post("DownloadBlock", behind).status == 400


def test_a_list_that_names_a_block_that_never_came(client: Client) -> None:
    own = account(client)
    begun = called(client, "InitializeFileBlocksUpload", Target=target(own), FileAttributeName=FILE, FileName="a.txt")
    end = {"FileName": "a.txt", "MimeType": "text/plain", "BlockList": [encoded(b"id1")], **begun}
    answer = client.post("CommitFileBlocksUpload", {key: value for key, value in end.items() if "@" not in key})
    assert answer.status == 400
    assert client.get(own).json()[FILE] is None


def test_an_empty_column_has_nothing_to_download(client: Client) -> None:
    own = account(client)
    answer = client.post("InitializeFileBlocksDownload", {"Target": target(own), "FileAttributeName": FILE})
    assert (answer.status, answer.code) == (404, "0x80040217")
    assert "No file attachment found" in answer.message


def test_delete_file(client: Client) -> None:
    own = account(client)
    told = put(client, own, b"data")
    called(client, "DeleteFile", FileId=told["FileId"])
    assert client.get(own).json()[FILE] is None
    assert kept_bytes(client) == 0
    assert client.post("DeleteFile", {"FileId": told["FileId"]}).status == 404


def test_an_image_in_blocks(client: Client) -> None:
    own, data = account(client), picture()
    put(client, own, data, IMAGE, "a.png")
    begun = called(client, "InitializeFileBlocksDownload", Target=target(own), FileAttributeName=IMAGE)
    assert receive_blocks(client, begun, 100_000) == data
    assert client.get(f"{own}/{IMAGE}/$value?size=full").body == data


def test_a_note_in_blocks(client: Client) -> None:
    own, data = account(client), noise(2 * MEGA)
    note = {"@odata.type": f"{CRM}annotation", "subject": "Plan", "filename": "plan.pdf", "mimetype": "application/pdf"}
    note |= {"annotationid": str(uuid.uuid4()), "objectid_account@odata.bind": f"/{own}"}
    begun = called(client, "InitializeAnnotationBlocksUpload", Target=note)
    ids = send_blocks(client, begun["FileContinuationToken"], data, MEGA)
    end = {"Target": note, "BlockList": ids, "FileContinuationToken": begun["FileContinuationToken"]}
    told = called(client, "CommitAnnotationBlocksUpload", **end)
    row = client.get(f"annotations({told['AnnotationId']})?$select=subject,filename,filesize,documentbody").json()
    assert (row["subject"], row["filename"], row["filesize"]) == ("Plan", "plan.pdf", len(data))
    assert base64.b64decode(row["documentbody"]) == data
    wanted = {"@odata.type": f"{CRM}annotation", "annotationid": told["AnnotationId"]}
    begun = called(client, "InitializeAnnotationBlocksDownload", Target=wanted)
    assert receive_blocks(client, begun, MEGA) == data


def test_an_attachment_in_blocks(client: Client) -> None:
    email, data = client.create("emails", subject="With a file"), noise(MEGA + 5)
    kind = {"@odata.type": f"{CRM}activitymimeattachment"}
    attachment = {**kind, "filename": "a.bin", "objectid_activitypointer@odata.bind": f"/activitypointers({email})"}
    attachment |= {"objecttypecode": "email"}
    begun = called(client, "InitializeAttachmentBlocksUpload", Target=attachment)
    ids = send_blocks(client, begun["FileContinuationToken"], data, MEGA)
    end = {"Target": attachment, "BlockList": ids, "FileContinuationToken": begun["FileContinuationToken"]}
    told = called(client, "CommitAttachmentBlocksUpload", **end)
    own = told["ActivityMimeAttachmentId"]
    row = client.get(f"activitymimeattachments({own})?$select=filename,filesize,attachmentnumber").json()
    assert (row["filename"], row["filesize"], row["attachmentnumber"]) == ("a.bin", len(data), 1)
    begun = called(client, "InitializeAttachmentBlocksDownload", Target={**kind, "activitymimeattachmentid": own})
    assert receive_blocks(client, begun, MEGA) == data


def test_a_note_that_is_too_big(client: Client) -> None:
    own = account(client)
    text = encoded(noise(4 * MEGA))
    body = {"documentbody": text, "filename": "a.bin", "objectid_account@odata.bind": f"/{own}"}
    answer = client.post("annotations", body)
    assert (answer.status, answer.code) == (400, "0x80044a02")


@pytest.mark.parametrize("name", ["virus.exe", "script.JS", "page.hta"])
def test_blocked_extensions(client: Client, name: str) -> None:
    own = account(client)
    assert (upload(client, f"{own}/{FILE}", b"x", name).code, kept_bytes(client)) == ("0x80043e09", 0)
    begun = {"Target": target(own), "FileAttributeName": FILE, "FileName": name}
    assert client.post("InitializeFileBlocksUpload", begun).code == "0x80043e09"
    note = {"filename": name, "documentbody": encoded(b"x"), "objectid_account@odata.bind": f"/{own}"}
    assert client.post("annotations", note).code == "0x80043e09"


def test_the_messages_are_in_the_metadata(client: Client) -> None:
    csdl = client.get("$metadata").body.decode()
    for name in ("InitializeFileBlocksUpload", "UploadBlock", "CommitFileBlocksUpload", "DownloadBlock", "DeleteFile"):
        assert f'<Action Name="{name}"' in csdl
    assert '<Property Name="FileSizeInBytes"' in csdl
