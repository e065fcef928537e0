"""The connection form as a Windmill resource type, and a script that runs any action with a resource of it."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.export.variants import common_fields, one_of, plain
from onteg_dynamics.manifest import Manifest

__all__ = ["NAME", "windmill_files"]

NAME = "c_onteg_dynamics"
"""Of the resource type: those of a workspace's own begin with ``c_``."""

SECRET = {"password": True}

SCRIPT = """\
# requirements:
# onteg-dynamics

from typing import TypedDict

from onteg_dynamics.executor import Executor


class {name}(TypedDict):
    endpoint_url: str
    credentials: dict


def main(connection: {name}, action: str = "List Records", options: dict = {{"table": "account", "top": 10}}):
    credentials = {{key: value for key, value in connection["credentials"].items() if key != "kind"}}
    settings = {{key: value for key, value in connection.items() if key != "credentials"}}
    names = {{"connection_name": "Windmill", "connector": "{connector}"}}
    with Executor() as executor:
        return executor.run(action, options, {{**names, **settings, **credentials}}).unwrap()
"""


def windmill_files(manifest: Manifest) -> dict[str, Any]:
    """The files that ``wmill`` pushes: the resource type, and a script.

    Args:
        manifest: a connector's.
    """
    script = SCRIPT.format(name=NAME, connector=manifest.id)
    return {f"{NAME}.resource-type.json": _resource_type(manifest), "run_action.py": script}


def _resource_type(manifest: Manifest) -> dict[str, Any]:
    schema = manifest.connection_schema
    properties = {name: plain(field, SECRET) for name, field in common_fields(schema).items()}
    endpoint = properties.pop("endpoint_url")
    ordered = {"endpoint_url": endpoint, "credentials": one_of(schema, SECRET, "enum"), **properties}
    return {
        "name": NAME,
        "description": manifest.description,
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "order": list(ordered),
            "required": ["endpoint_url", "credentials"],
            "properties": ordered,
        },
    }
