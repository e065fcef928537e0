"""Images of rows, as "Use image column data" prints them."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from tests.sandbox.files.parts import (
    BINARY,
    IMAGE,
    account,
    encoded,
    kept_bytes,
    noise,
    picture,
    size_of,
    upload,
)
from tests.sandbox.service.client import Answer, Client


def set_image(client: Client, own: str, data: bytes) -> None:
    answer = client.patch(own, {IMAGE: encoded(data)})
    assert answer.status == 204, answer.body


def test_a_row_shows_a_thumbnail_and_where_the_image_is(client: Client) -> None:
    own, data = account(client), picture()
    set_image(client, own, data)
    row = client.get(f"{own}?$select={IMAGE},{IMAGE}id,{IMAGE}_timestamp,{IMAGE}_url").json()
    assert size_of(base64.b64decode(row[IMAGE])) == (144, 144)
    asked = f"Entity=account&Attribute={IMAGE}&Id={row[f'{IMAGE}id']}&Timestamp={row[f'{IMAGE}_timestamp']}"
    assert row[f"{IMAGE}_url"] == f"/Image/download.aspx?{asked}"


def test_the_thumbnail_comes_only_where_it_is_asked_for(client: Client) -> None:
    own = account(client)
    set_image(client, own, picture())
    row = client.get(own).json()
    assert IMAGE not in row
    assert row[f"{IMAGE}id"]
    assert IMAGE not in client.get("accounts").json()["value"][0]


def test_the_value_is_the_thumbnail_or_the_full_image(client: Client) -> None:
    own, data = account(client), picture(kind="JPEG")
    set_image(client, own, data)
    small, full = client.get(f"{own}/{IMAGE}/$value"), client.get(f"{own}/{IMAGE}/$value?size=full")
    assert size_of(small.body) == (144, 144)
    assert full.body == data
    assert [small.header("mimetype"), full.header("mimetype")] == ["image/jpeg", "image/jpeg"]
    part = client.get(f"{own}/{IMAGE}/$value?size=full", Range="bytes=0-9")
    assert (part.status, part.body) == (206, data[:10])


@pytest.mark.parametrize(
    ("size", "small"), [((300, 428), (144, 144)), ((100, 60), (60, 60)), ((20, 200), (144, 144)), ((50, 50), (50, 50))]
)
def test_thumbnails_are_square(client: Client, size: tuple[int, int], small: tuple[int, int]) -> None:
    own = account(client)
    set_image(client, own, picture(*size))
    assert size_of(client.get(f"{own}/{IMAGE}/$value").body) == small


@pytest.mark.parametrize("kind", ["GIF", "JPEG", "TIFF", "BMP", "PNG"])
def test_the_kinds_of_images(client: Client, kind: str) -> None:
    own, data = account(client), picture(kind=kind)
    set_image(client, own, data)
    full = client.get(f"{own}/{IMAGE}/$value?size=full")
    assert (full.body, full.header("mimetype")) == (data, f"image/{kind.lower()}")


@pytest.mark.parametrize("data", [b"", b"no image", b"\x89PNG\r\n\x1a\n and nothing else", picture(kind="WEBP")])
def test_bytes_that_are_no_image(client: Client, data: bytes) -> None:
    own = account(client)
    for answer in (client.patch(own, {IMAGE: encoded(data)}), upload(client, f"{own}/{IMAGE}", data, "a.png")):
        assert (answer.status, answer.code) == (400, "0x80072553")
        assert answer.message.startswith("Error occured when processing image. Reason: ")
    assert client.patch(own, {IMAGE: "not base64!"}).status == 400


def test_an_image_above_its_columns_limit(client: Client) -> None:
    own = account(client, MaxSizeInKB=1024)
    answer = client.patch(own, {IMAGE: encoded(noise(2 * 1024 * 1024))})
    assert (answer.status, answer.code) == (400, "0x80072553")
    assert answer.message.endswith("File size is too big. MaxSize: 1 MB, Uploaded filesize: 2 MB.")


def test_an_image_goes_up_as_a_file(client: Client) -> None:
    own, data = account(client), picture()
    assert upload(client, f"{own}/{IMAGE}", data, "photo.png").status == 204
    full = client.get(f"{own}/{IMAGE}/$value?size=full")
    assert (full.body, full.header("x-ms-file-name")) == (data, "photo.png")


def test_a_column_that_keeps_thumbnails_only(client: Client) -> None:
    own = account(client, CanStoreFullImage=False)
    set_image(client, own, picture())
    assert client.get(f"{own}/{IMAGE}/$value?size=full").status == 204
    assert size_of(client.get(f"{own}/{IMAGE}/$value").body) == (144, 144)
    assert kept_bytes(client) == 0
    target = {"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": own[9:-1]}
    answer = client.post("InitializeFileBlocksDownload", {"Target": target, "FileAttributeName": IMAGE})
    assert (answer.status, "No FileAttachment records found" in answer.message) == (404, True)


def test_an_image_is_deleted(client: Client) -> None:
    own = account(client)
    ways: tuple[Callable[[], Answer], ...] = (
        lambda: client.delete(f"{own}/{IMAGE}"),
        lambda: client.patch(own, {IMAGE: None}),
        lambda: client.put(f"{own}/{IMAGE}", {"value": None}),
    )
    for clear in ways:
        set_image(client, own, picture())
        assert clear().status == 204
        row = client.get(f"{own}?$select={IMAGE},{IMAGE}id,{IMAGE}_url").json()
        assert (row[IMAGE], row[f"{IMAGE}id"], row[f"{IMAGE}_url"]) == (None, None, None)
        assert (client.get(f"{own}/{IMAGE}/$value").status, kept_bytes(client)) == (204, 0)


def test_a_second_image_takes_the_place_of_the_first(client: Client) -> None:
    own, second = account(client), picture(200, 200)
    set_image(client, own, picture())
    first = client.get(own).json()
    set_image(client, own, second)
    row = client.get(own).json()
    assert row[f"{IMAGE}id"] != first[f"{IMAGE}id"]
    assert kept_bytes(client) == len(second)


def test_a_primary_image_comes_with_a_new_row(client: Client) -> None:
    data = picture()
    own = client.create("contacts", lastname="Berg", entityimage=encoded(data))
    assert client.get(f"contacts({own})/entityimage/$value?size=full").body == data


def test_an_upload_of_an_image_needs_a_name(client: Client) -> None:
    own = account(client)
    assert client.send("PATCH", f"{own}/{IMAGE}", picture(), Content_Type=BINARY).code == "0x80060888"
