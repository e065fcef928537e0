"""Files behind URLs: the file systems that fsspec reaches, object stores among them."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar

from onteg_dynamics.errors import InputError, Problem

__all__ = ["is_url", "reached", "store_of"]

T = TypeVar("T")

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gcs"),
    **dict.fromkeys(("az", "abfs", "abfss", "adl"), "azure"),
}
"""The extra that brings what a kind of URL needs."""


def is_url(path: str) -> bool:
    """Whether a path is a URL, of a file system that fsspec may reach."""
    return _URL.match(path) is not None


def store_of(url: str, done: str, field: str = "path") -> tuple[Any, str]:
    """The file system of a URL, and the file's path in it.

    Args:
        url: of a file.
        done: what is to be done with it: ``read`` or ``written to``.
        field: what the URL is called where something is wrong with it.

    Raises:
        InputError: nothing here reaches such URLs; says what to install.
    """
    kind = url.partition("://")[0].lower()
    missing = _missing(kind)
    if missing:
        raise InputError((Problem(field, "", missing),))
    from fsspec.core import url_to_fs

    system, path = reached(lambda: url_to_fs(url), done, field)
    return system, str(path)


def _missing(kind: str) -> str:
    """What is missing to reach URLs of a kind, "" where nothing is."""
    install = f"pip install 'onteg-dynamics[{_EXTRAS.get(kind, 'export')}]'"
    if find_spec("fsspec") is None:
        return f"is a URL, which needs more: {install}"
    from fsspec import get_filesystem_class

    try:
        get_filesystem_class(kind)
    except ValueError:
        return f"is a URL of a kind that nothing here reaches: {kind}"
    except ImportError as exc:
        return f"is a URL of {kind}, which needs more: {install if kind in _EXTRAS else exc}"
    return ""


def reached(work: Callable[[], T], done: str, field: str = "path") -> T:
    """What `work` gives; whatever a file system's library raises becomes one sentence without the URL.

    Args:
        work: does something with a file.
        done: what is to be done with it: ``read`` or ``written to``.
        field: what the file is called where something is wrong with it.

    Raises:
        InputError: it cannot be done.
    """
    try:
        return work()
    except InputError:
        raise
    except Exception as exc:  # noqa: BLE001 - each file system has errors of its own
        kind = type(exc).__name__
    raise InputError((Problem(field, "", f"cannot be {done}: {_WORDS.get(kind, kind)}"),))


_WORDS = {
    "FileNotFoundError": "it, or the folder of it, is not there",
    "PermissionError": "it is not allowed",
    "NoCredentialsError": "no credentials were found",
    "IsADirectoryError": "it is a folder",
    "NotADirectoryError": "it lies in a file, which is no folder",
}
"""What errors of any file system mean, by the name of their class."""
