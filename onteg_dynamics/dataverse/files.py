"""File and image columns: upload whole or in chunks, download by ranges, delete.

Implements "Use file column data" and "Use image column data".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

from onteg_dynamics.dataverse.content import Content, digest_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal
from onteg_dynamics.dataverse.protocol import Repeat, Request, Response, error_of, read
from onteg_dynamics.dataverse.rows import Key, row_address
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Column, Table
from onteg_dynamics.errors import InputError, Problem, TransportError, UnknownNameError

__all__ = ["Download", "FileColumn", "download", "file_column", "remove", "upload"]

CHUNK = 4 * 1024 * 1024
_TYPES = {"File": "FileAttributeMetadata", "Image": "ImageAttributeMetadata"}
_BYTES = {"Content-Type": "application/octet-stream"}
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*")


@dataclass(frozen=True)
class FileColumn:
    """A file or image column.

    Attributes:
        table: its table.
        column: the column.
        most: bytes it takes.
    """

    table: Table
    column: Column
    most: int

    @property
    def is_image(self) -> bool:
        """Whether it holds an image."""
        return self.column.type == "Image"


@dataclass(frozen=True)
class Download:
    """A file on its way.

    Attributes:
        name: file name, "" where the service does not tell.
        mime_type: what it is.
        size: in bytes.
        pieces: its bytes; read once.
    """

    name: str
    mime_type: str
    size: int
    pieces: Iterator[bytes]


def file_column(link: Link, table: Table, name: str, kind: str, field: str = "column") -> FileColumn:
    """A file or image column, with the size it takes.

    Args:
        link: the client at work.
        table: its table.
        name: its logical name.
        kind: ``File`` or ``Image``.
        field: what it is called where something is wrong with it.

    Raises:
        UnknownNameError: there is no such column, or it is of another kind.
    """
    columns = link.columns(table)
    column = columns.find(name)
    if column is None or column.type != kind:
        fitting = [one.name for one in columns.by_name.values() if one.type == kind]
        there = f"It has: {', '.join(fitting)}." if fitting else f"It has none; Create Column makes one of type {kind}."
        hint = suggest(name, fitting) or there
        raise UnknownNameError((Problem(field, "", f'{table.name} has no {kind.lower()} column "{name}". {hint}'),))

    def ask() -> int:
        cast = f"Microsoft.Dynamics.CRM.{_TYPES[kind]}"
        place = f"EntityDefinitions(LogicalName={literal(table.name)})/Attributes(LogicalName={literal(column.name)})"
        data = link.send(Request("GET", f"{place}/{cast}?$select=MaxSizeInKB")).data
        return int(data.get("MaxSizeInKB") or 0) * 1024

    return FileColumn(table, column, link.metadata.once(("most", table.name, column.name), ask))


def upload(
    link: Link, place: FileColumn, key: Key, content: Content, *, only_changes: bool = True, known_digest: str = ""
) -> bool:
    """Put a file into a column of a row, in place of the one that is there.

    Args:
        link: the client at work.
        place: the column.
        key: the row's id or alternate key.
        content: the file.
        only_changes: send nothing where the very same bytes are there under that name.
        known_digest: SHA-256 of what was sent the last time: all there is to compare with where the column keeps
            thumbnails only.

    Returns:
        Whether anything was sent.

    Raises:
        InputError: it is too large for the column, or no image where one is expected. Nothing was sent.
        NotFoundError: there is no such row.
    """
    _check(place, content)
    address = f"{row_address(link, place.table, key)}/{place.column.name}"
    if only_changes and _is_there(link, place, key, content, known_digest.strip().lower()):
        return False
    if content.size <= CHUNK or link.call.rehearsal is not None:
        headers = {**_BYTES, **_named(content)}
        link.send(Request("PATCH", address + _query(content), content.whole(), headers))
    else:
        _upload_chunks(link, address, content)
    return True


def _check(place: FileColumn, content: Content) -> None:
    if place.most and content.size > place.most:
        most = f"{place.most / 1024 / 1024:g} MB" if place.most >= 1024 * 1024 else f"{place.most // 1024} KB"
        raise InputError((Problem("content", "", f"is larger than the column takes: {most}"),))
    if place.is_image and not next(content.pieces(16)).startswith(_IMAGES):
        raise InputError((Problem("content", "", "is no image that Dataverse takes: PNG, JPEG, GIF, BMP, TIFF"),))


def _named(content: Content) -> dict[str, str]:
    """The file's name as a header, which holds ASCII only."""
    return {"x-ms-file-name": content.name} if content.name.isascii() else {}


