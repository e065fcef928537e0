"""Documents of notes and attachments, as "Use file data with Attachment and Note records" prints them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.files.parts import called, encoded, kept_bytes, noise, receive_blocks, send_blocks
from tests.sandbox.service.client import Client

SPACE = "Microsoft.Dynamics.CRM."
NEW = "11111111-1111-4111-8111-111111111111"


def note_of(client: Client, **more: Any) -> str:
    account = client.create("accounts", name="Contoso")
    values = {"subject": "A note", "notetext": "Please see the file.", **more}
    return client.create("annotations", **{"objectid_account@odata.bind": f"/accounts({account})", **values})


def attachment(email: str, **more: Any) -> dict[str, Any]:
    bind = {"objectid_email@odata.bind": f"/emails({email})", "objecttypecode": "email"}
    return {**bind, "subject": "Offer", "filename": "offer.pdf", "mimetype": "application/pdf", **more}


def limit(client: Client, **values: Any) -> None:
    """An environment with settings of its own."""
    own = {"organizationid": client.world.organization.id, "name": "Sandbox"}
    client.world.store.insert("organization", {**own, **values})


def test_a_note_carries_a_document(client: Client) -> None:
    own = note_of(client, filename="a.txt", mimetype="text/plain", documentbody=encoded(b"0123456789"))
    row = client.get(f"annotations({own})?$select=documentbody,filesize,filename,isdocument,mimetype").json()
    told = [row[name] for name in ("documentbody", "filesize", "filename", "isdocument", "mimetype")]
    assert told == [encoded(b"0123456789"), 10, "a.txt", True, "text/plain"]
    answer = client.get(f"annotations({own})/documentbody/$value")
    assert (answer.body, answer.header("Content-Type")) == (encoded(b"0123456789").encode(), "text/plain")
    assert answer.header("x-ms-file-name") is None


def test_a_note_loses_its_document(client: Client) -> None:
    own = note_of(client, filename="a.txt", documentbody=encoded(b"x"))
    assert client.patch(f"annotations({own})", {"documentbody": None, "filename": None}).status == 204
    row = client.get(f"annotations({own})").json()
    assert (row["isdocument"], row["filesize"]) == (False, None)


def test_attachments_are_numbered_at_their_email(client: Client) -> None:
    email = client.create("emails", subject="Offer")
    for number in (1, 2):
        own = client.create("activitymimeattachments", **attachment(email, body=encoded(b"pdf")))
        row = client.get(f"activitymimeattachments({own})").json()
        assert (row["attachmentnumber"], row["filesize"], row["objecttypecode"]) == (number, 3, "email")
        assert row["_activityid_value"] == email
    found = client.get(f"emails({email})?$expand=email_activity_mime_attachment($select=filename)").json()
    assert [one["filename"] for one in found["email_activity_mime_attachment"]] == ["offer.pdf"] * 2


def test_a_note_goes_up_and_comes_down_in_blocks(client: Client) -> None:
    own, data = note_of(client), noise(100_001)
    target = {"annotationid": own, "@odata.type": f"{SPACE}annotation", "filename": "big.bin"}
    token = called(client, "InitializeAnnotationBlocksUpload", Target=target)["FileContinuationToken"]
    ids = send_blocks(client, token, data, 30_000)
    commit = {"Target": target, "BlockList": ids, "FileContinuationToken": token}
    told = called(client, "CommitAnnotationBlocksUpload", **commit)
    assert (told["AnnotationId"], told["FileSizeInBytes"]) == (own, len(data))
    assert client.get(f"annotations({own})").json()["notetext"] == "Please see the file."
    target = {"annotationid": own, "@odata.type": f"{SPACE}annotation"}
    told = called(client, "InitializeAnnotationBlocksDownload", Target=target)
    assert (told["FileName"], told["FileSizeInBytes"]) == ("big.bin", len(data))
    assert receive_blocks(client, told, 30_001) == data
    assert kept_bytes(client) == 0


def test_a_new_note_is_made_by_its_upload(client: Client) -> None:
    target = {"annotationid": NEW, "@odata.type": f"{SPACE}annotation", "subject": "New", "filename": "a.txt"}
    token = called(client, "InitializeAnnotationBlocksUpload", Target=target)["FileContinuationToken"]
    assert client.get(f"annotations({NEW})").status == 404
    ids = send_blocks(client, token, b"text", 4)
    called(client, "CommitAnnotationBlocksUpload", Target=target, BlockList=ids, FileContinuationToken=token)
    assert client.get(f"annotations({NEW})").json()["subject"] == "New"


def test_an_attachment_is_made_by_its_upload_and_never_changed(client: Client) -> None:
    email, data = client.create("emails", subject="Offer"), noise(5000)
    target = {**attachment(email), "@odata.type": f"{SPACE}activitymimeattachment"}
    token = called(client, "InitializeAttachmentBlocksUpload", Target=target)["FileContinuationToken"]
    commit = {"Target": target, "BlockList": send_blocks(client, token, data, 2000), "FileContinuationToken": token}
    told = called(client, "CommitAttachmentBlocksUpload", **commit)
    own = told["ActivityMimeAttachmentId"]
    row = client.get(f"activitymimeattachments({own})?$select=body,filesize").json()
    assert (base64.b64decode(row["body"]) == data, row["filesize"]) == (True, 5000)
    target = {**target, "activitymimeattachmentid": own}
    told = called(client, "InitializeAttachmentBlocksDownload", Target=target)
    assert receive_blocks(client, told, 1999) == data
    token = called(client, "InitializeAttachmentBlocksUpload", Target=target)["FileContinuationToken"]
    again = {**commit, "Target": target, "FileContinuationToken": token, "BlockList": []}
    assert client.post("CommitAttachmentBlocksUpload", again).code == "0x80040237"


def test_an_upload_begun_for_another_note(client: Client) -> None:
    target = {"annotationid": NEW, "@odata.type": f"{SPACE}annotation"}
    token = called(client, "InitializeAnnotationBlocksUpload", Target=target)["FileContinuationToken"]
    commit = {"BlockList": send_blocks(client, token, b"x", 1), "FileContinuationToken": token}
    other = {**target, "annotationid": note_of(client)}
    assert client.post("CommitAnnotationBlocksUpload", {**commit, "Target": other}).status == 400
    account = {"accountid": NEW, "@odata.type": f"{SPACE}account"}
    assert client.post("CommitAnnotationBlocksUpload", {**commit, "Target": account}).status == 400


def test_a_note_without_a_document_has_nothing_to_download(client: Client) -> None:
    target = {"annotationid": note_of(client), "@odata.type": f"{SPACE}annotation"}
    assert client.post("InitializeAnnotationBlocksDownload", {"Target": target}).code == "0x80040217"


def test_documents_are_limited_by_the_organisation(client: Client) -> None:
    limit(client, maxuploadfilesize=1000)
    assert note_of(client, documentbody=encoded(noise(750)))
    answer = client.post("annotations", {"documentbody": encoded(noise(751))})
    assert (answer.status, answer.code) == (400, "0x80044a02")
    target = {"annotationid": NEW, "@odata.type": f"{SPACE}annotation"}
    token = called(client, "InitializeAnnotationBlocksUpload", Target=target)["FileContinuationToken"]
    commit = {"Target": target, "BlockList": send_blocks(client, token, noise(751), 400)}
    answer = client.post("CommitAnnotationBlocksUpload", {**commit, "FileContinuationToken": token})
    assert answer.code == "0x80044a02"


@pytest.mark.parametrize("name", ["virus.exe", "page.SVG", "a.b.js"])
def test_extensions_that_are_blocked(client: Client, name: str) -> None:
    answer = client.post("annotations", {"filename": name, "documentbody": encoded(b"x")})
    assert (answer.status, answer.code) == (400, "0x80043e09")


def test_the_organisation_says_what_is_blocked(client: Client) -> None:
    limit(client, blockedattachments="zip", blockedmimetypes="text/html;text/xml")
    assert client.post("annotations", {"filename": "a.exe"}).status == 204
    assert client.post("annotations", {"filename": "a.zip"}).code == "0x80043e09"
    assert client.post("annotations", {"mimetype": "text/html"}).code == "0x80072522"


def test_where_types_are_allowed_no_other_is(client: Client) -> None:
    limit(client, allowedmimetypes="application/pdf", blockedmimetypes="application/pdf")
    assert client.post("annotations", {"mimetype": "application/pdf"}).status == 204
    assert client.post("annotations", {"mimetype": "text/plain"}).code == "0x80072521"


def test_what_is_no_document(client: Client) -> None:
    assert client.post("annotations", {"documentbody": "not base64!"}).status == 400
