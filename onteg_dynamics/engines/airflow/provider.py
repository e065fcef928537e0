"""What Airflow reads first of a provider: its entry point ``apache_airflow_provider`` leads here.

Compiled from the manifest, without importing anything of Airflow: Airflow reads it in every one of its processes.
"""

from __future__ import annotations

from typing import Any

from onteg_dynamics.engines.airflow.form import CONNECTION_TYPE, conn_fields, ui_behaviour
from onteg_dynamics.manifest import own_manifest

__all__ = ["HOOK_NAME", "get_provider_info"]

PACKAGE = "onteg-dynamics"
HOOK_NAME = "MS Dynamics 365"
HERE = "onteg_dynamics.engines.airflow"
MODULES = {"operators": ("operators", "transfers")}


def get_provider_info() -> dict[str, Any]:
    """The provider's description, as Airflow's ``provider_info.schema.json`` has it."""
    manifest = own_manifest()
    return {
        "package-name": PACKAGE,
        "name": HOOK_NAME,
        "description": manifest.description,
        "integrations": [
            {
                "integration-name": HOOK_NAME,
                "external-doc-url": manifest.links["Dataverse Web API"],
                "tags": ["service"],
            }
        ],
        "connection-types": [_connection_type()],
        **{kind: [_modules(kind)] for kind in ("hooks", "operators", "sensors", "triggers")},
        "extra-links": [f"{HERE}.links.RecordLink"],
    }


def _connection_type() -> dict[str, Any]:
    return {
        "connection-type": CONNECTION_TYPE,
        "hook-name": HOOK_NAME,
        "hook-class-name": f"{HERE}.hooks.DynamicsHook",
        "conn-fields": conn_fields(),
        "ui-field-behaviour": ui_behaviour(),
    }


def _modules(kind: str) -> dict[str, Any]:
    names = MODULES.get(kind, (kind,))
    return {"integration-name": HOOK_NAME, "python-modules": [f"{HERE}.{name}" for name in names]}
