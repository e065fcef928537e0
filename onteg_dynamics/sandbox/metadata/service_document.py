"""The service document: the list of entity sets (OData JSON 4.0, section 5)."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.metadata.paths import SETS
from onteg_dynamics.sandbox.model import Model


def service_document(model: Model, root: str) -> dict[str, Any]:
    """All entity sets by name.

    Args:
        model: The tables.
        root: The service root with a slash at its end.
    """
    names = sorted({table.entity_set_name for table in model.tables.values() if table.entity_set_name} | set(SETS))
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in names]
    return {"@odata.context": f"{root}$metadata", "value": sets}
