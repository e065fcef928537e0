"""What an environment has on its first day: organisation, business unit, currency, roles, the default team, users.

The platform makes these rows itself, before anyone may call; so they go straight into the store, not through write/.
"""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.entra import ASSIGNED, CONNECTOR, MACHINE, NO_ROLES, READER, Registration
from onteg_dynamics.sandbox.files.limits import BLOCKED
from onteg_dynamics.sandbox.model import Column, stable_id
from onteg_dynamics.sandbox.people.principals import ADMINISTRATOR_ROLE
from onteg_dynamics.sandbox.people.roles import lay_privileges, role_id
from onteg_dynamics.sandbox.world import World

SYSTEM_USER = stable_id("seed", "systemuser", "SYSTEM")
CONNECTOR_USER = stable_id("seed", "systemuser", CONNECTOR.client_id)
NO_ROLES_USER = stable_id("seed", "systemuser", NO_ROLES.client_id)
READER_USER = stable_id("seed", "systemuser", READER.client_id)
IDENTITY_USERS = {stable_id("seed", "systemuser", one.client_id): one for one in (MACHINE, ASSIGNED)}
DEFAULT_TEAM = stable_id("seed", "team", "default")
ROLES = (
    "System Administrator",
    "System Customizer",
    "Basic User",
    "Delegate",
    "Sales Manager",
    "Salesperson",
    "CSR Manager",
    "Customer Service Representative",
    "Marketing Professional",
)
_OWN_ACCESS = {"accessmode": 0, "isintegrationuser": 0}
_APPLICATION_ACCESS = {"accessmode": 4, "isintegrationuser": 1}


def lay(world: World) -> None:
    """Writes the rows of an environment without any business data."""
    _organization(world)
    _currency(world)
    for name in ROLES:
        _role(world, name)
    lay_privileges(world)
    _users(world)
    _default_team(world)


def _organization(world: World) -> None:
    known = world.organization
    currency = {"basecurrencyid": known.base_currency_id, "basecurrencyid__table": "transactioncurrency"}
    lay_row(
        world,
        "organization",
        known.id,
        name=known.unique_name,
        **currency,
        basecurrencysymbol=known.base_currency_symbol,
        baseisocurrencycode="USD",
        basecurrencyprecision=2,
        currencydecimalprecision=2,
        pricingdecimalprecision=2,
        languagecode=1033,
        localeid=1033,
        isauditenabled=0,
        isexternalsearchindexenabled=1,
        maxuploadfilesize=5_242_880,
        blockedattachments=BLOCKED,
        expirechangetrackingindays=7,
        schemanameprefix="new",
    )
    lay_row(world, "businessunit", known.business_unit_id, name=known.unique_name, isdisabled=0)


def _currency(world: World) -> None:
    lay_row(
        world,
        "transactioncurrency",
        world.organization.base_currency_id,
        currencyname="US Dollar",
        isocurrencycode="USD",
        currencysymbol=world.organization.base_currency_symbol,
        currencyprecision=2,
        exchangerate=1.0,
    )


def _role(world: World, name: str) -> None:
    own = role_id(name)
    lay_row(
        world,
        "role",
        own,
        name=name,
        parentrootroleid=own,
        parentrootroleid__table="role",
        roleidunique=stable_id("seed", "roleunique", name),
        solutionid=stable_id("seed", "solution", "System"),
        overwritetime="1900-01-01T00:00:00Z",
        componentstate=0,
        ismanaged=1,
        iscustomizable=1,
        canbedeleted=int(name != "System Administrator"),
        **_unit(world),
    )


