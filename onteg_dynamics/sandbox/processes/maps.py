"""Which columns of one row a new row of another table begins with ("Create a new row from another row").

The service keeps these as entity maps; these are the ones that the sales process needs: columns of the same name, some
that are called otherwise, and the lookup that leads back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.write.draft import lookup_values

_OWN = frozenset(
    {
        *("statecode", "statuscode", "stageid", "processid", "traversedpath", "versionnumber", "entityimage"),
        *("participatesinworkflow", "followemail", "teamsfollowed", "lastonholdtime", "importsequencenumber"),
        *("overriddencreatedon", "timezoneruleversionnumber", "utcconversiontimezonecode", "pricingerrorcode"),
        *("skippricecalculation", "lastbackofficesubmit", "exchangerate"),
    }
)
_ADDRESS = "address1_"


@dataclass(frozen=True)
class Map:
    """How a row of one table begins as a row of another.

    Attributes:
        back: The lookup of the new row that names the old one; empty for none.
        renamed: Columns of the new row by the old row's columns, where they are called otherwise.
        lookups: Lookups that both have and that go along.
        only: Beginnings of the names that go along; none for all.
    """

    back: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    lookups: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


_SALE = ("customerid", "transactioncurrencyid", "pricelevelid", "opportunityid", "campaignid")
MAPS: Mapping[tuple[str, str], Map] = {
    ("lead", "account"): Map("originatingleadid", {"companyname": "name"}, ("transactioncurrencyid",)),
    ("lead", "contact"): Map("originatingleadid", {}, ("transactioncurrencyid",)),
    ("lead", "opportunity"): Map("originatingleadid", {"subject": "name"}, ("transactioncurrencyid", "campaignid")),
    ("account", "account"): Map("parentaccountid", {}, ("transactioncurrencyid",), (_ADDRESS, "telephone1")),
    ("account", "contact"): Map("parentcustomerid", {}, ("transactioncurrencyid",), (_ADDRESS, "telephone1")),
    ("account", "opportunity"): Map("parentaccountid", {}, ("transactioncurrencyid",), ("-",)),
    ("account", "incident"): Map("customerid", {}, (), ("-",)),
    ("contact", "opportunity"): Map("parentcontactid", {}, ("transactioncurrencyid",), ("-",)),
    ("contact", "incident"): Map("customerid", {}, (), ("-",)),
    ("opportunity", "quote"): Map("opportunityid", {}, _SALE),
    ("opportunity", "salesorder"): Map("opportunityid", {}, _SALE),
    ("opportunity", "invoice"): Map("opportunityid", {}, _SALE),
    ("quote", "salesorder"): Map("quoteid", {}, _SALE),
    ("salesorder", "invoice"): Map("salesorderid", {}, _SALE),
    ("opportunityproduct", "quotedetail"): Map("", {}, ("productid", "uomid", "transactioncurrencyid")),
    ("opportunityproduct", "salesorderdetail"): Map("", {}, ("productid", "uomid", "transactioncurrencyid")),
    ("opportunityproduct", "invoicedetail"): Map("", {}, ("productid", "uomid", "transactioncurrencyid")),
    ("quotedetail", "salesorderdetail"): Map("quotedetailid", {}, ("productid", "uomid", "transactioncurrencyid")),
    ("salesorderdetail", "invoicedetail"): Map(
        "salesorderdetailid", {}, ("productid", "uomid", "transactioncurrencyid")
    ),
    ("quote", "quote"): Map("", {}, _SALE),
    ("quotedetail", "quotedetail"): Map("", {}, ("productid", "uomid", "transactioncurrencyid")),
}


def mapped(source: Table, row: Mapping[str, Any], target: Table) -> dict[str, Any] | None:
    """The stored values that a new row begins with, or None where the tables have no map.

    Args:
        source: The old row's table.
        row: The old row as stored.
        target: The new row's table.
    """
    found = MAPS.get((source.logical_name, target.logical_name))
    if found is None:
        return None
    values: dict[str, Any] = {}
    for name, value in row.items():
        column = target.columns.get(found.renamed.get(name, name))
        if value is None or column is None or name not in source.columns or not column.valid_for_create:
            continue
        if column.is_lookup:
            if name in found.lookups:
                values |= lookup_values(name, row.get(f"{name}__table"), value)
        elif _goes_along(found, name, column.logical_name, target):
            values[column.logical_name] = value
    if found.back:
        values |= lookup_values(found.back, source.logical_name, str(row[source.primary_id]))
    return values


def _goes_along(found: Map, name: str, new_name: str, target: Table) -> bool:
    if name in found.renamed:
        return True
    if found.only and not name.startswith(found.only):
        return False
    return new_name not in _OWN and new_name != target.primary_id and not new_name.endswith(("addressid", "idtype"))
