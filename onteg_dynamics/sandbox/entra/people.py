"""Who can sign in: the people of the environment, as its user table knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.store import Store

_COLUMNS = ("azureactivedirectoryobjectid", "domainname", "internalemailaddress", "firstname", "lastname", "fullname")


@dataclass(frozen=True)
class Person:
    """Someone with an account in the tenant.

    Attributes:
        object_id: The account's object id, by which the Web API finds its user.
        login: The user principal name.
        name: The display name.
        first: The given name.
        last: The family name.
    """

    object_id: str
    login: str
    name: str
    first: str = ""
    last: str = ""

    @property
    def claims(self) -> dict[str, Any]:
        """What an access token of version 1.0 tells of a person."""
        return {
            "oid": self.object_id,
            "name": self.name,
            "given_name": self.first or None,
            "family_name": self.last or None,
            "unique_name": self.login,
            "upn": self.login,
        }


class People:
    """The people of the environment.

    Args:
        store: Holds the users; those with an object id and no application id are people with an account.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def everybody(self) -> list[Person]:
        """All of them, by name."""
        rows = self._store.select("systemuser", {"applicationid": None}, _COLUMNS)
        return sorted((_person(row) for row in rows if row[_COLUMNS[0]]), key=lambda person: person.name)

    def find(self, login: str) -> Person | None:
        """The person of that user principal name, in any case, or None."""
        wanted = login.strip().lower()
        return next((person for person in self.everybody() if person.login.lower() == wanted), None)


def _person(row: dict[str, Any]) -> Person:
    login = row["domainname"] or row["internalemailaddress"] or ""
    first, last = row["firstname"] or "", row["lastname"] or ""
    return Person(str(row[_COLUMNS[0]]).lower(), str(login), str(row["fullname"] or login), first, last)
