from __future__ import annotations

from collections import Counter

import pytest

from onteg_dynamics.sandbox.query.apply import Aggregate, Apply, ApplyWish, parse_apply, run_apply
from onteg_dynamics.sandbox.query.options import parse_order
from onteg_dynamics.sandbox.query.tree import Compare, Literal, Path
from onteg_dynamics.sandbox.read import AnnotationFilter, RenderContext, render_listing
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.garden import Garden

_FORMATTED = "OData.Community.Display.V1.FormattedValue"


def rows(garden: Garden, text: str, order: str = "", annotations: str = "") -> list[dict[str, object]]:
    wish = ApplyWish(order=parse_order(order, {}), names=bool(annotations))
    listing = run_apply(garden.world, garden.table("account"), parse_apply(text, {}), wish, garden.caller)
    return render_listing(listing, AnnotationFilter.parse(annotations), RenderContext("/", garden.world.model))


def refusal(garden: Garden, text: str, order: str = "") -> Refusal:
    with pytest.raises(Refusal) as caught:
        rows(garden, text, order)
    assert caught.value.status == 400
    return caught.value


def stored(garden: Garden, column: str) -> list[object]:
    return [row[column] for row in garden.rows["account"]]


def test_reading() -> None:
    groups = "groupby((statecode, primarycontactid/fullname), aggregate($count as n,revenue with average as a))"
    text = f"filter(name eq @p1)/{groups}"
    assert parse_apply(text, {"@p1": "'x'"}) == Apply(
        (Compare("eq", Path(("name",)), Literal("x", "Edm.String")),),
        (Path(("statecode",)), Path(("primarycontactid", "fullname"))),
        (Aggregate("n"), Aggregate("a", "avg", Path(("revenue",)))),
    )
    assert parse_apply("aggregate($count as n)", {}) == Apply((), (), (Aggregate("n"),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "compute(1 as x)",
        "filter(name eq 'x')",
        "groupby((name))/filter(name eq 'x')",
        "groupby((name))/aggregate($count as n)",
        "groupby(name)",
        "groupby(())",
        "groupby((name),aggregate($count as n),aggregate($count as m))",
        "groupby((name),groupby((statecode)))",
        "groupby((name)",
        "groupby((year(createdon)))",
        "groupby(('x'))",
        "aggregate()",
        "aggregate(revenue as n)",
        "aggregate(revenue with sum)",
        "aggregate(name with countdistinct as n)",
        "aggregate(revenue with median as n)",
        "filter(name eq)/groupby((name))",
    ],
)
def test_what_cannot_be_read_is_refused(garden: Garden, text: str) -> None:
    assert refusal(garden, text).code == "0x80060888"


def test_groups_and_their_counts(garden: Garden) -> None:
    found = rows(garden, "groupby((industrycode,statecode),aggregate($count as n))")
    wanted = Counter((row["industrycode"], row["statecode"]) for row in garden.rows["account"])
    assert {(row.get("industrycode"), row["statecode"]): row["n"] for row in found} == wanted
    assert all(set(row) <= {"industrycode", "statecode", "n"} for row in found)


def test_aggregates(garden: Garden) -> None:
    amounts = [float(str(value)) for value in stored(garden, "revenue") if value is not None]
    parts = ",".join(f"revenue with {name} as {name}" for name in ("sum", "average", "min", "max"))
    (found,) = rows(garden, f"aggregate({parts})")
    assert found["sum"] == pytest.approx(sum(amounts))
    assert found["average"] == pytest.approx(sum(amounts) / len(amounts))
    assert (found["min"], found["max"]) == (min(amounts), max(amounts))
    moments = [str(value) for value in stored(garden, "createdon") if value]
    assert rows(garden, "aggregate(createdon with max as last)") == [{"last": max(moments)}]


def test_filters_come_first(garden: Garden) -> None:
    text = "filter(statecode eq 0)/filter(industrycode ne null)/groupby((industrycode),aggregate($count as n))"
    wanted = Counter(
        row["industrycode"] for row in garden.rows["account"] if row["statecode"] == 0 and row["industrycode"]
    )
    assert {row["industrycode"]: row["n"] for row in rows(garden, text)} == wanted


def test_paths_over_lookups_are_named_after_the_table(garden: Garden) -> None:
    found = rows(garden, "groupby((primarycontactid/fullname),aggregate($count as n))")
    wanted = Counter(
        contact and contact["fullname"]
        for contact in (garden.find("contact", str(own)) for own in stored(garden, "primarycontactid"))
    )
    assert {row.get("contact_fullname"): row["n"] for row in found} == wanted
    (found_of,) = rows(garden, "aggregate(primarycontactid/numberofchildren with max as most)")
    contacts = [garden.find("contact", str(own)) for own in stored(garden, "primarycontactid")]
    assert found_of["most"] == max(
        one["numberofchildren"] for one in contacts if one and one["numberofchildren"] is not None
    )


def test_annotations(garden: Garden) -> None:
    text = "groupby((statecode,_primarycontactid_value),aggregate($count as n,revenue with sum as s))"
    found = [row for row in rows(garden, text, annotations="*") if "_primarycontactid_value" in row]
    assert found[0][f"statecode@{_FORMATTED}"] in {"Active", "Inactive"}
    assert str(found[0][f"_primarycontactid_value@{_FORMATTED}"]).startswith("Person")
    assert found[0]["_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "contact"
    assert found[0][f"n@{_FORMATTED}"] == str(found[0]["n"])
    assert "$" in str(found[0][f"s@{_FORMATTED}"])
    assert not [key for key in found[0] if "AttributeName" in key or key == "@odata.etag"]


def test_groups_may_be_ordered_aggregates_not(garden: Garden) -> None:
    text = "groupby((industrycode,primarycontactid/fullname),aggregate($count as n))"
    codes = [row.get("industrycode") for row in rows(garden, text, "industrycode desc")]
    assert codes == sorted(codes, key=lambda code: (code is not None, code), reverse=True)
    names = [row.get("contact_fullname") for row in rows(garden, text, "primarycontactid/fullname")]
    assert names == sorted(names, key=lambda name: (name is not None, name))
    assert refusal(garden, text, "n").message == "The query node SingleValueOpenPropertyAccess is not supported"
    assert refusal(garden, text, "name").code == "0x80060888"
    assert "Could not find a property named 'nosuch'" in refusal(garden, text, "nosuch").message


def test_what_does_not_fit_is_refused(garden: Garden) -> None:
    assert "Could not find a property" in refusal(garden, "groupby((nosuch))").message
    assert "DateTime" in refusal(garden, "groupby((createdon))").message
    assert refusal(garden, "aggregate(name with sum as n)").code == "0x8004112F"
    assert refusal(garden, "aggregate(createdon with sum as n)").code == "0x8004112F"
    assert refusal(garden, "aggregate($count as n,$count as n)").code == "0x80041130"
    assert refusal(garden, "groupby((contact_customer_accounts/fullname))").code == "0x80060888"


def test_too_many_rows(garden: Garden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onteg_dynamics.sandbox.query.apply.LIMIT", len(garden.rows["account"]) - 1)
    assert refusal(garden, "aggregate($count as n)").code == "0x8004E023"
    assert rows(garden, "filter(statecode eq 0)/aggregate($count as n)")
