from __future__ import annotations

from onteg_dynamics.sandbox.query.cells import Listing
from onteg_dynamics.sandbox.query.fetchxml import Wish, run_fetch
from onteg_dynamics.sandbox.query.tsql import parse_sql
from onteg_dynamics.sandbox.read import AnnotationFilter, RenderContext, render_listing
from tests.sandbox.query.garden import NOW, Garden, fits

_ORDERED = "SELECT accountid FROM account ORDER BY name, accountid"


def listing(garden: Garden, text: str, wish: Wish | None = None) -> Listing:
    fetch = parse_sql(text, garden.world.model, NOW)
    return run_fetch(garden.world, garden.table("account"), fetch, wish or Wish(), garden.caller)


def rows(garden: Garden, text: str) -> list[dict[str, object]]:
    context = RenderContext("/", garden.world.model)
    return render_listing(listing(garden, text), AnnotationFilter(), context)


def ids(garden: Garden, text: str) -> list[object]:
    return [row["accountid"] for row in rows(garden, text)]


def where(garden: Garden, condition: str) -> set[object]:
    return set(ids(garden, f"SELECT accountid FROM account WHERE {condition}"))


def test_rows_without_a_value_fit_no_comparison(garden: Garden) -> None:
    """Unlike FetchXML's negated operators."""
    known = {row["accountid"]: row["name"] for row in garden.rows["account"] if row["name"] is not None}
    assert where(garden, "name <> 'alpha'") == {own for own, name in known.items() if name.lower() != "alpha"}
    assert where(garden, "name NOT LIKE 'a%'") == {own for own, name in known.items() if not fits("a%", name)}
    assert where(garden, "name NOT IN ('beta')") == {own for own, name in known.items() if name != "beta"}
    assert where(garden, "name = NULL") == set()
    assert where(garden, "name IS NULL") == set(garden.ids("account")) - known.keys()


def test_joins_show_plain_names(garden: Garden) -> None:
    text = (
        "SELECT a.accountid, c.fullname, p.name AS above FROM account a "
        "JOIN contact c ON c.contactid = a.primarycontactid LEFT JOIN account p ON p.accountid = a.parentaccountid"
    )
    found = rows(garden, text)
    assert {row["accountid"] for row in found} == {
        row["accountid"] for row in garden.rows["account"] if row["primarycontactid"]
    }
    for row in found:
        stored = garden.find("account", str(row["accountid"]))
        assert stored is not None
        contact, parent = (
            garden.find("contact", stored["primarycontactid"]),
            garden.find("account", stored["parentaccountid"]),
        )
        assert contact is not None
        assert row["fullname"] == contact["fullname"]
        assert row.get("above") == (parent["name"] if parent else None)


def test_stretches_of_rows(garden: Garden) -> None:
    whole = ids(garden, _ORDERED)
    assert ids(garden, _ORDERED.replace("SELECT", "SELECT TOP 3")) == whole[:3]
    assert ids(garden, _ORDERED.replace("SELECT", "SELECT TOP 0")) == []
    assert ids(garden, f"{_ORDERED} OFFSET 4 ROWS FETCH NEXT 3 ROWS ONLY") == whole[4:7]
    assert ids(garden, f"{_ORDERED} OFFSET 4 ROWS") == whole[4:]


def test_pages(garden: Garden) -> None:
    for text in (_ORDERED, f"{_ORDERED} OFFSET 4 ROWS", "SELECT DISTINCT accountid FROM account"):
        whole, seen = ids(garden, text), list[object]()
        token = None
        while True:
            page = listing(garden, text, Wish(page_size=5, token=token))
            seen += [line.values[0] for line in page.lines]
            token = page.next_token
            if token is None:
                break
        assert seen == whole


def test_choices_are_ordered_by_their_numbers(garden: Garden) -> None:
    found = rows(garden, "SELECT DISTINCT customertypecode FROM account ORDER BY customertypecode")
    assert [row.get("customertypecode") for row in found] == [None, 5, 6]


def test_groups(garden: Garden) -> None:
    found = rows(
        garden, "SELECT statecode, COUNT(*) AS n, MAX(revenue) AS r FROM account GROUP BY statecode ORDER BY statecode"
    )
    for row in found:
        stored = [one for one in garden.rows["account"] if one["statecode"] == row["statecode"]]
        assert row["n"] == len(stored)
        assert row["r"] == max(one["revenue"] for one in stored if one["revenue"] is not None)
    assert [row["statecode"] for row in found] == [0, 1]
