"""Files in Airflow's object storage, which knows the credentials of its own connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

__all__ = ["stored_file"]


@contextmanager
def stored_file(url: str) -> Iterator[IO[bytes]]:
    """A file that is shown when it is closed; removed where writing fails.

    Args:
        url: that Airflow's object storage knows.

    Raises:
        OSError: it cannot be written.
    """
    from airflow.sdk import ObjectStoragePath

    target = ObjectStoragePath(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("wb") as file:
            yield file
    except BaseException:
        with suppress(OSError):
            target.unlink()
        raise
