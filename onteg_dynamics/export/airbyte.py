"""The connection form as Airbyte's connector specification.

Airbyte draws it: a oneOf of objects that a constant tells apart becomes a choice, ``airbyte_secret`` hides a value.
"""

from __future__ import annotations

from typing import Any

from onteg_dynamics.export.variants import common_fields, one_of, plain
from onteg_dynamics.manifest import Manifest

__all__ = ["airbyte_specification"]

SECRET = {"airbyte_secret": True}


def airbyte_specification(manifest: Manifest) -> dict[str, Any]:
    """The ``ConnectorSpecification`` of the Airbyte protocol.

    Settings are flat again when what stands under ``credentials`` is put beside the rest, ``kind`` left out.

    Args:
        manifest: a connector's.
    """
    schema = manifest.connection_schema
    fields = common_fields(schema)
    properties = {name: plain(field, SECRET) for name, field in fields.items()}
    endpoint, advanced = properties.pop("endpoint_url"), properties
    ordered = {"endpoint_url": endpoint, "credentials": one_of(schema, SECRET, "const"), **advanced}
    return {
        "documentationUrl": next(iter(manifest.links.values()), ""),
        "connectionSpecification": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": schema["title"],
            "description": schema["description"],
            "type": "object",
            "required": ["endpoint_url", "credentials"],
            "properties": {name: {**field, "order": place} for place, (name, field) in enumerate(ordered.items())},
            "additionalProperties": True,
        },
        "supportsIncremental": True,
    }