def _query(content: Content) -> str:
    return "" if content.name.isascii() else f"?x-ms-file-name={quote(content.name, safe='')}"


def _upload_chunks(link: Link, address: str, content: Content) -> None:
    name = f"?x-ms-file-name={quote(content.name, safe='')}"
    answer = read(link.exchange(Request("PATCH", address + name, headers={"x-ms-transfer-mode": "chunked"})))
    location = answer.headers.get("Location")
    if not location:
        raise TransportError("The service did not say where to send the file's chunks.")
    size = int(answer.headers.get("x-ms-chunk-size") or CHUNK)
    start = 0
    for piece in content.pieces(size):
        end = start + len(piece) - 1
        headers = {**_BYTES, **_named(content), "Content-Range": f"bytes {start}-{end}/{content.size}"}
        # A chunk that came twice stands at the same place.
        read(link.exchange(Request("PATCH", location, piece, headers, Repeat.ALWAYS)))
        start = end + 1


def _is_there(link: Link, place: FileColumn, key: Key, content: Content, known_digest: str) -> bool:
    """Whether the row has these bytes; a file of another size or name is not fetched."""
    found = download(link, place, key, full=True)
    if found is None:
        is_known = place.is_image and known_digest == content.digest()
        return is_known and download(link, place, key, full=False) is not None
    if found.size != content.size or (found.name and found.name != content.name):
        return False
    return digest_of(found.pieces) == content.digest()


def download(link: Link, place: FileColumn, key: Key, *, full: bool = True) -> Download | None:
    """The file in a column of a row; None where there is none.

    Args:
        link: the client at work.
        place: the column.
        key: the row's id or alternate key.
        full: of an image: as it was uploaded, not its thumbnail.

    Raises:
        NotFoundError: there is no such row.
    """
    query = "?size=full" if place.is_image and full else ""
    address = f"{row_address(link, place.table, key)}/{place.column.name}/$value{query}"
    first = _range(link, address, 0)
    if first.status == 204 or not first.body:
        return None
    size = int(first.headers.get("x-ms-file-size") or len(first.body))
    kind = first.headers.get("mimetype") or first.headers.get("Content-Type") or ""
    name = first.headers.get("x-ms-file-name") or ""
    if "%" in name:  # what is not ASCII comes encoded, and so may look what is
        name = _exact_name(link, place, key) or unquote(name)
    return Download(name, kind, size, _pieces(link, address, first, size))


def _exact_name(link: Link, place: FileColumn, key: Key) -> str:
    if place.is_image:
        return ""
    beside = f"{place.column.name}_name"
    row = link.send(Request("GET", f"{row_address(link, place.table, key)}?$select={beside}")).data
    return str(row.get(beside) or "")


def _pieces(link: Link, address: str, first: Response, size: int) -> Iterator[bytes]:
    yield first.body
    done = len(first.body)
    while done < size:
        piece = _range(link, address, done).body
        if not piece:
            raise TransportError(f"The file ended after {done} of {size} bytes.")
        yield piece
        done += len(piece)


def _range(link: Link, address: str, start: int) -> Response:
    headers = {"Range": f"bytes={start}-{start + CHUNK - 1}", "Accept": "*/*"}
    response = link.exchange(Request("GET", address, headers=headers, exact=True))
    if response.status >= 300:
        raise error_of(response)
    return response


def remove(link: Link, place: FileColumn, key: Key) -> None:
    """Delete the file or image in a column of a row.

    Raises:
        NotFoundError: there is no such row.
    """
    read(link.exchange(Request("DELETE", f"{row_address(link, place.table, key)}/{place.column.name}")))
