"""The formats that the manifest is exported to, by name. Each gives files: name → JSON document or text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.export.airbyte import airbyte_specification
from onteg_dynamics.export.n8n import n8n_files
from onteg_dynamics.export.openapi import openapi
from onteg_dynamics.export.power_platform import power_platform_files
from onteg_dynamics.export.rjsf import rjsf_pair
from onteg_dynamics.export.windmill import windmill_files
from onteg_dynamics.manifest import Manifest

__all__ = ["FORMATS", "Format", "written"]


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        about: what its files are.
        files: makes them, of a manifest and the address of a server.
    """

    about: str
    files: Callable[[Manifest, str], Mapping[str, Any]]


def _rjsf(manifest: Manifest, _: str) -> dict[str, Any]:
    actions = {f"actions/{spec.name}.json": rjsf_pair(spec.input_schema) for spec in manifest.actions.values()}
    return {"connection.json": rjsf_pair(manifest.connection_schema), **actions}


FORMATS: Mapping[str, Format] = {
    "airbyte": Format("Airbyte's connector specification", lambda own, _: {"spec.json": airbyte_specification(own)}),
    "n8n": Format("an n8n community node, for onteg-dynamics serve", n8n_files),
    "openapi": Format("OpenAPI 3.1 of onteg-dynamics serve", lambda own, at: {"openapi.json": openapi(own, at)}),
    "power-platform": Format("a Power Platform custom connector, for onteg-dynamics serve", power_platform_files),
    "rjsf": Format("schema and uiSchema of every form, for react-jsonschema-form", _rjsf),
    "windmill": Format("a Windmill resource type, and a script", lambda own, _: windmill_files(own)),
}


def written(content: Any) -> str:
    """A file's text."""
    return content if isinstance(content, str) else json.dumps(content, indent=2, ensure_ascii=False) + "\n"
