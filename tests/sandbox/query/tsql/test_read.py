from __future__ import annotations

from datetime import datetime, timezone

import pytest

from onteg_dynamics.sandbox.model import load_model
from onteg_dynamics.sandbox.query.fetchxml.tree import Attribute, Condition, Fetch, Filter, Link, Order
from onteg_dynamics.sandbox.query.tsql import parse_sql
from onteg_dynamics.sandbox.refusals import Refusal

NOW = datetime(2024, 5, 16, 10, 30, tzinfo=timezone.utc)


def read(text: str) -> Fetch:
    return parse_sql(text, load_model(), NOW)


def refusal(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(text)
    assert caught.value.status == 400
    return caught.value


def conditions(where: str) -> object:
    """The one condition of a WHERE, or its filter."""
    found = read(f"SELECT name FROM account WHERE {where}").entity.filters[0]
    return found.parts[0] if len(found.parts) == 1 else found


def present(condition: Condition) -> Filter:
    return Filter("AND", (condition, Condition(condition.attribute, "not-null")))


def test_a_plain_select() -> None:
    fetch = read("SELECT name, a.telephone1 AS phone, [a].[websiteurl] FROM account AS a -- a comment")
    assert fetch.entity.table == "account"
    assert fetch.entity.attributes == (
        Attribute("name"),
        Attribute("telephone1", alias="phone"),
        Attribute("websiteurl"),
    )
    assert (fetch.top, fetch.offset, fetch.distinct, fetch.aggregate) == (None, 0, False, False)


def test_names_do_not_mind_their_case() -> None:
    fetch = read("select NAME from ACCOUNT A where A.StateCode = 0 order by A.Name")
    assert fetch.entity.attributes == (Attribute("name"),)
    assert fetch.entity.filters == (Filter("AND", (Condition("statecode", "eq", ("0",)),)),)
    assert fetch.entity.orders == (Order("name"),)


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ("name = 'O''Bryan'", Condition("name", "eq", ("O'Bryan",))),
        ("name = N'Ä'", Condition("name", "eq", ("Ä",))),
        ("statecode > 1", Condition("statecode", "gt", ("1",))),
        ("revenue >= -1.5", Condition("revenue", "ge", ("-1.5",))),
        ("statecode < 1", Condition("statecode", "lt", ("1",))),
        ("statecode <= 1", Condition("statecode", "le", ("1",))),
        ("1 < statecode", Condition("statecode", "gt", ("1",))),
        ("name LIKE 'A[%]%'", Condition("name", "like", ("A[%]%",))),
        ("name IN ('a', 'b')", Condition("name", "in", ("a", "b"))),
        ("name BETWEEN 'A' AND 'B'", Condition("name", "between", ("A", "B"))),
        ("name IS NULL", Condition("name", "null")),
        ("name IS NOT NULL", Condition("name", "not-null")),
        ("NOT name IS NULL", Condition("name", "not-null")),
        ("name <> 'a'", present(Condition("name", "ne", ("a",)))),
        ("name != 'a'", present(Condition("name", "ne", ("a",)))),
        ("name NOT LIKE 'a'", present(Condition("name", "not-like", ("a",)))),
        ("NOT name LIKE 'a'", present(Condition("name", "not-like", ("a",)))),
        ("name NOT IN ('a')", present(Condition("name", "not-in", ("a",)))),
        ("name = NULL", Filter("AND", (Condition("name", "null"), Condition("name", "not-null")))),
        ("createdon >= GETUTCDATE()", Condition("createdon", "ge", ("2024-05-16T10:30:00Z",))),
        ("createdon >= DATEADD(day, -3, GETUTCDATE())", Condition("createdon", "ge", ("2024-05-13T10:30:00Z",))),
        (
            "createdon < DATEADD(month, 1, '2024-01-31 17:00:00')",
            Condition("createdon", "lt", ("2024-02-29T17:00:00Z",)),
        ),
        (
            "createdon < DATEADD(hour, 1, DATEADD(year, 1, '2023-01-01'))",
            Condition("createdon", "lt", ("2024-01-01T01:00:00Z",)),
        ),
    ],
)
def test_conditions(where: str, wanted: object) -> None:
    assert conditions(where) == wanted


def test_and_or_and_parentheses() -> None:
    found = read(
        "SELECT name FROM account WHERE (statecode = 0 OR statecode = 1) AND name = 'x' AND revenue = 1"
    ).entity
    first, second, third = found.filters[0].parts
    assert found.filters[0].word == "AND"
    assert isinstance(first, Filter)
    assert first.word == "OR"
    assert second == Filter("AND", (Condition("name", "eq", ("x",)),))
    assert third == Filter("AND", (Condition("revenue", "eq", ("1",)),))


