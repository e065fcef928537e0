"""The service roots: ``/api/data/v9.0/`` to ``v9.2/`` and search's own, below whatever host the caller used."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ROOT = re.compile(r"(?:https?://[^/?#]*)?(/api/data/v9\.[012])(?:/|$|(?=\?))", re.IGNORECASE)
_SEARCH = re.compile(r"(/api/search/v[12]\.0)(?:/|$)", re.IGNORECASE)


def below_root(url: str) -> str | None:
    """What follows the service root in a whole or rooted address, or None where it is another address."""
    match = _ROOT.match(url)
    return url[match.end() :] if match else None


def addressed(scheme: str, headers: Mapping[str, str], path: str) -> tuple[str, str] | None:
    """The root as the caller addresses it, with a slash at its end, and what follows it; None where there is none.

    Args:
        scheme: ``http`` or ``https``.
        headers: The request headers; ``host`` names the server.
        path: The request's path.
    """
    match = _ROOT.match(path) or _SEARCH.match(path)
    if match is None:
        return None
    return f"{scheme}://{headers.get('host', 'localhost')}{match[1].lower()}/", path[match.end() :]


def is_search(root: str) -> bool:
    """True for a root of search, the legacy one too."""
    return root.endswith(("/api/search/v2.0/", "/api/search/v1.0/"))
