"""Image columns: thumbnails, full sizes, companions, and the address that browsers load ("Use image column data")."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.files.parts import IMAGE, account, encoded, picture, size_of, upload
from tests.sandbox.service.client import Client

ALL = ",".join([IMAGE, f"{IMAGE}id", f"{IMAGE}_timestamp", f"{IMAGE}_url"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF"])
def test_a_picture_of_any_kind_gets_a_thumbnail(client: Client, kind: str) -> None:
    own, data = account(client), picture(kind=kind)
    assert upload(client, f"{own}/{IMAGE}", data, f"a.{kind.lower()}").status == 204
    row = client.get(f"{own}?$select={ALL}").json()
    assert size_of(base64.b64decode(row[IMAGE])) == (144, 144)
    assert row[f"{IMAGE}id"]
    assert row[f"{IMAGE}_timestamp"] > 0
    assert row[f"{IMAGE}_url"].startswith("/Image/download.aspx?Entity=account&Attribute=sample_imagecolumn&Id=")
    assert client.get(f"{own}/{IMAGE}/$value?size=full").body == data
    thumbnail = client.get(f"{own}/{IMAGE}/$value")
    assert size_of(thumbnail.body) == (144, 144)


def test_a_small_picture_is_its_own_thumbnail_or_a_square_of_it(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{IMAGE}", picture(60, 60), "a.png")
    assert client.get(f"{own}/{IMAGE}/$value").body == picture(60, 60)
    upload(client, f"{own}/{IMAGE}", picture(100, 40), "a.png")
    assert size_of(client.get(f"{own}/{IMAGE}/$value").body) == (40, 40)


def test_an_image_is_written_as_base64_and_read_when_it_is_selected(client: Client) -> None:
    own = account(client)
    assert client.patch(own, {IMAGE: encoded(picture())}).status == 204
    assert IMAGE not in client.get(own).json()
    assert client.get(f"{own}?$select={IMAGE}").json()[IMAGE]


def test_where_only_thumbnails_are_kept_there_is_no_full_size(client: Client) -> None:
    own = account(client, CanStoreFullImage=False)
    client.patch(own, {IMAGE: encoded(picture())})
    assert client.get(f"{own}/{IMAGE}/$value?size=full").status == 204
    assert client.get(f"{own}/{IMAGE}/$value").status == 200
    begun = {"Target": {"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": own[9:-1]}}
    answer = client.post("InitializeFileBlocksDownload", {**begun, "FileAttributeName": IMAGE})
    assert (answer.status, "No FileAttachment records found" in answer.message) == (404, True)


@pytest.mark.parametrize(
    ("value", "code"),
    [("this is no base 64", "0x80048d19"), (encoded(b"this is no image"), "0x80072553")],
)
def test_what_is_no_image(client: Client, value: str, code: str) -> None:
    own = account(client)
    answer = client.patch(own, {IMAGE: value})
    assert (answer.status, answer.code) == (400, code)


def test_an_image_that_is_too_big_for_its_column(client: Client) -> None:
    own = account(client, MaxSizeInKB=100)
    answer = upload(client, f"{own}/{IMAGE}", picture(), "a.png")
    assert (answer.status, answer.code) == (400, "0x80072553")
    assert "File size is too big" in answer.message


@pytest.mark.parametrize("way", ["null", "value", "delete"])
def test_an_image_is_deleted_in_three_ways(client: Client, way: str) -> None:
    own = account(client)
    client.patch(own, {IMAGE: encoded(picture())})
    ways: dict[str, Any] = {
        "null": lambda: client.patch(own, {IMAGE: None}),
        "value": lambda: client.put(f"{own}/{IMAGE}", {"value": None}),
        "delete": lambda: client.delete(f"{own}/{IMAGE}"),
    }
    assert ways[way]().status == 204
    row = client.get(f"{own}?$select={ALL}").json()
    assert (row[IMAGE], row[f"{IMAGE}id"], row[f"{IMAGE}_url"]) == (None, None, None)


def test_the_address_of_an_image(settings: dict[str, str], sandbox: Sandbox) -> None:
    session = requests.Session()
    session.trust_env, session.verify = False, settings["ca_bundle"]
    session.headers["Authorization"] = f"Bearer {sandbox.token()}"
    accounts = f"{sandbox.url}/api/data/v9.2/accounts"
    row = session.get(f"{accounts}?$select=accountid&$top=1", timeout=10).json()["value"][0]
    own, data = f"{accounts}({row['accountid']})", picture()
    assert session.patch(own, json={"entityimage": encoded(data)}, timeout=10).status_code == 204
    address = session.get(f"{own}?$select=entityimage_url", timeout=10).json()["entityimage_url"]
    thumbnail = session.get(sandbox.url + address, timeout=10)
    assert (thumbnail.status_code, size_of(thumbnail.content)) == (200, (144, 144))
    assert thumbnail.headers["Content-Type"] in ("image/jpeg", "image/png")
    whole = session.get(f"{sandbox.url}{address}&Full=true", timeout=10)
    assert (whole.content, whole.headers["Content-Type"]) == (data, "image/png")
    changed = address.replace("Attribute=entityimage", "Attribute=name")
    assert session.get(sandbox.url + changed, timeout=10).status_code == 404
    stranger = requests.get(sandbox.url + address, verify=settings["ca_bundle"], timeout=10)
    assert stranger.status_code == 401
