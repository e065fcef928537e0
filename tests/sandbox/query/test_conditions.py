from __future__ import annotations

from dataclasses import replace

import pytest

from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query import parse_query, run_query
from onteg_dynamics.sandbox.query.conditions import typed
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.garden import Garden, Row, own_id, planted


def call(name: str, column: str, arguments: str = "") -> str:
    more = f",{arguments}" if arguments else ""
    return f"Microsoft.Dynamics.CRM.{name}(PropertyName='{column}'{more})"


def found(garden: Garden, text: str, table: str = "account") -> set[str]:
    query = parse_query(garden.world.model, garden.table(table), [("$filter", text)])
    return {row.row_id for row in run_query(garden.world, query, caller=garden.caller).rows}


def having(garden: Garden, column: str, *values: object, table: str = "account") -> set[str]:
    key = garden.table(table).primary_id
    return {row[key] for row in garden.rows[table] if row[column] in values}


def refusal(garden: Garden, text: str, table: str = "account") -> Refusal:
    with pytest.raises(Refusal) as caught:
        found(garden, text, table)
    assert (caught.value.status, caught.value.code) == (400, "0x80060888")
    return caught.value


def test_lists_of_values(garden: Garden) -> None:
    assert found(garden, call("In", "numberofemployees", 'PropertyValues=["1","7"]')) == having(
        garden, "numberofemployees", 1, 7
    )
    assert found(garden, call("In", "numberofemployees", "PropertyValues=[1,7]")) == having(
        garden, "numberofemployees", 1, 7
    )
    assert found(garden, call("NotIn", "numberofemployees", 'PropertyValues=["1","7"]')) == set(
        garden.ids("account")
    ) - having(garden, "numberofemployees", 1, 7)
    one = garden.rows["account"][0]["accountid"]
    assert found(garden, call("In", "accountid", f'PropertyValues=["{{{one.upper()}}}"]')) == {one}


def test_lists_do_not_mind_letters_case(garden: Garden) -> None:
    wanted = having(garden, "name", "Äpfel", "äPFEL", "alpha", "Alpha")
    assert found(garden, call("In", "name", 'PropertyValues=["ÄPFEL","ALPHA"]')) == wanted
    assert found(garden, call("In", "name", """PropertyValues=["O'Bryan"]""")) == having(garden, "name", "O'Bryan")


def test_lookups_by_either_name(garden: Garden) -> None:
    wanted = having(garden, "primarycontactid", own_id("contact", 5))
    for name in ("primarycontactid", "_primarycontactid_value"):
        assert found(garden, call("In", name, f'PropertyValues=["{own_id("contact", 5)}"]')) == wanted
    assert wanted


def test_between(garden: Garden) -> None:
    assert found(garden, call("Between", "numberofemployees", 'PropertyValues=["1","7"]')) == having(
        garden, "numberofemployees", 1, 2, 7
    )
    assert found(garden, call("NotBetween", "numberofemployees", 'PropertyValues=["1","7"]')) == having(
        garden, "numberofemployees", 0, 40, -3
    )


def test_functions_inside_a_lambda_speak_of_its_rows(garden: Garden) -> None:
    text = f"contact_customer_accounts/any(c:{call('In', 'statecode', 'PropertyValues=[1]')})"
    wanted = {row["parentcustomerid"] for row in garden.rows["contact"] if row["statecode"] == 1} - {None}
    assert found(garden, text) == wanted


def test_times(garden: Garden) -> None:
    assert found(garden, call("Today", "createdon")) == having(garden, "createdon", "2024-05-16T10:30:00Z")
    assert found(garden, call("LastXDays", "createdon", "PropertyValue=1")) == having(
        garden, "createdon", "2024-05-15T08:00:00Z", "2024-05-16T10:30:00Z"
    )
    assert found(garden, call("On", "createdon", "PropertyValue='2024-01-01'")) == having(
        garden, "createdon", "2024-01-01T00:00:00Z"
    )
    assert found(garden, call("InFiscalPeriodAndYear", "createdon", "PropertyValue1=4,PropertyValue2=2023")) == having(
        garden, "createdon", "2023-12-31T23:59:59Z"
    )


def test_dates_count_whole_days(garden: Garden) -> None:
    assert found(garden, call("OnOrBefore", "birthdate", "PropertyValue='2000-02-29'"), "contact") == having(
        garden, "birthdate", "1990-01-31", "2000-02-29", table="contact"
    )
    assert found(garden, call("NotOn", "birthdate", "PropertyValue='2000-02-29'"), "contact") == set(
        garden.ids("contact")
    ) - having(garden, "birthdate", "2000-02-29", table="contact")


