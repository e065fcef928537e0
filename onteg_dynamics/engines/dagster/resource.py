"""A connection as a Dagster resource: its fields are the connection form's.

Implements "Resources" of Dagster's documentation. Dagster has no secret type: a secret belongs into an ``EnvVar``, of
which Dagster's pages show the name only; what prints the resource itself shows no secret either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster import ConfigurableResource
from pydantic import Field, create_model

from onteg_dynamics.engines.connected import Connected
from onteg_dynamics.engines.fields import FormField, fields, settings_of

__all__ = ["ConnectionResource", "DynamicsResource"]


class ConnectionResource(Connected, ConfigurableResource):
    """What a connection can do; its fields are added by `DynamicsResource`."""

    def settings(self) -> dict[str, Any]:
        """The connection's settings, as the connector's form has them. They hold the secrets."""
        return settings_of("dagster", {one.key: getattr(self, one.key) for one in fields()})


def _typed(field: FormField) -> tuple[Any, Any]:
    about: dict[str, Any] = {"description": f"{field.title}. {field.help}", "repr": not field.secret}
    kind = field.kind if field.kind in (bool, int, float) else str  # Dagster's configuration knows no literals
    return (kind, Field(..., **about)) if field.required else (kind | None, Field(field.default, **about))


if TYPE_CHECKING:
    DynamicsResource = ConnectionResource
else:
    DynamicsResource = create_model(
        "DynamicsResource",
        __base__=ConnectionResource,
        __module__=__name__,
        __doc__="A connection to Microsoft Dynamics 365 (Dataverse).",
        **{field.key: _typed(field) for field in fields()},
    )
