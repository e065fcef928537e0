from __future__ import annotations

from tests.sandbox.query.fetchxml.desk import code, rows, run
from tests.sandbox.query.garden import Garden, own_id

CONTACT = own_id("contact", 5)
_LINK = "<link-entity name='contact' from='contactid' to='primarycontactid'"
_CHILDREN = "<attribute name='{}' alias='n' rowaggregate='CountChildren'/>"
_ALL = "*"
_FORMATTED = "OData.Community.Display.V1.FormattedValue"
_NAME = "OData.Community.Display.V1.AttributeName"
_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"


def one(garden: Garden, inside: str, annotations: str = "", more: str = "") -> dict[str, object]:
    """The first account whose primary contact is a certain one."""
    condition = f"<filter><condition attribute='primarycontactid' operator='eq' value='{CONTACT}'/></filter>"
    text = f"<fetch{more}><entity name='account'>{inside}{condition}</entity></fetch>"
    return rows(garden, text, annotations=annotations)[0]


def test_columns_come_as_properties_with_the_key(garden: Garden) -> None:
    found = one(garden, "<attribute name='primarycontactid'/><attribute name='statecode'/>")
    assert set(found) == {"@odata.etag", "_primarycontactid_value", "statecode", "accountid"}
    assert found["_primarycontactid_value"] == CONTACT


def test_columns_without_a_value_are_left_out(garden: Garden) -> None:
    text = "<fetch><entity name='account'><attribute name='revenue'/></entity></fetch>"
    for row in rows(garden, text):
        stored = garden.find("account", str(row["accountid"]))
        assert stored is not None
        assert row.get("revenue", None) == stored["revenue"]
        assert ("revenue" in row) is (stored["revenue"] is not None)


def test_money_brings_its_currency_and_an_address_its_whole(garden: Garden) -> None:
    text = "<fetch><entity name='account'><attribute name='revenue'/><attribute name='address1_city'/></entity></fetch>"
    keys = [cell.key for cell in run(garden, text).cells]
    assert keys == ["revenue", "address1_city", "_transactioncurrencyid_value", "address1_composite", "accountid"]


def test_a_query_that_names_no_column_gives_all(garden: Garden) -> None:
    everything = {cell.key for cell in run(garden, "<fetch><entity name='account'/></fetch>").cells}
    assert {"name", "_ownerid_value", "createdon", "accountid"} <= everything
    text = "<fetch><entity name='account'><all-attributes/></entity></fetch>"
    assert {cell.key for cell in run(garden, text).cells} == everything
    assert run(garden, text).shape == ()
    text = "<fetch><entity name='account'><no-attrs/></entity></fetch>"
    assert [cell.key for cell in run(garden, text).cells] == ["accountid"]


def test_aliases_name_the_column_where_asked(garden: Garden) -> None:
    found = one(
        garden, "<attribute name='statecode' alias='state'/><attribute name='primarycontactid' alias='pc'/>", _ALL
    )
    assert found["state"] in {0, 1}
    assert found[f"state@{_NAME}"] == "statecode"
    assert found[f"state@{_FORMATTED}"] in {"Active", "Inactive"}
    assert found["pc"] == CONTACT
    assert found[f"pc@{_TABLE}"] == "contact"
    assert found[f"pc@{_FORMATTED}"] == "Person 5"
    assert "statecode" not in found
    plain = one(garden, "<attribute name='statecode' alias='state'/>")
    assert not [key for key in plain if "@" in key[1:]]


def test_lookups_show_where_they_lead(garden: Garden) -> None:
    found = one(garden, "<attribute name='primarycontactid'/>", _ALL)
    assert found["_primarycontactid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"] == "primarycontactid"
    assert found[f"_primarycontactid_value@{_TABLE}"] == "contact"
    assert found[f"_primarycontactid_value@{_FORMATTED}"] == "Person 5"


def test_linked_columns_stand_under_their_alias(garden: Garden) -> None:
    inside = f"{_LINK} alias='c'><attribute name='fullname'/><attribute name='statecode' alias='cs'/></link-entity>"
    found = one(garden, f"<attribute name='name'/>{inside}", _ALL)
    assert found["c.fullname"] == "Person 5"
    assert found[f"c.fullname@{_NAME}"] == "fullname"
    assert found["cs"] in {0, 1}
    assert one(garden, f"<attribute name='name'/>{inside.replace(chr(32) + 'alias=' + chr(39) + 'c' + chr(39), '')}")[
        "contact1.fullname"
    ]