def test_choices_with_several_values() -> None:
    """No standard table has such a column; one is added."""
    garden = planted(accounts=1, contacts=1)
    table = garden.table("account")
    column = Column("account", "new_colors", "new_Colors", "MultiSelectPicklist", "m")
    widened = replace(table, columns={**table.columns, "new_colors": column})
    garden.world.model = garden.world.model.with_tables([widened])
    garden.world.store.add_column("account", '"new_colors" TEXT')
    rows: list[Row] = []
    for number, value in enumerate((None, "1", "1,12", "2,12")):
        own = own_id("colours", number)
        garden.put("account", own, new_colors=value)
        rows.append({"id": own, "value": value})

    def ask(name: str, values: str) -> list[object]:
        ids = found(garden, call(name, "new_colors", f"PropertyValues={values}"))
        return [row["value"] for row in rows if row["id"] in ids]

    assert ask("ContainValues", '["1"]') == ["1", "1,12"]
    assert ask("ContainValues", '["2","12"]') == ["1,12", "2,12"]
    assert ask("DoesNotContainValues", '["1"]') == [None, "2,12"]
    assert "whole numbers" in refusal(garden, call("ContainValues", "new_colors", 'PropertyValues=["%"]')).message


@pytest.mark.parametrize(
    "text",
    [
        call("Nonsense", "name"),
        call("Contains", "name", "PropertyValue='x'"),
        "Microsoft.Dynamics.CRM.Today()",
        "Microsoft.Dynamics.CRM.Today(PropertyName=1)",
        call("Today", "createdon", "Other=1"),
        call("Today", "nosuch"),
        call("Today", "name"),
        call("Today", "createdon", "PropertyValue=1"),
        call("LastXDays", "createdon"),
        call("LastXDays", "createdon", "PropertyValue=0"),
        call("LastXDays", "createdon", "PropertyValue=-1"),
        call("LastXDays", "createdon", "PropertyValue='x'"),
        call("LastXDays", "name", "PropertyValue=1"),
        call("On", "createdon", "PropertyValue='x'"),
        call("On", "createdon", "PropertyValue='9999-12-31'"),
        call("On", "name", "PropertyValue='2024-01-01'"),
        call("InFiscalYear", "createdon"),
        call("InFiscalPeriod", "createdon", "PropertyValue='x'"),
        call("InFiscalPeriodAndYear", "createdon", "PropertyValue1=1"),
        call("InFiscalYear", "name", "PropertyValue=2024"),
        call("Between", "numberofemployees", 'PropertyValues=["1"]'),
        call("Between", "numberofemployees", 'PropertyValues=["1","x"]'),
        call("In", "numberofemployees", 'PropertyValues=["x"]'),
        call("In", "accountid", 'PropertyValues=["x"]'),
        call("ContainValues", "name", 'PropertyValues=["1"]'),
        call("EqualUserId", "name"),
        call("EqualUserLanguage", "name"),
        call("Under", "accountid", "PropertyValue='x'"),
        f"not {call('Today', 'createdon')}",
    ],
)
def test_what_does_not_fit_is_refused(garden: Garden, text: str) -> None:
    refusal(garden, text)


def test_not_is_refused_in_the_service_s_words(garden: Garden) -> None:
    message = "Not operator along with the Custom Named Condition operators is not allowed"
    assert refusal(garden, f"not ({call('Today', 'createdon')})").message == message


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("Integer", " 7 ", 7),
        ("Picklist", "7", 7),
        ("Boolean", "true", 1),
        ("Boolean", "FALSE", 0),
        ("Boolean", "1", 1),
        ("Money", "7", 7.0),
        ("Decimal", "-0.5", -0.5),
        ("String", 7, "7"),
        ("Lookup", "{1D6F0C3A-52B4-4E87-A9C1-7F0B3D2E8A55}", "1d6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a55"),
        ("DateTime", "2024-05-16 10:30:00", "2024-05-16T10:30:00Z"),
        ("DateTime", "2024-05-16", "2024-05-16T00:00:00Z"),
        ("String", None, None),
    ],
)
def test_values_as_the_store_keeps_them(kind: str, value: object, wanted: object) -> None:
    assert typed(Column("t", "c", "C", kind, "m"), value) == wanted


@pytest.mark.parametrize(
    ("kind", "value"), [("Integer", "1.5"), ("Integer", "true"), ("Lookup", "7"), ("DateTime", "soon"), ("Money", "x")]
)
def test_values_that_are_none(kind: str, value: str) -> None:
    with pytest.raises(Refusal):
        typed(Column("t", "c", "C", kind, "m"), value)


def test_dates_are_cut_to_their_day() -> None:
    column = Column("t", "c", "C", "DateTime", "m", behavior="DateOnly")
    assert typed(column, "2024-05-16T23:00:00Z") == "2024-05-16"
    with pytest.raises(Refusal):
        typed(column, "2024-13-16")
