"""Files, images, notes and attachments through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

import base64
import io
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from onteg_dynamics.actions.files import MOST_INLINE
from onteg_dynamics.errors import InputError, NotFoundError, UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

MEGA = 1024 * 1024


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def picture(side: int = 300) -> bytes:
    written = io.BytesIO()
    Image.frombytes("RGB", (side, side), noise(side * side * 3)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def account(run: Any) -> str:
    return str(run("create_record", table="account", row={"name": "F"})["id"])


@pytest.fixture
def contract(run: Any, account: str) -> dict[str, str]:
    """Where a file goes: a row and its column."""
    run("create_column", table="account", name="new_Contract", label="Contract", type="File")
    return {"table": "account", "key": account, "column": "new_contract"}


def patches(sandbox: Sandbox) -> int:
    return sum(one.method == "PATCH" for one in sandbox.exchanges)


@pytest.mark.parametrize("size", [0, 1, 4 * MEGA, 4 * MEGA + 1, 9 * MEGA])
def test_what_goes_in_comes_out(run: Any, contract: dict[str, str], tmp_path: Path, size: int) -> None:
    data = noise(size)
    output = run("upload_file", **contract, content=data, file_name="a.bin")
    assert (output["changed"], output["size"]) == (True, size)
    if size == 0:
        return
    target = tmp_path / "b.bin"
    output = run("download_file", **contract, path=str(target))
    assert target.read_bytes() == data
    assert (output["file_name"], output["size"], output["content"]) == ("a.bin", size, None)
    assert [path.name for path in tmp_path.iterdir()] == ["b.bin"]


def test_a_large_file_travels_in_chunks(run: Any, contract: dict[str, str], sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "large.pdf"
    file.write_bytes(noise(10 * MEGA))
    run("upload_file", **contract, path=str(file))
    sent = [one for one in sandbox.exchanges if one.method == "PATCH"]
    assert [one.request_headers.get("content-range") for one in sent] == [
        None,
        f"bytes 0-{4 * MEGA - 1}/{10 * MEGA}",
        f"bytes {4 * MEGA}-{8 * MEGA - 1}/{10 * MEGA}",
        f"bytes {8 * MEGA}-{10 * MEGA - 1}/{10 * MEGA}",
    ]


@pytest.mark.parametrize(
    "name", ["contract.pdf", "Übergabe März.pdf", "50%25 off.txt", "C:\\temp\\a&b=c.txt", "../../etc/passwd"]
)
def test_names_survive_and_lose_their_folders(run: Any, contract: dict[str, str], name: str) -> None:
    run("upload_file", **contract, content=text_of(b"x"), file_name=name)
    last = name.replace("\\", "/").rpartition("/")[2]
    assert run("download_file", **contract)["file_name"] == last


def test_the_same_file_is_not_sent_again(run: Any, contract: dict[str, str], sandbox: Sandbox) -> None:
    file = {"content": text_of(b"one"), "file_name": "a.txt"}
    assert run("upload_file", **contract, **file)["changed"] is True
    sent = patches(sandbox)
    assert run("upload_file", **contract, **file)["changed"] is False
    assert patches(sandbox) == sent
    assert run("upload_file", **contract, **file, skip_same="false")["changed"] is True
    assert run("upload_file", **contract, content=text_of(b"two"), file_name="a.txt")["changed"] is True
    assert run("upload_file", **contract, content=text_of(b"two"), file_name="b.txt")["changed"] is True


def test_a_file_is_deleted(run: Any, contract: dict[str, str]) -> None:
    run("upload_file", **contract, content=text_of(b"x"), file_name="a.txt")
    assert run("delete_file", **contract)["deleted"] is True
    with pytest.raises(NotFoundError, match="nothing in new_contract"):
        run("download_file", **contract)


def test_images_whole_and_small(run: Any, account: str) -> None:
    place = {"table": "account", "key": account, "column": "entityimage"}
    data = picture()
    assert run("upload_image", **place, content=data, file_name="logo.png")["mime_type"] == "image/png"
    assert run("upload_image", **place, content=data, file_name="logo.png")["changed"] is False
    small = base64.b64decode(run("download_image", **place, thumbnail=True)["content"])
    assert Image.open(io.BytesIO(small)).size == (144, 144)
    run("delete_file", **place)
    with pytest.raises(NotFoundError):
        run("download_image", **place)


def test_full_images_come_back_byte_by_byte(run: Any, account: str) -> None:
    run("create_column", table="account", name="new_Photo", label="Photo", type="Image")
    place = {"table": "account", "key": account, "column": "new_photo"}
    data = picture(400)
    run("upload_image", **place, content=data, file_name="photo.png")
    full = base64.b64decode(run("download_image", **place)["content"])
    assert full == data


def test_a_column_of_thumbnails_knows_its_picture_by_the_digest(
    executor: Executor, settings: dict[str, str], run: Any, account: str
) -> None:
    body = {
        "@odata.type": "Microsoft.Dynamics.CRM.ImageAttributeMetadata",
        "SchemaName": "new_Small",
        "DisplayName": {"LocalizedLabels": [{"Label": "Small", "LanguageCode": 1033}]},
        "CanStoreFullImage": False,
        "MaxSizeInKB": 10240,
    }
    run("send_request", method="POST", path="EntityDefinitions(LogicalName='account')/Attributes", body=body)
    place = {"table": "account", "key": account, "column": "new_small"}
    file = {"content": picture(), "file_name": "logo.png"}
    digest = run("upload_image", **place, **file)["digest"]
    assert run("upload_image", **place, **file, known_digest=digest)["changed"] is False
    assert run("publish_asset", **place, **file, known_digest=digest.upper())["changed"] is False
    assert run("upload_image", **place, **file)["changed"] is True
    assert run("upload_image", **place, content=picture(200), file_name="b.png", known_digest=digest)["changed"] is True
    shown = executor.run("download_image", place, settings)
    assert Image.open(io.BytesIO(base64.b64decode(shown.unwrap()["content"]))).size == (144, 144)
    assert "thumbnails only" in shown.warnings[0]
    run("delete_file", **place)
    assert run("upload_image", **place, **file, known_digest=digest)["changed"] is True


@pytest.mark.parametrize(
    ("action", "change", "told"),
    [
        ("upload_file", {"column": "new_contrakt"}, 'Did you mean "new_contract"'),
        ("upload_file", {"column": "name"}, 'no file column "name"'),
        ("upload_image", {"column": "new_contract"}, "no image column"),
        ("upload_file", {"content": None}, "required when Content is empty"),
        ("upload_file", {"file_name": None}, "File Name"),
        ("upload_file", {"content": "not base64!"}, "is not base64"),
        ("upload_file", {"path": "/no/such/file"}, "no file that can be read"),
        ("upload_file", {"path": "/"}, "no file that can be read"),
    ],
)
def test_what_does_not_fit_is_said(
    run: Any, contract: dict[str, str], sandbox: Sandbox, action: str, change: dict[str, Any], told: str
) -> None:
    options = {**contract, "content": text_of(b"x"), "file_name": "a.txt", **change}
    with pytest.raises((InputError, UnknownNameError), match=told):
        run(action, **{name: value for name, value in options.items() if value is not None})
    assert patches(sandbox) == 0


def test_a_text_is_no_image(run: Any, account: str, sandbox: Sandbox) -> None:
    place = {"table": "account", "key": account, "column": "entityimage"}
    with pytest.raises(InputError, match="no image that Dataverse takes"):
        run("upload_image", **place, content=text_of(b"hello"), file_name="a.png")
    assert patches(sandbox) == 0


def test_a_file_too_large_is_not_sent(run: Any, account: str, sandbox: Sandbox) -> None:
    definition = {
        "@odata.type": "Microsoft.Dynamics.CRM.FileAttributeMetadata",
        "SchemaName": "new_Small",
        "MaxSizeInKB": 1,
        "DisplayName": {"LocalizedLabels": [{"Label": "Small", "LanguageCode": 1033}]},
    }
    path = "EntityDefinitions(LogicalName='account')/Attributes"
    run("send_request", method="POST", path=path, body=definition)
    place = {"table": "account", "key": account, "column": "new_small"}
    with pytest.raises(InputError, match="larger than the column takes: 1 KB"):
        run("upload_file", **place, content=text_of(noise(1025)), file_name="a.bin")
    assert patches(sandbox) == 0


def test_nothing_is_overwritten_unless_asked_for(run: Any, contract: dict[str, str], tmp_path: Path) -> None:
    run("upload_file", **contract, content=text_of(b"new"), file_name="a.txt")
    file = tmp_path / "kept.txt"
    file.write_text("old")
    with pytest.raises(InputError, match="is there already"):
        run("download_file", **contract, path=str(file))
    assert file.read_text() == "old"
    run("download_file", **contract, path=str(file), overwrite="true")
    assert file.read_text() == "new"
    with pytest.raises(InputError, match="folder that is not there"):
        run("download_file", **contract, path=str(tmp_path / "no" / "a.txt"))


def test_a_large_file_needs_a_path(run: Any, contract: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onteg_dynamics.actions.files.MOST_INLINE", 10)
    assert MOST_INLINE > MEGA
    run("upload_file", **contract, content=text_of(b"x" * 11), file_name="a.txt")
    with pytest.raises(InputError, match="is required for a file"):
        run("download_file", **contract)


@pytest.mark.parametrize("size", [10, 4 * MEGA + 1])
def test_notes_with_files(run: Any, account: str, size: int) -> None:
    data = noise(size)
    organization = run("list_records", table="organization", top=1)["rows"][0]["organizationid"]
    run("update_record", table="organization", key=organization, row={"maxuploadfilesize": 16 * MEGA})
    note = run("add_note", table="account", id=account, subject="S", content=text_of(data), file_name="n.bin")
    (found,) = run("list_attachments", table="account", id=account)["attachments"]
    assert found == {
        "id": note["note_id"],
        "kind": "note",
        "name": "n.bin",
        "mime_type": "application/octet-stream",
        "size": size,
        "subject": "S",
    }
    output = run("download_attachment", attachment_id=note["note_id"])
    assert base64.b64decode(output["content"]) == data


def test_a_note_of_words_only(run: Any, account: str) -> None:
    note = run("add_note", table="account", id=account, text="Called.")["note_id"]
    assert run("get_record", table="annotation", key=note, select="notetext")["row"]["notetext"] == "Called."
    assert run("list_attachments", table="account", id=account)["attachments"] == []
    with pytest.raises(NotFoundError, match="has no file"):
        run("download_attachment", attachment_id=note)
    with pytest.raises(InputError, match="Text"):
        run("add_note", table="account", id=account)


def test_attachments_of_an_email(run: Any) -> None:
    email = run("create_record", table="email", row={"subject": "E"})["id"]
    row = {
        "objectid": {"table": "email", "id": email},
        "objecttypecode": "email",
        "filename": "a.txt",
        "mimetype": "text/plain",
        "body": text_of(b"hello"),
    }
    own = run("create_record", table="activitymimeattachment", row=row)["id"]
    (found,) = run("list_attachments", table="email", id=email)["attachments"]
    assert (found["id"], found["kind"], found["name"]) == (own, "attachment", "a.txt")
    assert base64.b64decode(run("download_attachment", attachment_id=own)["content"]) == b"hello"


def test_an_asset_is_published_once(run: Any, contract: dict[str, str], sandbox: Sandbox) -> None:
    file = {"content": text_of(b"asset"), "file_name": "a.txt"}
    assert run("publish_asset", **contract, **file)["changed"] is True
    assert run("publish_asset", **contract, **file)["changed"] is False
    note = {"table": "account", "key": contract["key"], **file}
    first = run("publish_asset", **note)
    assert (first["place"], first["changed"]) == ("note", True)
    assert run("publish_asset", **note)["changed"] is False
    assert len(run("list_attachments", table="account", id=contract["key"])["attachments"]) == 1
    assert sandbox.exchanges


def test_a_dry_run_sends_no_bytes(run: Any, contract: dict[str, str], sandbox: Sandbox) -> None:
    options = {**contract, "content": text_of(noise(5 * MEGA)), "file_name": "a.bin", "dry_run": True}
    (request,) = run("upload_file", **options)["requests"]
    assert request["body"] == f"{5 * MEGA} bytes"
    assert patches(sandbox) == 0


def test_a_file_may_hold_what_looks_like_a_secret(run: Any, contract: dict[str, str], settings: dict[str, str]) -> None:
    secret = settings["client_secret"].encode()
    run("upload_file", **contract, content=text_of(secret * 3), file_name="a.txt")
    output = run("download_file", **contract)
    assert output["size"] == len(secret) * 3
