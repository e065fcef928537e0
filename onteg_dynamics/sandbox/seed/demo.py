"""A small company's data: who sells what to whom, told in rows that hang together."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from onteg_dynamics.sandbox.model import stable_id
from onteg_dynamics.sandbox.people.access import mask_of
from onteg_dynamics.sandbox.people.roles import role_id
from onteg_dynamics.sandbox.people.sharing import set_share
from onteg_dynamics.sandbox.seed import people
from onteg_dynamics.sandbox.seed.people import ACCOUNTS, CASES, COLLEAGUES, DEALS, LEADS, PRODUCTS, Company
from onteg_dynamics.sandbox.seed.platform import CONNECTOR_USER, READER_USER
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write import associate, create_row, update_row

_SHARED = ("ReadAccess", "ReadAccess,WriteAccess,AppendAccess,AppendToAccess")
_LAST_STEP_DAYS = -2
_FIRST_BIRTHDAY = date(1962, 1, 1)


class Sower:
    """Writes rows through the same door as a client's payloads, with fixed ids and a clock of its own.

    Args:
        world: A world with the platform's own rows.
        noon: The day that dates are counted from.
    """

    def __init__(self, world: World, noon: datetime) -> None:
        self._world = world
        self._noon = noon
        self._caller = Caller(CONNECTOR_USER, world.organization.business_unit_id)
        self._dice = random.Random(365)  # noqa: S311 - the same data in every run
        self._colleagues: list[str] = []

    def set_clock(self, days: float) -> None:
        """Moves the clock: so many days after (or before) the day that dates are counted from."""
        moment = self._noon + timedelta(days=days)
        self._world.clock = lambda: moment

    def sow_demo(self) -> None:
        """Colleagues, a price list, customers, leads, opportunities, cases and what was done about them."""
        self._sow_catalogue()
        self._colleagues = [self._sow_colleague(*colleague) for colleague in COLLEAGUES]
        for number, company in enumerate(ACCOUNTS):
            self.set_clock(-300 + 9 * number)
            self._sow_company(company)
        for number, lead in enumerate(LEADS):
            self.set_clock(-90 + 6 * number)
            self._sow_lead(number, lead)
        for number, deal in enumerate(DEALS):
            self.set_clock(-80 + 5 * number)
            self._sow_deal(number, deal)
        for number, case in enumerate(CASES):
            self.set_clock(-60 + 5 * number)
            self._sow_case(number, case)
        self.set_clock(0)
        self._sow_brochure(_id("account", "Northwind Roasters"))
        self._share()

    def _sow_catalogue(self) -> None:
        self._create("transactioncurrency", "EUR", **people.EURO)
        unit = self._create("uomschedule", "default", name="Default Unit", baseuomname="Primary Unit")
        self._create("uom", "each", name="Each", quantity=1, uomscheduleid__uomschedules=unit)
        self._create("pricelevel", "standard", name="Standard Price List")
        for number, (name, code, price) in enumerate(PRODUCTS):
            self._create(
                "product",
                code,
                name=name,
                productnumber=code,
                price=price,
                productstructure=1,
                quantitydecimal=2,
                defaultuomscheduleid__uomschedules=unit,
                defaultuomid__uoms=_id("uom", "each"),
                vendorname=f"Supplier {number % 3 + 1}",
            )
        done = {"statecode": 3, "statuscode": 30}
        self._create("asyncoperation", "cleanup", name="Clean up old leads", operationtype=13, **done)
        self._create("queue", "support", name="<Support>", queueviewtype=0)
        self._create("subject", "default", title="Default Subject")

    def _sow_colleague(self, first: str, last: str, title: str, role: str) -> str:
        address = f"{first}.{last}@sandbox.onmicrosoft.com".lower()
        own = self._create(
            "systemuser",
            address,
            firstname=first,
            lastname=last,
            title=title,
            domainname=address,
            internalemailaddress=address,
            accessmode=0,
            businessunitid__businessunits=self._world.organization.business_unit_id,
        )
        table = self._world.model.tables["systemuser"]
        # Payloads may not set it: the real service takes it from Entra.
        self._world.store.update(table, own, {"azureactivedirectoryobjectid": _id("person", address)})
        roles = self._world.model.tables["role"]
        joined = self._world.model.navigation("systemuser", "systemuserroles_association")
        assert joined is not None
        associate(self._world, self._caller, table, {"systemuserid": own}, joined, roles, {"roleid": role_id(role)})
        return own

    def _sow_company(self, company: Company) -> None:
        account = self._create(
            "account",
            company.name,
            name=company.name,
            accountnumber=company.number,
            industrycode=company.industry,
            revenue=company.revenue,
            numberofemployees=company.employees,
            emailaddress1=f"hello@{company.domain}",
            telephone1=company.phone,
            websiteurl=f"https://{company.domain}",
            address1_line1=company.street,
            address1_city=company.city,
            address1_postalcode=company.postcode,
            address1_country=company.country,
            accountcategorycode=1 if company.revenue > 5_000_000 else 2,
            customertypecode=3,
            ownerid__systemusers=self._owner(),
        )
        contacts = [self._sow_contact(company, account, *person) for person in company.contacts]
        self._update("account", account, primarycontactid__contacts=contacts[0])

    def _sow_contact(self, company: Company, account: str, first: str, last: str, title: str) -> str:
        return self._create(
            "contact",
            f"{first} {last}",
            firstname=first,
            lastname=last,
            jobtitle=title,
            emailaddress1=f"{first}.{last}@{company.domain}".lower(),
            telephone1=company.phone,
            address1_city=company.city,
            address1_country=company.country,
            birthdate=(_FIRST_BIRTHDAY + timedelta(days=self._dice.randrange(13_000))).isoformat(),
            preferredcontactmethodcode=self._dice.choice((1, 2, 3)),
            parentcustomerid_account__accounts=account,
            ownerid__systemusers=self._owner(),
        )

    def _sow_lead(self, number: int, lead: tuple[str, str, str, str, int]) -> None:
        first, last, company, subject, source = lead
        own = self._create(
            "lead",
            f"{number}",
            subject=subject,
            firstname=first,
            lastname=last,
            companyname=company,
            emailaddress1=f"{first}.{last}@example.com".lower(),
            leadsourcecode=source,
            leadqualitycode=number % 3 + 1,
            estimatedamount=float(self._dice.randrange(2_000, 40_000, 500)),
            ownerid__systemusers=self._owner(),
        )
        if number % 5 == 4:
            self._update("lead", own, statecode=2, statuscode=5)

    def _sow_deal(self, number: int, deal: tuple[str, str, float, int]) -> None:
        company, name, value, days = deal
        account = _id("account", company)
        own = self._create(
            "opportunity",
            f"{company}/{name}",
            name=name,
            customerid_account__accounts=account,
            parentaccountid__accounts=account,
            estimatedvalue=value,
            estimatedclosedate=(self._noon + timedelta(days=days)).date().isoformat(),
            closeprobability=self._dice.randrange(10, 95, 5),
            opportunityratingcode=number % 3 + 1,
            salesstage=number % 4,
            pricelevelid__pricelevels=_id("pricelevel", "standard"),
            ownerid__systemusers=self._owner(),
        )
        self._create(
            "task",
            f"deal {number}",
            subject=f"Follow up: {name}",
            scheduledend=(self._noon + timedelta(days=number % 9 + 1)).strftime("%Y-%m-%dT09:00:00Z"),
            prioritycode=number % 3,
            regardingobjectid_opportunity_task__opportunities=own,
            ownerid_task__systemusers=self._owner(),
        )
        if number % 3 == 0:
            self._sow_note(number, account)

    def _sow_note(self, number: int, account: str) -> None:
        self._create(
            "annotation",
            f"{number}",
            subject="Visit",
            notetext="They would like a demonstration on site before they decide.",
            objectid_account__accounts=account,
        )

    def _sow_brochure(self, account: str) -> None:
        self._create(
            "annotation",
            "brochure",
            subject="Brochure",
            filename="brochure.txt",
            mimetype="text/plain",
            documentbody=base64.b64encode(b"Coffee for every floor.\n").decode(),
            objectid_account__accounts=account,
        )

    def _sow_case(self, number: int, case: tuple[str, str, int]) -> None:
        company, title, origin = case
        own = self._create(
            "incident",
            f"{number}",
            title=title,
            customerid_account__accounts=_id("account", company),
            caseorigincode=origin,
            prioritycode=number % 3 + 1,
            casetypecode=number % 3 + 1,
            ownerid__systemusers=self._owner(),
        )
        self._create(
            "phonecall",
            f"case {number}",
            subject=f"Call back about: {title}",
            directioncode=True,
            phonenumber="+1 555 0100",
            regardingobjectid_incident_phonecall__incidents=own,
        )
        if number % 4 == 3:
            self.set_clock(_LAST_STEP_DAYS)
            self._update("incident", own, statecode=2, statuscode=6)

    def _share(self) -> None:
        """Two customers for the application with the small role: one to read, one to change as well."""
        for company, rights in zip(ACCOUNTS, _SHARED, strict=False):
            table, row_id = self._world.model.tables["account"], _id("account", company.name)
            set_share(self._world, (table, row_id), ("systemuser", READER_USER), mask_of(rights))

    def _owner(self) -> str:
        return self._dice.choice(self._colleagues)

    def _create(self, table: str, name: str, /, **values: Any) -> str:
        """A row with an id made of its name; ``navigation__entityset=id`` binds a lookup."""
        own = _id(table, name)
        create_row(self._world, self._caller, self._world.model.tables[table], dict(_payload(values)), row_id=own)
        return own

    def _update(self, table: str, row_id: str, /, **values: Any) -> None:
        found = self._world.model.tables[table]
        row = self._world.store.get(found, row_id)
        assert row is not None
        update_row(self._world, self._caller, found, row, dict(_payload(values)))


def _payload(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        navigation, bound, entity_set = name.partition("__")
        yield (f"{navigation}@odata.bind", f"/{entity_set}({value})") if bound else (name, value)


def _id(table: str, name: str) -> str:
    return stable_id("seed", table, name)
