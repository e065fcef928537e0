"""What tests of files share: a table with columns for them, bytes, pictures, and requests as clients send them."""

from __future__ import annotations

import base64
import random
from io import BytesIO
from typing import Any

from PIL import Image

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Answer, Client

ACCOUNT = "EntityDefinitions(LogicalName='account')/Attributes"
FILE, IMAGE = "sample_filecolumn", "sample_imagecolumn"
BINARY = "application/octet-stream"
MEGA = 1024 * 1024


def account(client: Client, **limits: Any) -> str:
    """An account in a table that has a file column and an image column; its address."""
    for kind, name in (("File", "sample_FileColumn"), ("Image", "sample_ImageColumn")):
        settings = {key: value for key, value in limits.items() if key != "CanStoreFullImage" or kind == "Image"}
        answer = client.post(ACCOUNT, bodies.column(kind, name, **settings))
        assert answer.status == 204, answer.body
    return f"accounts({client.create('accounts', name='Contoso')})"


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def picture(width: int = 300, height: int = 428, kind: str = "PNG") -> bytes:
    """An image of noise, so that every pixel counts."""
    image = Image.frombytes("RGB", (width, height), noise(width * height * 3))
    written = BytesIO()
    image.save(written, kind)
    return written.getvalue()


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(data)).size


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def upload(client: Client, address: str, data: bytes, name: str = "4094kb.txt", **headers: str) -> Answer:
    """A whole file, as "Upload a file in a single request using Web API" prints it."""
    return client.send("PATCH", address, data, **{"Content_Type": BINARY, "x_ms_file_name": name, **headers})


def begin(client: Client, address: str, name: str = "25mb.pdf") -> str:
    """The Location for the chunks."""
    answer = client.send("PATCH", f"{address}?x-ms-file-name={name}", x_ms_transfer_mode="chunked")
    assert answer.status == 200, answer.body
    return str(answer.header("Location"))


def chunk(client: Client, location: str, data: bytes, first: int, last: int, **headers: str) -> Answer:
    """One chunk, from its first byte to its last one."""
    told = {"Content_Type": BINARY, "Content_Range": f"bytes {first}-{last}/{len(data)}", **headers}
    return client.send("PATCH", location, data[first : last + 1], **told)


def called(client: Client, message: str, **arguments: Any) -> dict[str, Any]:
    """An action that answers 200, or 204 with nothing."""
    answer = client.post(message, arguments)
    assert answer.status in {200, 204}, answer.body
    return dict(answer.json()) if answer.body else {}


def send_blocks(client: Client, token: str, data: bytes, size: int) -> list[str]:
    """Sends a file in blocks; their ids in order."""
    ids = []
    for number, start in enumerate(range(0, len(data), size)):
        ids.append(encoded(f"block {number:05d}".encode()))
        block = {"BlockId": ids[-1], "BlockData": encoded(data[start : start + size])}
        called(client, "UploadBlock", **block, FileContinuationToken=token)
    return ids


def receive_blocks(client: Client, told: dict[str, Any], size: int) -> bytes:
    """Reads a file in blocks."""
    found = b""
    while len(found) < told["FileSizeInBytes"]:
        block = {"Offset": len(found), "BlockLength": size, "FileContinuationToken": told["FileContinuationToken"]}
        found += base64.b64decode(called(client, "DownloadBlock", **block)["Data"])
    return found


def kept_bytes(client: Client) -> int:
    """How many bytes the store keeps beside the rows."""
    return int(client.world.store.db.execute("SELECT total(length(data)) FROM __part").fetchone()[0])