def test_joins() -> None:
    fetch = read(
        "SELECT a.name, c.fullname, o.name AS opportunity, u.fullname FROM account AS a "
        "INNER JOIN contact AS c ON a.accountid = c.parentcustomerid AND (c.fullname LIKE 'A%' OR c.lastname = 'B') "
        "LEFT OUTER JOIN opportunity o ON o.customerid = c.contactid JOIN systemuser u ON (a.ownerid = u.systemuserid) "
        "WHERE c.statecode = 0"
    )
    contact, user = fetch.entity.links
    assert (contact.alias, contact.kind, contact.source, contact.target) == (
        "c",
        "inner",
        "parentcustomerid",
        "accountid",
    )
    assert contact.entity.attributes == (Attribute("fullname", alias="fullname"),)
    assert [part.word for part in contact.entity.filters] == ["OR"]
    deal: Link = contact.entity.links[0]
    assert (deal.alias, deal.kind, deal.source, deal.target) == ("o", "outer", "customerid", "contactid")
    assert deal.entity.attributes == (Attribute("name", alias="opportunity"),)
    assert (user.alias, user.source, user.target) == ("u", "systemuserid", "ownerid")
    assert user.entity.attributes == (Attribute("fullname"),)  # the plain name is taken by the contact's
    assert fetch.entity.filters == (Filter("AND", (Condition("statecode", "eq", ("0",), "c"),)),)


def test_a_table_may_be_joined_to_itself() -> None:
    fetch = read(
        "SELECT child.name AS a, parent.name AS b FROM account child "
        "JOIN account parent ON child.parentaccountid = parent.accountid"
    )
    assert fetch.entity.links[0].entity.attributes == (Attribute("name", alias="b"),)


def test_orders() -> None:
    fetch = read(
        "SELECT a.name AS n, c.fullname FROM account a JOIN contact c ON c.contactid = a.primarycontactid "
        "ORDER BY n DESC, c.lastname ASC, createdon_x".replace(", createdon_x", ", fullname")
    )
    assert fetch.entity.orders == (
        Order("name", descending=True),
        Order("lastname", entity="c"),
        Order("fullname", entity="c"),
    )


def test_groups() -> None:
    fetch = read(
        "SELECT a.name, COUNT(*) AS n, COUNT(c.contactid) AS m, SUM(a.revenue) AS s FROM account a "
        "JOIN contact c ON c.parentcustomerid = a.accountid GROUP BY a.name ORDER BY n DESC, a.name"
    )
    assert fetch.aggregate
    assert fetch.entity.attributes == (
        Attribute("name", alias="name", group=True),
        Attribute("accountid", alias="n", aggregate="count"),
        Attribute("revenue", alias="s", aggregate="sum"),
    )
    assert fetch.entity.links[0].entity.attributes == (Attribute("contactid", alias="m", aggregate="countcolumn"),)
    assert fetch.entity.orders == (Order(alias="n", descending=True), Order(alias="name"))


