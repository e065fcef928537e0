"""The service root: ``/api/data/v9.0/`` to ``v9.2/``, below whatever host the caller used."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ROOT = re.compile(r"(?:https?://[^/?#]*)?(/api/data/v9\.[012])(?:/|$|(?=\?))", re.IGNORECASE)


def below_root(url: str) -> str | None:
    """What follows the service root in a whole or rooted address, or None where it is another address."""
    match = _ROOT.match(url)
    return url[match.end() :] if match else None


def service_root(scheme: str, headers: Mapping[str, str], path: str) -> str | None:
    """The service root as the caller addresses it, with a slash at its end, or None where the path is another.

    Args:
        scheme: ``http`` or ``https``.
        headers: The request headers; ``host`` names the server.
        path: The request's path.
    """
    match = _ROOT.match(path)
    return f"{scheme}://{headers.get('host', 'localhost')}{match[1].lower()}/" if match else None
