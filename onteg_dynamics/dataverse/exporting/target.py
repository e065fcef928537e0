"""Where a file goes: a path on this machine, or a URL of a file system that fsspec knows.

The file is made beside its place, or for a URL in a folder of this user's, and gets its name when it is whole.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from onteg_dynamics.dataverse.urls import is_url, reached, store_of
from onteg_dynamics.errors import InputError, Problem

__all__ = ["FORMATS", "Target", "format_of", "open_target"]

FORMATS = {
    ".parquet": "Parquet",
    ".csv": "CSV",
    ".jsonl": "JSON Lines",
    ".ndjson": "JSON Lines",
}
_DONE = "written to"
_SECRET = re.compile(r"(?<=://)[^/@]*@")
# Here a file is not seen before it is whole, so that it needs no other name while it is written.
_WHOLE_OR_NOTHING = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "memory"}


class Target(Protocol):
    """Where the file goes."""

    @property
    def shown(self) -> str:
        """The place as it may be shown: without what may be secret in a URL."""

    @property
    def work(self) -> Path:
        """The folder in which the file is made."""

    def check(self) -> None:
        """Refuse early what could not be written in the end.

        Raises:
            InputError: says why.
        """

    def has(self, file: Path, /) -> bool:
        """Whether it is this very file that stands in the place: an earlier run ended between giving and tidying up."""

    def publish(self, file: Path) -> None:
        """Give the whole file its place.

        Raises:
            InputError: something stands there meanwhile.
        """


def format_of(path: str, chosen: str | None) -> str:
    """The format that was chosen, or that the file's name tells.

    Raises:
        InputError: neither.
    """
    found = chosen or FORMATS.get(Path(urlsplit(path).path if is_url(path) else path).suffix.lower())
    if found:
        return found
    names = ", ".join(FORMATS)
    raise InputError((Problem("format", "", f"is required where the file's name does not end in one of {names}"),))


def open_target(path: str, *, overwrite: bool) -> Target:
    """The place that a person named.

    Args:
        path: on this machine, or a URL.
        overwrite: whether a file that stands there may go.

    Raises:
        InputError: no file can be written there.
    """
    if "\0" in path or "::" in path:
        raise _problem("is no path of a file")
    if path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    if is_url(path):
        return _Remote(path, overwrite)
    return _Local(Path(path).expanduser().absolute(), overwrite)


@dataclass(frozen=True)
class _Local:
    """A file on this machine."""

    path: Path
    overwrite: bool

    @property
    def shown(self) -> str:
        """As in `Target`."""
        return str(self.path)

    @property
    def work(self) -> Path:
        """As in `Target`."""
        return self.path.with_name(f"{self.path.name}.partial")

    def check(self) -> None:
        """As in `Target`."""
        parent = self.path.parent
        if not self.path.name or self.path.is_dir():
            raise _problem("is a folder; a file's name is needed")
        if not parent.is_dir():
            raise _problem("lies in a folder that does not exist")
        if not os.access(parent, os.W_OK):
            raise _problem("lies in a folder that may not be written to")
        if self.path.exists() and not self.path.is_file():
            raise _problem("is no ordinary file")
        if os.path.lexists(self.path) and not self.overwrite:
            raise _taken()

    def has(self, file: Path, /) -> bool:
        """As in `Target`."""
        return file.is_file() and self.path.is_file() and self.path.samefile(file)

    def publish(self, file: Path) -> None:
        """As in `Target`."""
        with file.open("rb") as whole:
            os.fsync(whole.fileno())
        if self.overwrite:
            file.replace(self.path)
        else:
            self._publish_new(file)

    def _publish_new(self, file: Path) -> None:
        """A new name, never an earlier one's: the system itself refuses a name that is taken."""
        try:
            os.link(file, self.path)
        except FileExistsError:
            taken = True
        except OSError:  # a file system without links
            taken = os.path.lexists(self.path)
            if not taken:
                file.replace(self.path)
        else:
            taken = False
        if taken:
            raise _taken()


@dataclass(frozen=True)
class _Remote:
    """A file in a file system that fsspec reaches."""

    url: str
    overwrite: bool

    @property
    def shown(self) -> str:
        """As in `Target`."""
        return _SECRET.sub("***@", self.url.partition("?")[0])

    @property
    def work(self) -> Path:
        """As in `Target`."""
        name = hashlib.sha256(self.url.encode()).hexdigest()[:32]
        return Path.home() / ".cache" / "onteg-dynamics" / "exports" / name

    def check(self) -> None:
        """As in `Target`."""
        system, path = store_of(self.url, _DONE)
        if reached(lambda: system.exists(path), _DONE) and not self.overwrite:
            raise _taken()

    def has(self, _: Path, /) -> bool:
        """As in `Target`."""
        return False

    def publish(self, file: Path) -> None:
        """As in `Target`."""
        system, path = store_of(self.url, _DONE)
        if not self.overwrite and reached(lambda: system.exists(path), _DONE):
            raise _taken()
        if self.url.partition("://")[0].lower() in _WHOLE_OR_NOTHING:
            reached(lambda: system.put_file(str(file), path), _DONE)
            return
        reached(lambda: system.put_file(str(file), f"{path}.partial"), _DONE)
        reached(lambda: system.mv(f"{path}.partial", path), _DONE)


def _taken() -> InputError:
    return _problem("names a file that is there already; choose another name, or turn on Overwrite")


def _problem(message: str) -> InputError:
    return InputError((Problem("path", "", message),))