def test_how_many_rows() -> None:
    """The page refuses these; Microsoft's SDK relies on them."""
    assert read("SELECT TOP 3 name FROM account").top == 3
    assert read("SELECT DISTINCT TOP (2) name FROM account").distinct
    fetch = read("SELECT name FROM account ORDER BY name OFFSET 10 ROWS FETCH NEXT 5 ROWS ONLY")
    assert (fetch.offset, fetch.top) == (10, 5)
    fetch = read("SELECT name FROM account ORDER BY name OFFSET 10 ROWS")
    assert (fetch.offset, fetch.top) == (10, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT 1",
        "nonsense",
        "SELECT * FROM account",
        "SELECT a.* FROM account a",
        "SELECT name FROM account; SELECT name FROM account",
        "INSERT INTO account (name) VALUES ('x')",
        "UPDATE account SET name = 'x'",
        "DELETE FROM account",
        "DROP TABLE account",
        "SELECT name INTO x FROM account",
        "WITH x AS (SELECT name FROM account) SELECT name FROM x",
        "SELECT name FROM account UNION SELECT name FROM account",
        "SELECT name FROM (SELECT name FROM account) x",
        "SELECT name FROM dbo.account",
        "SELECT name FROM account WITH (NOLOCK)",
        "SELECT name FROM account a, contact c",
        "SELECT name FROM account CROSS JOIN contact",
        "SELECT a.name FROM account a RIGHT JOIN contact c ON a.accountid = c.parentcustomerid",
        "SELECT a.name FROM account a FULL OUTER JOIN contact c ON a.accountid = c.parentcustomerid",
        "SELECT a.name FROM account a JOIN contact c USING (ownerid)",
        "SELECT a.name FROM account a JOIN contact c ON c.fullname LIKE 'B%'",
        "SELECT a.name FROM account a JOIN contact c ON a.accountid <> c.parentcustomerid",
        "SELECT a.name FROM account a JOIN contact c ON a.accountid = c.parentcustomerid OR c.fullname LIKE 'B%'",
        "SELECT a.name FROM account a JOIN contact c ON a.accountid = c.parentcustomerid AND a.name LIKE 'A%'",
        "SELECT a.name FROM account a JOIN contact a ON a.accountid = a.parentcustomerid",
        "SELECT a.name FROM account a JOIN contact c ON c.contactid = c.parentcustomerid",
        "SELECT name FROM account WHERE 1 = 1",
        "SELECT name FROM account WHERE name = accountnumber",
        "SELECT name FROM account WHERE LEN(name) = 1",
        "SELECT name FROM account WHERE revenue > 500.0 + 125.0",
        "SELECT name FROM account WHERE accountid IN (SELECT accountid FROM account)",
        "SELECT name FROM account WHERE EXISTS (SELECT name FROM account)",
        "SELECT name FROM account WHERE name NOT BETWEEN 'a' AND 'b'",
        "SELECT name FROM account WHERE NOT (name = 'a' AND revenue = 1)",
        "SELECT name FROM account WHERE DATEADD(day, 3, createdon) >= GETUTCDATE()",
        "SELECT name FROM account WHERE createdon >= DATEADD(day, 999999999, GETUTCDATE())",
        "SELECT name FROM account WHERE createdon >= GETDATE()",
        "SELECT name FROM account WHERE name IS TRUE",
        "SELECT 'abc', name FROM account",
        "SELECT LEN(name) AS x FROM account",
        "SELECT STDEV(revenue) AS x FROM account",
        "SELECT name, COUNT(*) AS x FROM account",
        "SELECT COUNT(*) AS x FROM account GROUP BY name",
        "SELECT COUNT(*) AS x FROM account GROUP BY MONTH(createdon)",
        "SELECT name, COUNT(*) AS x FROM account GROUP BY name HAVING COUNT(*) > 1",
        "SELECT name, COUNT(*) AS x FROM account GROUP BY name ORDER BY COUNT(*)",
        "SELECT name, COUNT(*) AS x FROM account GROUP BY name ORDER BY revenue",
        "SELECT name FROM account ORDER BY LEN(name)",
        "SELECT name FROM account ORDER BY 1",
        "SELECT TOP 5 PERCENT name FROM account",
        "SELECT TOP 5 WITH TIES name FROM account ORDER BY name",
        "SELECT TOP 5001 name FROM account",
        "SELECT name FROM account OFFSET 1 ROWS",
        "SELECT statecode FROM account a JOIN contact c ON c.contactid = a.primarycontactid",
        "SELECT x.name FROM account a",
        "SELECT name FROM account FOR XML PATH",
        "SELECT name FROM account OPTION (RECOMPILE)",
        "SELECT name FROM account WHERE " + "(" * 3000 + "name = 'x'" + ")" * 3000,
    ],
)
def test_what_is_refused(text: str) -> None:
    assert refusal(text).code in {"0x80060888", "0x80040203"}


@pytest.mark.parametrize(
    "shown", ["COUNT(*)", "SUM(revenue)", "COUNT(DISTINCT name) AS x", "SUM(DISTINCT revenue) AS x"]
)
def test_what_no_page_tells_is_not_covered(shown: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(f"SELECT {shown} FROM account")
    assert caught.value.status == 501


def test_what_does_not_exist() -> None:
    assert refusal("SELECT name FROM nosuch").code == "0x80041102"
    assert refusal("SELECT nosuch FROM account").code == "0x80041103"
    assert refusal("SELECT name FROM account WHERE nosuch = 1").code == "0x80041103"


def test_limits() -> None:
    join = " JOIN account a{0} ON a{0}.accountid = a.parentaccountid"
    many = "".join(join.format(number) for number in range(16))
    assert refusal(f"SELECT a.name FROM account a{many}").code == "0x8004430D"
    wheres = " OR ".join(["name = 'x'"] * 501)
    assert refusal(f"SELECT name FROM account WHERE {wheres}").code == "0x8004430C"
    assert len(read(f"SELECT name FROM account WHERE {' OR '.join(['name = 1'] * 400)}").entity.filters[0].parts) == 400
