"""Libraries that are not installed: which extra brings them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

__all__ = ["needing"]


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """A library that is missing inside becomes a clear word.

    Args:
        extra: brings it.
        what: needs it.
    """
    try:
        yield
    except ModuleNotFoundError as exc:
        raise click.ClickException(f"{what} needs {exc.name}: pip install 'onteg-dynamics[{extra}]'") from exc
