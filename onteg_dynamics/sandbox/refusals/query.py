"""Query options that cannot be carried out."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import ODATA_CODE, SEGMENT_CODE, Refusal


def unknown_property(name: str, type_name: str) -> Refusal:
    """$select, $filter, $orderby name a property that does not exist."""
    return Refusal(400, ODATA_CODE, f"Could not find a property named '{name}' on type '{type_name}'.")


def query_error(message: str) -> Refusal:
    """An OData query option that cannot be read or is not supported."""
    return Refusal(400, ODATA_CODE, message)


def metadata_function(name: str) -> Refusal:
    """String functions do not exist on metadata."""
    return Refusal(501, SEGMENT_CODE, f'The "{name}" function isn\'t supported for Metadata Entities')