def test_linked_lookups_show_a_plain_id(garden: Garden) -> None:
    text = (
        "<fetch><entity name='contact'><attribute name='fullname'/>"
        "<link-entity name='account' from='accountid' to='parentcustomerid' alias='a'>"
        "<attribute name='primarycontactid'/></link-entity></entity></fetch>"
    )
    found = [row for row in rows(garden, text, "contact", _ALL) if "a.primarycontactid" in row]
    assert found
    assert found[0][f"a.primarycontactid@{_TABLE}"] == "contact"
    assert found[0][f"a.primarycontactid@{_FORMATTED}"].startswith("Person")  # type: ignore[attr-defined]


def test_all_linked_columns(garden: Garden) -> None:
    found = one(garden, f"<attribute name='name'/>{_LINK} alias='c'><all-attributes/></link-entity>")
    assert found["c.contactid"] == CONTACT
    assert found["c.fullname"] == "Person 5"


def test_rows_that_look_the_same_come_once(garden: Garden) -> None:
    inside = "<attribute name='statecode'/><order attribute='statecode'/>"
    text = f"<fetch distinct='true'><entity name='account'>{inside}</entity></fetch>"
    assert rows(garden, text) == [{"statecode": 0}, {"statecode": 1}]
    joined = text.replace("</entity>", f"{_LINK}/></entity>")
    assert rows(garden, joined) == [{"statecode": 0}, {"statecode": 1}]
    names = "<fetch distinct='true'><entity name='account'><attribute name='name'/></entity></fetch>"
    found = [row.get("name") for row in rows(garden, names)]
    stored = {row["name"] and row["name"].lower() for row in garden.rows["account"]} - {"äpfel"}
    assert {name and str(name).lower() for name in found} - {"äpfel"} == stored
    assert len([name for name in found if str(name).isascii()]) == len({name for name in stored if str(name).isascii()})


def test_the_same_column_twice_is_one(garden: Garden) -> None:
    assert set(one(garden, "<attribute name='name'/><attribute name='name'/>", "")) <= {
        "@odata.etag",
        "name",
        "accountid",
    }


def test_names_and_labels_are_no_properties_but_can_have_an_alias(garden: Garden) -> None:
    found = one(garden, "<attribute name='primarycontactidname'/><attribute name='primarycontactidname' alias='who'/>")
    assert found["who"] == "Person 5"
    assert "primarycontactidname" not in found


def test_the_number_of_rows_right_below(garden: Garden) -> None:
    text = f"<fetch><entity name='account'>{_CHILDREN.format('accountid')}</entity></fetch>"
    for row in rows(garden, text):
        assert row["n"] == len(garden.below("account", "parentaccountid", str(row["accountid"])))


def test_what_does_not_fit_is_refused(garden: Garden) -> None:
    def entity(inside: str) -> str:
        return f"<fetch><entity name='account'>{inside}</entity></fetch>"

    assert code(garden, "<fetch><entity name='nosuch'/></fetch>") == "0x80041102"
    assert code(garden, "<fetch><entity name='contact'/></fetch>") == "0x80041128"
    assert code(garden, entity("<attribute name='nosuch'/>")) == "0x80041103"
    assert (
        code(garden, entity("<attribute name='name' alias='a'/><attribute name='revenue' alias='a'/>")) == "0x80041130"
    )
    assert code(garden, entity(f"{_LINK}><attribute name='nosuch'/></link-entity>")) == "0x80041103"
    assert code(garden, entity("<link-entity name='nosuch' from='a' to='b'/>")) == "0x80041102"
    assert code(garden, entity("<link-entity name='contact' from='nosuch' to='name'/>")) == "0x80041103"
    assert code(garden, entity("<link-entity name='contact' from='statecode' to='name'/>")) == "0x80041104"
    assert code(garden, entity("<link-entity name='contact'/>")) == "0x80041102"
    contact = f"<fetch><entity name='contact'>{_CHILDREN.format('contactid')}</entity></fetch>"
    assert code(garden, contact, "contact") == "0x8004112F"
