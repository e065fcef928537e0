"""Images: which bytes are one, and the thumbnail that goes with a row ("Use image column data")."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 144
_MIME_TYPES = {
    "GIF": "image/gif",
    "JPEG": "image/jpeg",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "PNG": "image/png",
}
_STARTS = {
    b"GIF8": "image/gif",
    b"\x89PNG": "image/png",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"BM": "image/bmp",
}
_CLEAR = frozenset({"RGBA", "LA", "PA", "P"})


@dataclass(frozen=True)
class Picture:
    """An image that was understood: its type, and its thumbnail."""

    mime_type: str
    thumbnail: bytes


def read_picture(data: bytes) -> Picture | None:
    """The image that some bytes are, or None where they are none that the service takes."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=tuple(_MIME_TYPES)) as image:
            image.load()
            return Picture(_MIME_TYPES[str(image.format)], _thumbnail(image, data))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def mime_type_of_picture(data: bytes) -> str:
    """The type of an image that was understood before, by its first bytes."""
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), "image/jpeg")


def _thumbnail(image: Image, data: bytes) -> bytes:
    """A square cut from the middle: 144 by 144 where a side is longer, else as long as the shorter side."""
    from PIL import ImageOps

    side = SIDE if max(image.size) > SIDE else min(image.size)
    if image.size == (side, side):
        return data
    mode, kind = ("RGBA", "PNG") if image.mode in _CLEAR else ("RGB", "JPEG")
    small, written = ImageOps.fit(image.convert(mode), (side, side)), BytesIO()
    small.save(written, kind)
    return written.getvalue()
