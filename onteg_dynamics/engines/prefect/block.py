"""A connection as a Prefect block: its fields are the connection form's, its secrets are secrets.

Implements "Blocks" of Prefect's documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from prefect.blocks.core import Block
from pydantic import Field, SecretStr, create_model

from onteg_dynamics.engines.connected import Connected
from onteg_dynamics.engines.fields import FormField, fields, settings_of
from onteg_dynamics.manifest import own_manifest

__all__ = ["ConnectionBlock", "DynamicsBlock"]


class ConnectionBlock(Connected, Block):
    """What a connection can do; its fields are added by `DynamicsBlock`."""

    _block_type_name: ClassVar[str] = "MS Dynamics 365"
    _block_type_slug: ClassVar[str] = "ms-dynamics-365"
    _description: ClassVar[str] = own_manifest().description
    _documentation_url: ClassVar[str] = own_manifest().links["Dataverse Web API"]

    def settings(self) -> dict[str, Any]:
        """The connection's settings, as the connector's form has them. They hold the secrets."""
        values = {one.key: getattr(self, one.key) for one in fields()}
        plain = {
            key: value.get_secret_value() if isinstance(value, SecretStr) else value for key, value in values.items()
        }
        return settings_of(self._block_document_name or "prefect", plain)


def _typed(field: FormField) -> tuple[Any, Any]:
    kind = SecretStr if field.secret else field.kind
    about: dict[str, Any] = {"title": field.title, "description": field.help}
    return (kind, Field(..., **about)) if field.required else (kind | None, Field(field.default, **about))


if TYPE_CHECKING:
    DynamicsBlock = ConnectionBlock
else:
    DynamicsBlock = create_model(
        "DynamicsBlock",
        __base__=ConnectionBlock,
        __module__=__name__,
        __doc__="A connection to Microsoft Dynamics 365 (Dataverse).",
        **{field.key: _typed(field) for field in fields()},
    )
