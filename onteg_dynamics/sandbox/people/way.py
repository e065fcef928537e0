"""Rows that an address leads through: whoever follows it must be allowed to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onteg_dynamics.sandbox.service import resources
from onteg_dynamics.sandbox.write.references import row_by_key

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.people.rights import Rights
    from onteg_dynamics.sandbox.world import World


def check_way(world: World, rights: Rights, resource: resources.Resource) -> None:
    """Refuses an address that leads through a row out of reach, or asks for such a row's address.

    Args:
        world: The sandbox.
        rights: Whose rights.
        resource: What the address leads to.

    Raises:
        Refusal: 403; a row on the way cannot be read.
    """
    link = _link(resource)
    if link is not None:
        rights.check("Read", link.table, link.row)
    if isinstance(resource, resources.Reference) and isinstance(resource.of, resources.OneRow):
        row = row_by_key(world, resource.of.table, resource.of.key)
        if row is not None:
            rights.check("Read", resource.of.table, row)


def _link(resource: resources.Resource) -> resources.Link | None:
    """The last step over a navigation property."""
    if isinstance(resource, (resources.Property, resources.RawValue)):
        return resource.row.link
    if isinstance(resource, resources.Count):
        return resource.rows.link
    if isinstance(resource, resources.Reference):
        return resource.of.link
    if isinstance(resource, resources.Call):
        return None if resource.target is None else resource.target.link
    return resource.link
