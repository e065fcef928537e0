"""The one rule of the sales tables that lives in the row itself: the customer and his parent columns go together."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.write.draft import lookup_values

_PARENTS = {"account": "parentaccountid", "contact": "parentcontactid"}
_TABLES = frozenset({"opportunity"})


def settle_customer(table: Table, values: dict[str, Any]) -> None:
    """An opportunity's potential customer follows its account or contact, and the other way round."""
    if table.logical_name not in _TABLES:
        return
    if values.get("customerid"):
        parent = _PARENTS[values["customerid__table"]]
        if values.get(parent) is None:
            values |= lookup_values(parent, values["customerid__table"], values["customerid"])
        return
    for target, parent in _PARENTS.items():
        if values.get(parent):
            values |= lookup_values("customerid", target, values[parent])
            return
