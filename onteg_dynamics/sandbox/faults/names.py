"""From an address to the table that it begins with."""

from __future__ import annotations

import re
from collections.abc import Callable

from onteg_dynamics.sandbox.faults.rule import Asked
from onteg_dynamics.sandbox.model import Model

_FIRST = re.compile(r"/api/data/v\d+\.\d+/(\w+)", re.ASCII)


def reads_names(model: Callable[[], Model]) -> Callable[[str, str], Asked]:
    """What reads verb and path of a request.

    Args:
        model: Gives the metadata of the moment.
    """

    def asked(method: str, path: str) -> Asked:
        found = _FIRST.match(path)
        table = model().by_entity_set(found[1]) if found else None
        return Asked(method, path) if table is None else Asked(method, path, table.logical_name, table.entity_set_name)

    return asked
