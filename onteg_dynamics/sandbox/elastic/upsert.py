"""An upsert of an elastic row replaces it: what the payload leaves out is empty afterwards ("Upsert a record")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.elastic import LIFE

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Model, Table


def whole_row(model: Model, table: Table, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with null for every column of one's own that it does not name; on a standard table the payload.

    Args:
        model: The metadata.
        table: The table.
        payload: The payload of an upsert.
    """
    if not table.is_elastic:
        return payload
    own = (column for column in table.stored if column.is_custom or column.logical_name == LIFE)
    plain = {column.logical_name for column in own if not column.is_lookup and column.valid_for_update}
    links = {one.navigation for one in model.lookups_of(table.logical_name) if one.is_custom}
    bound = {name.partition("@")[0] for name in payload}
    return {**dict.fromkeys(sorted((plain | links) - bound)), **payload}
