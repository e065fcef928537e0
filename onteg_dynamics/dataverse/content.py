"""Bytes to upload and bytes to keep, wherever they come from or go: never the whole of a large file in memory."""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from onteg_dynamics.errors import InputError, Problem

__all__ = ["Content", "file_name_of", "of_path", "of_value", "save"]

_PIECE = 1024 * 1024
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True)
class Content:
    """A file's bytes and how they are called.

    Attributes:
        name: file name without folders.
        mime_type: what they are, guessed from the name where it was not said.
        size: in bytes.
        source: a path, or the bytes themselves.
    """

    name: str
    mime_type: str
    size: int
    source: Path | bytes

    def pieces(self, size: int) -> Iterator[bytes]:
        """The bytes in pieces of `size`, the last one shorter; one empty piece where there are none."""
        if isinstance(self.source, bytes):
            yield from (self.source[start : start + size] for start in range(0, max(self.size, 1), size))
            return
        with self.source.open("rb") as file:
            yield file.read(size)
            while piece := file.read(size):
                yield piece

    def whole(self) -> bytes:
        """All of it."""
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()

    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal digits."""
        return digest_of(self.pieces(_PIECE))


def digest_of(pieces: Iterable[bytes]) -> str:
    """SHA-256 of pieces put together, in hexadecimal digits."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def of_path(path: str, name: str = "", mime_type: str = "", field: str = "path") -> Content:
    """A file on this machine.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    file = Path(path)
    try:
        readable = file.is_file() and os.access(file, os.R_OK)
        size = file.stat().st_size if readable else 0
    except (OSError, ValueError):
        readable = False
    if not readable:
        raise InputError((Problem(field, "", "names no file that can be read on this machine"),))
    own = file_name_of(name or file.name)
    return Content(own, mime_type or _guessed(own), size, file)


def of_value(value: Any, name: str, mime_type: str = "", field: str = "content") -> Content:
    """Bytes, a stream of them, or base64.

    Raises:
        InputError: the text is no base64, or there is no name.
    """
    own = file_name_of(name)
    if not own:
        raise InputError((Problem("file_name", "", "is required with Content"),))
    data = _bytes_of(value, field)
    return Content(own, mime_type or _guessed(own), len(data), data)


def _bytes_of(value: Any, field: str) -> bytes:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if hasattr(value, "read"):
        stream: BinaryIO = value
        return stream.read()
    text = str(value)
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        problem = Problem(field, "", "is not base64")
    raise InputError((problem,))


def file_name_of(text: str) -> str:
    """The last part of a name, whatever machine wrote it; without what no file name may hold."""
    last = text.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(". ")


def _guessed(name: str) -> str:
    return mimetypes.guess_type(name)[0] or _UNKNOWN


def save(pieces: Iterable[bytes], path: str, *, overwrite: bool = False, field: str = "path") -> int:
    """Keep bytes in a file: under another name until they are all there.

    Args:
        pieces: the bytes.
        path: where to keep them.
        overwrite: replace a file that is there.
        field: what the path is called where something is wrong with it.

    Returns:
        How many bytes there were.

    Raises:
        InputError: there is no such folder, or the file is there and `overwrite` is off.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise InputError((Problem(field, "", "names a folder that is not there"),))
    if target.is_dir() or (target.exists() and not overwrite):
        raise InputError((Problem(field, "", "is there already; choose another name, or Overwrite"),))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            size = sum(map(file.write, pieces))
        os.replace(name, target)  # noqa: PTH105 - the temporary file is known by its name only
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise
    return size
