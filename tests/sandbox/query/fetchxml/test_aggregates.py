from __future__ import annotations

from collections import Counter
from itertools import groupby

import pytest

from onteg_dynamics.sandbox.query.fetchxml import aggregates
from tests.sandbox.query.fetchxml.desk import code, rows
from tests.sandbox.query.garden import Garden

_FORMATTED = "OData.Community.Display.V1.FormattedValue"


def fetch(inside: str, more: str = "", name: str = "account") -> str:
    return f"<fetch aggregate='true'{more}><entity name='{name}'>{inside}</entity></fetch>"


def of(function: str, column: str = "numberofemployees", alias: str = "x", more: str = "") -> str:
    return f"<attribute name='{column}' aggregate='{function}' alias='{alias}'{more}/>"


def stored(garden: Garden, column: str) -> list[object]:
    return [row[column] for row in garden.rows["account"]]


def numbers(garden: Garden) -> list[int]:
    return [value for value in stored(garden, "numberofemployees") if isinstance(value, int)]


def test_everything_at_once(garden: Garden) -> None:
    known = numbers(garden)
    inside = "".join(of(name, alias=name) for name in ("count", "countcolumn", "sum", "avg", "min", "max"))
    inside += of("countcolumn", alias="different", more=" distinct='true'")
    assert rows(garden, fetch(inside)) == [
        {
            "count": len(garden.rows["account"]),
            "countcolumn": len(known),
            "sum": sum(known),
            "avg": int(sum(known) / len(known)),
            "min": min(known),
            "max": max(known),
            "different": len(set(known)),
        }
    ]


def test_nothing_to_aggregate(garden: Garden) -> None:
    none = "<filter><condition attribute='name' operator='eq' value='nobody'/></filter>"
    inside = of("count", alias="n") + of("sum", alias="s") + of("max", alias="m")
    assert rows(garden, fetch(inside + none)) == [{"n": 0, "s": 0}]
    group = "<attribute name='statecode' groupby='true' alias='g'/>"
    assert rows(garden, fetch(inside + group + none)) == []


def test_moments_have_a_first_and_a_last(garden: Garden) -> None:
    known = [str(value) for value in stored(garden, "createdon") if value]
    inside = of("min", "createdon", "first") + of("max", "createdon", "last")
    assert rows(garden, fetch(inside)) == [{"first": min(known), "last": max(known)}]


def test_groups_in_order(garden: Garden) -> None:
    inside = "<attribute name='industrycode' groupby='true' alias='g'/>" + of("count", alias="n")
    found = rows(garden, fetch(inside + "<order alias='n' descending='true'/>"))
    assert [row["n"] for row in found] == sorted((row["n"] for row in found), key=lambda n: -int(str(n)))
    assert {row.get("g"): row["n"] for row in found} == Counter(stored(garden, "industrycode"))
    labels = garden.table("account").columns["industrycode"].option_by_value
    by_label = rows(garden, fetch(inside + "<order alias='g'/>"))
    shown = [labels[int(str(row["g"]))].label for row in by_label if "g" in row]
    assert shown == sorted(shown)


def test_groups_by_a_lookup_and_by_a_linked_column(garden: Garden) -> None:
    inside = "<attribute name='primarycontactid' groupby='true' alias='who'/>" + of("count", alias="n")
    found = rows(garden, fetch(inside), annotations="*")
    assert {row.get("who"): row["n"] for row in found} == Counter(stored(garden, "primarycontactid"))
    named = next(row for row in found if "who" in row)
    assert str(named[f"who@{_FORMATTED}"]).startswith("Person")
    link = (
        "<link-entity name='contact' from='contactid' to='primarycontactid' alias='c'>"
        "<attribute name='fullname' groupby='true' alias='name'/><order alias='name'/></link-entity>"
    )
    names = [str(row["name"]) for row in rows(garden, fetch(of("count", alias="n") + link))]
    assert names == sorted(names)
    assert len(names) == len(found) - 1