def _users(world: World) -> None:
    for name in ("SYSTEM", "INTEGRATION"):
        own = stable_id("seed", "systemuser", name)
        # The real service shows these two without a first name and refuses them a login.
        _user(world, own, name, "", f"{name.lower()}@sandbox.onmicrosoft.com", accessmode=3, isintegrationuser=0)
        _join(world, "systemuserroles", systemuserid=own, roleid=ADMINISTRATOR_ROLE)
    _application_user(world, CONNECTOR_USER, CONNECTOR)
    _application_user(world, NO_ROLES_USER, NO_ROLES)
    _application_user(world, READER_USER, READER)
    _join(world, "systemuserroles", systemuserid=READER_USER, roleid=role_id("Salesperson"))
    for own, identity in IDENTITY_USERS.items():
        _application_user(world, own, identity)
    for own in (CONNECTOR_USER, *IDENTITY_USERS):
        _join(world, "systemuserroles", systemuserid=own, roleid=ADMINISTRATOR_ROLE)


def _application_user(world: World, own: str, application: Registration) -> None:
    """An application user; the real service writes ``#`` before its name."""
    address = f"{application.name.replace(' ', '')}_{application.client_id}@sandbox.onmicrosoft.com"
    _user(
        world,
        own,
        "#",
        application.name,
        address,
        **_APPLICATION_ACCESS,
        applicationid=application.client_id,
        applicationiduri=application.client_id,
        azureactivedirectoryobjectid=application.object_id,
    )


def _user(world: World, own: str, first: str, last: str, address: str, **more: Any) -> None:
    values = {
        **_OWN_ACCESS,
        "firstname": first or None,
        "lastname": last or None,
        "fullname": f"{first} {last}".strip(),
        "domainname": address,
        "internalemailaddress": address,
        "isdisabled": 0,
        "islicensed": 0,
        "issyncwithdirectory": 0,
        "setupuser": 0,
        "caltype": 0,
        "userlicensetype": -1,
        "identityid": int(own[:7], 16),
        "incomingemaildeliverymethod": 0,
        "outgoingemaildeliverymethod": 0,
        "ownerid": own,
        **_unit(world),
        **more,
    }
    lay_row(world, "systemuser", own, **values)


def _default_team(world: World) -> None:
    """The business unit's team, in which every user of the unit is."""
    administrator = {"administratorid": SYSTEM_USER, "administratorid__table": "systemuser"}
    lay_row(
        world,
        "team",
        DEFAULT_TEAM,
        name=world.organization.unique_name,
        teamtype=0,
        isdefault=1,
        systemmanaged=1,
        ownerid=DEFAULT_TEAM,
        **administrator,
        **_unit(world),
    )
    for user in (SYSTEM_USER, CONNECTOR_USER, NO_ROLES_USER, READER_USER, *IDENTITY_USERS):
        _join(world, "teammembership", teamid=DEFAULT_TEAM, systemuserid=user)


def _unit(world: World) -> dict[str, str]:
    return {"businessunitid": world.organization.business_unit_id, "businessunitid__table": "businessunit"}


def _join(world: World, intersect: str, **ends: str) -> None:
    table = world.model.tables[intersect]
    own = stable_id("seed", intersect, *ends.values())
    world.store.insert(intersect, {table.primary_id: own, **ends, "versionnumber": world.store.next_version()})


def lay_row(world: World, name: str, own: str, /, **values: Any) -> None:
    """Writes a row with the defaults of its columns and the stamps that the platform sets.

    Args:
        world: The sandbox.
        name: The table.
        own: The row's id.
        values: Stored values by column; they win over the defaults.
    """
    table = world.model.tables[name]
    row: dict[str, Any] = {
        column.logical_name: int(column.default) for column in table.stored if column.default is not None
    }
    row |= {table.primary_id: own, "versionnumber": world.store.next_version()}
    row |= {stamp: world.now() for stamp in ("createdon", "modifiedon")}
    for stamp in ("createdby", "modifiedby", "organizationid"):
        if stamp in table.columns and stamp != table.primary_id:
            row |= _stamp(world, table.columns[stamp])
    if "statecode" in table.columns:
        row |= {"statecode": 0, "statuscode": 1}
    world.store.insert(name, {**row, **values})


def _stamp(world: World, column: Column) -> dict[str, str]:
    name = column.logical_name
    if name == "organizationid":
        own, target = world.organization.id, "organization"
    else:
        own, target = SYSTEM_USER, "systemuser"
    return {name: own, f"{name}__table": target} if column.is_lookup else {name: own}
