"""The address of an image that its row tells, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import CONNECTOR, READER
from tests.sandbox.files.parts import encoded, picture, size_of


def send(sandbox: Sandbox, method: str, path: str, token: str | None = None, **more: Any) -> requests.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    address = sandbox.url + path
    return requests.request(method, address, headers=headers, verify=str(sandbox.ca_bundle), timeout=60, **more)


@pytest.fixture
def photo() -> bytes:
    return picture()


@pytest.fixture
def address(sandbox: Sandbox, photo: bytes) -> str:
    """Where the image of a new contact is."""
    body, token = {"lastname": "Berg", "entityimage": encoded(photo)}, sandbox.token()
    made = send(sandbox, "POST", "/api/data/v9.2/contacts", token, json=body)
    path = made.headers["OData-EntityId"].removeprefix(sandbox.url)
    return str(send(sandbox, "GET", f"{path}?$select=entityimage_url", token).json()["entityimage_url"])


def test_the_address_gives_the_thumbnail_and_the_full_image(sandbox: Sandbox, address: str, photo: bytes) -> None:
    small = send(sandbox, "GET", address, sandbox.token())
    assert (small.status_code, small.headers["Content-Type"]) == (200, "image/jpeg")
    assert size_of(small.content) == (144, 144)
    full = send(sandbox, "GET", f"{address}&Full=true", sandbox.token())
    assert (full.content == photo, full.headers["Content-Type"]) == (True, "image/png")


def test_only_those_who_may_read_the_row_see_its_image(sandbox: Sandbox, address: str) -> None:
    assert send(sandbox, "GET", address).status_code == 401
    assert send(sandbox, "GET", address, sandbox.token(READER)).status_code == 404
    assert send(sandbox, "GET", address, sandbox.token(CONNECTOR)).status_code == 200


def test_addresses_without_an_image(sandbox: Sandbox, address: str) -> None:
    other = "11111111-1111-1111-1111-111111111111"
    ids = address.partition("Id=")[2].partition("&")[0]
    for wrong in (
        address.replace(ids, other),
        address.replace("Entity=contact", "Entity=nothing"),
        address.replace("Attribute=entityimage", "Attribute=lastname"),
        "/Image/other.aspx",
    ):
        assert send(sandbox, "GET", wrong, sandbox.token()).status_code == 404
    assert send(sandbox, "POST", address, sandbox.token()).status_code == 404