def test_money_is_one_group_whatever_its_currency(garden: Garden) -> None:
    inside = "<attribute name='revenue' groupby='true' alias='r'/>" + of("count", alias="n")
    found = rows(garden, fetch(inside))
    assert {row.get("r"): row["n"] for row in found} == Counter(stored(garden, "revenue"))


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("day", {None, 31, 1, 15, 16, 17}),
        ("week", {None, 53, 1, 20}),
        ("month", {None, 12, 1, 5}),
        ("quarter", {None, 4, 1, 2}),
        ("year", {None, 2023, 2024}),
        ("fiscal-period", {None, 202304, 202401, 202402}),
        ("fiscal-year", {None, 2023, 2024}),
    ],
)
def test_parts_of_a_date(garden: Garden, part: str, wanted: set[int | None]) -> None:
    group = f"<attribute name='createdon' groupby='true' dategrouping='{part}' alias='p'/>"
    found = rows(garden, fetch(group + of("count", alias="n")))
    assert {row.get("p") for row in found} == wanted
    assert sum(int(str(row["n"])) for row in found) == len(garden.rows["account"])


def test_how_people_read_them(garden: Garden) -> None:
    """The page on aggregates shows ``Quarter 1 FY2023`` and ``FY2023``."""
    groups = "".join(
        f"<attribute name='createdon' groupby='true' dategrouping='{part}' alias='{alias}'/>"
        for part, alias in (("fiscal-period", "p"), ("fiscal-year", "fy"), ("year", "y"))
    )
    inside = groups + of("sum", "revenue", "money") + of("count", alias="n") + "<order alias='y' descending='true'/>"
    row = rows(garden, fetch(inside), annotations="*")[0]
    texts = {key.split("@")[0]: value for key, value in row.items() if key.endswith(_FORMATTED)}
    assert texts["p"] in {"Quarter 1 FY2024", "Quarter 2 FY2024"}
    assert (texts["fy"], texts["y"]) == ("FY2024", "2,024")
    assert str(texts["money"]).startswith(("$", "($"))
    assert row["money@OData.Community.Display.V1.AttributeName"] == "revenue"
    assert texts["n"] == str(row["n"])


def test_averages_of_whole_numbers_are_cut(garden: Garden) -> None:
    by_state = groupby(
        sorted(
            (row["statecode"], row["numberofemployees"])
            for row in garden.rows["account"]
            if row["numberofemployees"] is not None
        ),
        key=lambda pair: pair[0],
    )
    wanted = {state: [number for _, number in pairs] for state, pairs in by_state}
    found = rows(garden, fetch("<attribute name='statecode' groupby='true' alias='s'/>" + of("avg")))
    assert {row["s"]: row["x"] for row in found} == {
        state: int(sum(known) / len(known)) for state, known in wanted.items()
    }


def test_too_many_rows(garden: Garden, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(garden.rows["account"])
    assert rows(garden, fetch(of("count"), f" aggregatelimit='{size}'")) == [{"x": size}]
    assert code(garden, fetch(of("count"), f" aggregatelimit='{size - 1}'")) == "0x8004E023"
    assert aggregates.LIMIT == 50_000
    monkeypatch.setattr("onteg_dynamics.sandbox.query.fetchxml.run.LIMIT", size - 1)
    assert code(garden, fetch(of("count"))) == "0x8004E023"


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        ("<attribute name='name' aggregate='count'/>", "0x80041109"),
        ("<attribute name='name' alias='a'/>", "0x80041107"),
        ("<attribute name='name' alias='a' groupby='true' aggregate='count'/>", "0x80041137"),
        ("<attribute name='name' alias='a' aggregate='median'/>", "0x8004112F"),
        ("<attribute name='name' alias='a' aggregate='sum'/>", "0x8004112F"),
        ("<attribute name='createdon' alias='a' aggregate='avg'/>", "0x8004112F"),
        ("<attribute name='nosuch' alias='a' aggregate='count'/>", "0x80041103"),
        ("<attribute name='createdon' alias='a' groupby='true'/>", "0x80041135"),
        ("<attribute name='createdon' alias='a' groupby='true' dategrouping='hour'/>", "0x80041135"),
        ("<attribute name='name' alias='a' groupby='true' dategrouping='day'/>", "0x80041135"),
        (of("count", alias="a") + of("sum", alias="a"), "0x80041130"),
        (of("count") + "<order attribute='name'/>", "0x80041131"),
        (of("count") + "<order/>", "0x80041134"),
        (of("count") + "<order alias='other'/>", "0x80041134"),
        ("", "0x80041123"),
    ],
)
def test_what_does_not_fit_is_refused(garden: Garden, inside: str, wanted: str) -> None:
    assert code(garden, fetch(inside)) == wanted
