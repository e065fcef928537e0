"""The privileges of an environment: eight verbs for each table, and some that belong to no table.

Follows "How role-based security controls access": names are ``prv`` + verb + table, some tables under another noun.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from onteg_dynamics.sandbox.model import Model, Table, stable_id
from onteg_dynamics.sandbox.people.access import VERBS

ACT_ON_BEHALF = "prvActOnBehalfOfAnotherUser"
_NOUNS = {
    "activityparty": "Activity",
    "activitypointer": "Activity",
    "annotation": "Note",
    "customeraddress": "Account",
    "invoicedetail": "Invoice",
    "opportunityproduct": "Opportunity",
    "orderclose": "Activity",
    "productpricelevel": "Product",
    "quoteclose": "Activity",
    "quotedetail": "Quote",
    "salesorder": "Order",
    "salesorderdetail": "Order",
    "savedquery": "Query",
    "systemuser": "User",
    "uom": "UoMSchedule",
}
_OWNED_ONLY = frozenset({"Assign", "Share"})
_OTHERS = (
    ACT_ON_BEHALF,
    "prvAssignRole",
    "prvBulkDelete",
    "prvBypassCustomBusinessLogic",
    "prvBypassCustomPlugins",
    "prvExportToExcel",
    "prvMerge",
    "prvPublishCustomization",
    *(
        f"prv{verb}{noun}"
        for noun in ("Entity", "Attribute", "Relationship", "OptionSet")
        for verb in ("Create", "Read", "Write", "Delete")
    ),
)


@dataclass(frozen=True)
class Privilege:
    """One privilege; ``verb`` is empty where it belongs to no table."""

    name: str
    verb: str = ""
    is_owned: bool = False

    @property
    def id(self) -> str:
        """Its id, the same in every run."""
        return privilege_id(self.name)


def noun_of(table: Table) -> str | None:
    """What privileges call a table, or None where nobody needs one: pairs, shares, privileges themselves."""
    if table.is_intersect or table.logical_name in {"owner", "principalobjectaccess", "privilege", "roletemplate"}:
        return None
    return "Activity" if table.is_activity else _NOUNS.get(table.logical_name, table.schema_name)


@lru_cache(maxsize=4096)
def privilege_id(name: str) -> str:
    """The id of a privilege."""
    return stable_id("privilege", name)


def privilege_name(verb: str, table: Table) -> str:
    """The name of a table's privilege."""
    return f"prv{verb}{noun_of(table)}"


def privileges_of(table: Table) -> Iterator[Privilege]:
    """The privileges of one table; only rows that people own can be assigned and shared."""
    if noun_of(table) is None:
        return
    is_owned = table.ownership == "UserOwned"
    for verb in VERBS:
        if is_owned or verb not in _OWNED_ONLY:
            yield Privilege(privilege_name(verb, table), verb, is_owned)


def all_privileges(model: Model) -> dict[str, Privilege]:
    """The privileges of an environment by name."""
    found = {name: Privilege(name) for name in _OTHERS}
    for table in model.tables.values():
        for privilege in privileges_of(table):
            known = found.get(privilege.name)
            if known is None or privilege.is_owned:
                found[privilege.name] = privilege
    return found
