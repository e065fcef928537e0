"""What the platform fills in by itself: stamps, owner, currency, names and addresses put together."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write.draft import lookup_values
from onteg_dynamics.sandbox.write.profile import Profile
from onteg_dynamics.sandbox.write.values import rounded

_NAMES = ("firstname", "middlename", "lastname")
_BASE_DIGITS = 4
_UNFIT = frozenset("/<>*%&:\\?")
_MOST = 922_337_203_685_477


def stamp_new(world: World, caller: Caller, about: Profile, values: dict[str, Any], row_id: str) -> None:
    """Creation stamps, owner and kind of a new row."""
    stamps = about.stamps
    now = world.now()
    if "createdon" in stamps:
        values["createdon"] = now
        if values.get("overriddencreatedon"):
            values["createdon"], values["overriddencreatedon"] = values["overriddencreatedon"], now
    _by(values, stamps, "created", caller)
    if "partitionid" in stamps:
        settle_partition(values, row_id)
    if "activitytypecode" in stamps:
        values["activitytypecode"] = about.table.logical_name
    if "organizationid" in stamps and about.table.logical_name != "organization":
        values |= _organization(world, about.table)
    _own(world, caller, about, values, row_id)


def settle_partition(values: dict[str, Any], row_id: str) -> None:
    """The partition of a new row of an elastic table: its id where the payload names none.

    Raises:
        Refusal: It has a character that no alternate key takes.
    """
    partition = values.get("partitionid") or row_id
    if _UNFIT.intersection(partition):
        raise refusals.bad_partition(partition)
    values["partitionid"] = partition


def stamp_change(world: World, caller: Caller, about: Profile, values: dict[str, Any]) -> None:
    """Modification stamps and the new version."""
    if "modifiedon" in about.stamps:
        values["modifiedon"] = world.now()
    _by(values, about.stamps, "modified", caller)
    if "versionnumber" in about.stamps:
        values["versionnumber"] = world.store.next_version()


def settle_owner(world: World, caller: Caller, about: Profile, values: dict[str, Any]) -> None:
    """The three columns that follow the owner."""
    if "ownerid" not in values or not about.table.columns["ownerid"].is_lookup:
        return
    owner, kind = values["ownerid"], values["ownerid__table"]
    is_user = kind == "systemuser"
    values |= _link(about, "owninguser", "systemuser", owner if is_user else None)
    values |= _link(about, "owningteam", "team", None if is_user else owner)
    if "owningbusinessunit" in about.stamps:
        values |= _link(about, "owningbusinessunit", "businessunit", _unit_of(world, caller, kind, owner))


def settle_money(world: World, about: Profile, values: dict[str, Any], row: dict[str, Any]) -> None:
    """Currency, exchange rate and the amounts in the base currency.

    Args:
        world: The sandbox.
        about: The table.
        values: The columns to write; completed in place.
        row: The row as it will be.
    """
    if "exchangerate" not in about.stamps or "transactioncurrencyid" not in about.stamps:
        return
    touched = [pair for pair in about.money if pair[0] in values]
    if "transactioncurrencyid" in values and row.get("transactioncurrencyid"):
        touched = list(about.money)
    elif not row.get("transactioncurrencyid") and (about.needs_currency or any(row.get(name) for name, _ in touched)):
        currency = lookup_values("transactioncurrencyid", "transactioncurrency", world.organization.base_currency_id)
        values |= currency
        row |= currency
    elif not touched:
        return
    if not row.get("transactioncurrencyid"):
        return
    values["exchangerate"] = rate = _rate(world, row["transactioncurrencyid"])
    for name, base in touched:
        amount = row.get(name)
        values[base] = None if amount is None else _worth(base, amount, rate)


def compose(about: Profile, values: dict[str, Any], row: dict[str, Any]) -> None:
    """Full names and composite addresses, where one of their parts is written."""
    if "fullname" in about.stamps and not values.keys().isdisjoint(_NAMES):
        values["fullname"] = " ".join(filter(None, map(row.get, _NAMES))) or None
        if "yomifullname" in about.stamps:
            values["yomifullname"] = values["fullname"]
    for name, parts in about.composites.items():
        if not values.keys().isdisjoint(parts):
            values[name] = _address(row, name.removesuffix("_composite"))


def _worth(column: str, amount: float, rate: float) -> float:
    worth = rounded(amount / rate, _BASE_DIGITS)
    if abs(worth) > _MOST:
        raise refusals.worth_too_much(column, _MOST)
    return worth


def _link(about: Profile, column: str, table: str, row_id: str | None) -> dict[str, Any]:
    """A column of the platform's: a lookup in most tables, a bare id in some, absent in others."""
    if column not in about.stamps:
        return {}
    if not about.table.columns[column].is_lookup:
        return {column: row_id}
    return lookup_values(column, table if row_id else None, row_id)


def _by(values: dict[str, Any], stamps: frozenset[str], verb: str, caller: Caller) -> None:
    if f"{verb}by" in stamps:
        values |= lookup_values(f"{verb}by", "systemuser", caller.user_id)
    if f"{verb}onbehalfby" in stamps:
        real = caller.on_behalf_by
        values |= lookup_values(f"{verb}onbehalfby", "systemuser" if real else None, real)


def _organization(world: World, table: Table) -> dict[str, Any]:
    own = world.organization.id
    is_lookup = table.columns["organizationid"].is_lookup
    return lookup_values("organizationid", "organization", own) if is_lookup else {"organizationid": own}


def _own(world: World, caller: Caller, about: Profile, values: dict[str, Any], row_id: str) -> None:
    if "ownerid" not in about.stamps:
        return
    if not about.table.columns["ownerid"].is_lookup:
        values["ownerid"] = row_id  # users and teams are principals, and own themselves
        return
    if not values.get("ownerid"):
        values |= lookup_values("ownerid", "systemuser", caller.user_id)
    settle_owner(world, caller, about, values)


def _unit_of(world: World, caller: Caller, kind: str, owner: str) -> str:
    if owner == caller.user_id:
        return caller.business_unit_id
    found = world.store.get(world.model.tables[kind], owner)
    return str(found["businessunitid"]) if found and found.get("businessunitid") else caller.business_unit_id


def _rate(world: World, currency: str) -> float:
    if currency == world.organization.base_currency_id:
        return 1.0
    found = world.store.get(world.model.tables["transactioncurrency"], currency)
    return float((found or {}).get("exchangerate") or 1.0)


def _address(row: dict[str, Any], prefix: str) -> str | None:
    def part(name: str) -> str:
        return str(row.get(f"{prefix}_{name}") or "")

    place = " ".join(filter(None, (part("stateorprovince"), part("postalcode"))))
    town = ", ".join(filter(None, (part("city"), place)))
    lines = (part("line1"), part("line2"), part("line3"), town, part("country"))
    return "\r\n".join(filter(None, lines)) or None
