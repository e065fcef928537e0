"""What an action returns another accepts: each way to read a row gives the same, and each way to write takes it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onteg_dynamics.errors import InputError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

Run = Callable[..., Any]
Row = Mapping[str, Any]
TABLE = "new_thing"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
COLUMNS: list[tuple[str, str, dict[str, Any]]] = [
    ("Cash", "Currency", {}),
    ("Day", "Date", {}),
    ("Moment", "Date and Time", {}),
    ("Many", "Choices", {"choices": "A,B,C"}),
    ("One", "Choice", {"choices": "X,Y"}),
    ("Yes", "Yes/No", {}),
    ("Dec", "Decimal", {"precision": 4}),
    ("Dbl", "Floating Point", {"precision": 5}),
    ("Int", "Whole Number", {}),
    ("Memo", "Multiline Text", {}),
    ("Doc", "File", {}),
    ("Pic", "Image", {}),
    ("CustomerId", "Lookup", {"related_table": "account"}),
]
INDEPENDENT = {
    "@odata.type": "Microsoft.Dynamics.CRM.DateTimeAttributeMetadata",
    "SchemaName": "new_Indep",
    "DisplayName": {"LocalizedLabels": [{"Label": "Indep", "LanguageCode": 1033}]},
    "Format": "DateAndTime",
    "DateTimeBehavior": {"Value": "TimeZoneIndependent"},
}
ROW = {
    "new_name": "n",
    "new_cash": 12.5,
    "new_day": "2026-02-03",
    "new_moment": "2026-02-03T04:05:06Z",
    "new_indep": "2026-02-03T04:05:06Z",
    "new_many": ["A", "C"],
    "new_one": "Y",
    "new_yes": True,
    "new_dec": 1.25,
    "new_dbl": 2.5,
    "new_int": 7,
    "new_memo": "a\nb",
    "new_customerid": "Northwind Roasters",
}
SELECT = [*ROW, "new_doc"]
WRITTEN = [*ROW]


@pytest.fixture(scope="module")
def run(running_sandbox: Sandbox) -> Iterator[Run]:
    """Actions in a world with a table that has a column of every type."""
    running_sandbox.reset()
    with Executor() as executor:
        form = running_sandbox.settings()

        def run(action: str, /, **options: Any) -> Any:
            return executor.run(action, options, form).unwrap()

        run("create_table", name="new_Thing", label="Thing")
        for name, kind, facts in COLUMNS:
            run("create_column", table=TABLE, name=f"new_{name}", label=name, type=kind, **facts)
        path = f"EntityDefinitions(LogicalName='{TABLE}')"
        run("send_request", method="POST", path=f"{path}/Attributes", body=INDEPENDENT)
        definition = run("send_request", path=path)["body"]
        tracked = {**definition, "ChangeTrackingEnabled": True}
        run("send_request", method="PUT", path=path, body=tracked, headers={"MSCRM.MergeLabels": "true"})
        yield run
    running_sandbox.reset()


@pytest.fixture(scope="module")
def own(run: Run) -> str:
    made = run("create_record", table=TABLE, row=ROW)["id"]
    run(
        "upload_file",
        table=TABLE,
        key=made,
        column="new_doc",
        content=base64.b64encode(b"x").decode(),
        file_name="a.txt",
    )
    return str(made)


def fetch(own: str) -> str:
    attributes = "".join(f"<attribute name='{name}'/>" for name in (*SELECT, "new_thingid"))
    where = f"<filter><condition attribute='new_thingid' operator='eq' value='{own}'/></filter>"
    return f"<fetch><entity name='{TABLE}'>{attributes}{where}</entity></fetch>"


def readers(run: Run, own: str) -> dict[str, Callable[[], Row]]:
    chosen: dict[str, Any] = {"table": TABLE, "select": SELECT}
    names = ", ".join((*SELECT, "new_thingid"))
    get = {"operation": "Get", "table": TABLE, "key": own, "select": SELECT}

    def of_own(rows: list[Row]) -> Row:
        return next(row for row in rows if row["new_thingid"] == own)

    return {
        "get_record": lambda: run("get_record", key=own, **chosen)["row"],
        "list_records": lambda: of_own(run("list_records", **chosen)["rows"]),
        "list_related_records": lambda: of_own(run("list_related_records", **related(run, own))["rows"]),
        "find_record": lambda: run("find_record", values={"new_thingid": own}, **chosen)["row"],
        "query_with_fetchxml": lambda: of_own(run("query_with_fetchxml", fetchxml=fetch(own))["rows"]),
        "run_sql_query": lambda: of_own(run("run_sql_query", table=TABLE, sql=f"SELECT {names} FROM {TABLE}")["rows"]),
        "run_batch": lambda: run("run_batch", operations=[get])["results"][0]["row"],
        "get_changes": lambda: of_own(run("get_changes", **chosen)["rows"]),
        "list_new_or_updated_records": lambda: of_own(
            run("list_new_or_updated_records", since="2020-01-01", **chosen)["rows"]
        ),
        "update_record": lambda: run("update_record", table=TABLE, key=own, row={"new_int": 7}, returning=True)["row"],
    }


def related(run: Run, own: str) -> dict[str, Any]:
    customer = run("get_record", table=TABLE, key=own, select="new_customerid")["row"]["new_customerid"]
    return {"table": "account", "id": customer, "related_table": TABLE, "select": SELECT}


READERS = list(readers(lambda *_, **__: None, ""))


def trimmed(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in SELECT}


@pytest.mark.parametrize("name", READERS)
def test_every_way_to_read_gives_the_same(run: Run, own: str, name: str) -> None:
    wanted = run("get_record", table=TABLE, key=own, select=SELECT)["row"]
    assert trimmed(readers(run, own)[name]()) == trimmed(wanted)
    assert wanted["new_day"] == "2026-02-03"
    assert wanted["new_indep"] == "2026-02-03T04:05:06Z"


def writers(run: Run, row: Row) -> dict[str, Callable[[], str]]:
    def made() -> str:
        return str(run("create_record", table=TABLE, row={"new_name": "empty"})["id"])

    def many(action: str) -> str:
        target = made()
        run(action, table=TABLE, rows=[{**row, "new_thingid": target}])
        return target

    def one(action: str) -> str:
        target = made()
        run(action, table=TABLE, key=target, row=row)
        return target

    def operation(kind: str, **options: Any) -> str:
        operations = [{"operation": kind, "table": TABLE, **options}]
        return str(run("run_batch", operations=operations)["results"][0]["id"])

    plain = {name: value for name, value in row.items() if name != "new_thingid"}
    return {
        "create_record": lambda: str(run("create_record", table=TABLE, row=plain)["id"]),
        "create_records": lambda: str(run("create_records", table=TABLE, rows=[plain])["ids"][0]),
        "create_or_find_record": lambda: str(
            run(
                "create_or_find_record", table=TABLE, values={"new_name": "nobody"}, row={**plain, "new_name": "nobody"}
            )["id"]
        ),
        "update_record": lambda: one("update_record"),
        "upsert_record": lambda: one("upsert_record"),
        "update_records": lambda: many("update_records"),
        "upsert_records": lambda: many("upsert_records"),
        "run_batch create": lambda: operation("Create", row=plain),
        "run_batch update": lambda: operation("Update", key=made(), row=row),
        "run_batch upsert": lambda: operation("Upsert", key=made(), row=row),
    }


WRITERS = list(writers(lambda *_, **__: None, {}))


@pytest.mark.parametrize("labels", [False, True])
@pytest.mark.parametrize("name", WRITERS)
def test_every_way_to_write_takes_a_row_that_was_read(run: Run, own: str, name: str, labels: int) -> None:
    row = run("get_record", table=TABLE, key=own, labels=labels)["row"]
    made = writers(run, row)[name]()
    written = run("get_record", table=TABLE, key=made)["row"]
    same = [one for one in WRITTEN if not (name == "create_or_find_record" and one == "new_name")]
    assert {one: written[one] for one in same} == {one: row[one] for one in same}
    if name != "create_or_find_record":
        run("delete_record", table=TABLE, key=made)


@pytest.mark.parametrize("reader", READERS)
def test_what_is_read_changes_nothing_when_written(run: Run, own: str, reader: str) -> None:
    row = readers(run, own)[reader]()
    told = run("update_record", table=TABLE, key=own, row=row, only_changes=True)
    assert told["changed"] is False


def test_columns_that_cannot_be_set_are_told(running_sandbox: Sandbox, run: Run, own: str) -> None:
    row = run("get_record", table=TABLE, key=own, select="new_name,createdon,modifiedby")["row"]
    with Executor() as executor:
        options = {"table": TABLE, "key": own, "row": row}
        result = executor.run("update_record", options, running_sandbox.settings())
    assert result.warnings == ("Left out, because they cannot be set: createdon, modifiedby, new_thingid.",)


def test_an_image_and_a_file_go_from_row_to_row(run: Run, own: str) -> None:
    content = base64.b64encode(PNG).decode()
    run("upload_image", table=TABLE, key=own, column="new_pic", content=content, file_name="p.png")
    thumb = run("get_record", table=TABLE, key=own, select="new_pic")["row"]["new_pic"]
    other = run("create_record", table=TABLE, row={"new_name": "other"})["id"]
    run("update_record", table=TABLE, key=other, row={"new_pic": thumb})
    assert run("get_record", table=TABLE, key=other, select="new_pic")["row"]["new_pic"]
    read = run("download_file", table=TABLE, key=own, column="new_doc")
    run("upload_file", table=TABLE, key=other, column="new_doc", content=read["content"], file_name=read["file_name"])
    again = run("download_file", table=TABLE, key=other, column="new_doc")
    assert (again["content"], again["file_name"]) == (read["content"], read["file_name"])
    picture = run("download_image", table=TABLE, key=own, column="new_pic")
    run("upload_image", table=TABLE, key=other, column="new_pic", content=picture["content"], file_name="p.png")


MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda one: one.replace(microsecond=0, tzinfo=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
)
WILD = st.fixed_dictionaries(
    {},
    optional={
        "new_name": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40) | st.none(),
        "new_memo": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200) | st.none(),
        "new_cash": st.decimals(-1_000_000, 1_000_000, places=2).map(float) | st.none(),
        "new_dec": st.decimals(-1_000_000, 1_000_000, places=4).map(float) | st.none(),
        "new_int": st.integers(-(2**31), 2**31 - 1) | st.none(),
        "new_day": st.dates(date(1800, 1, 1), date(2200, 1, 1)).map(date.isoformat) | st.none(),
        "new_moment": MOMENTS | st.none(),
        "new_indep": MOMENTS | st.none(),
        "new_yes": st.booleans(),
        "new_one": st.sampled_from(["X", "Y"]) | st.none(),
        "new_many": st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, unique=True) | st.none(),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(row=WILD)
def test_whatever_is_written_comes_back_and_goes_in_again(run: Run, row: dict[str, Any]) -> None:
    made = run("create_record", table=TABLE, row={"new_int": 0, **row})["id"]
    read = run("get_record", table=TABLE, key=made)["row"]
    for name in ("new_memo", "new_cash", "new_dec", "new_int", "new_day", "new_moment", "new_indep"):
        if row.get(name) not in (None, ""):
            assert read[name] == row[name]
    copied = run("create_records", table=TABLE, rows=[{**read, "new_thingid": None}])["ids"][0]
    copy = run("get_record", table=TABLE, key=copied)["row"]
    assert {name: copy[name] for name in WRITTEN} == {name: read[name] for name in WRITTEN}
    run("delete_records", table=TABLE, ids=[made, copied])


def test_those_who_take_part_go_from_email_to_email(run: Run) -> None:
    mail = {"subject": "Offer", "to": ["Jim Glynn", "buyer@blueyonder.example"], "cc": "Yvonne McKay"}
    own = run("create_record", table="email", row=mail)["id"]
    chosen: dict[str, Any] = {"table": "email", "select": ["subject", "to", "cc", "from"]}
    row = run("get_record", key=own, **chosen)["row"]
    assert {"table": "contact", "id": "2db245f7-1bab-5df8-9102-f9ea822782fa"} in row["to"]
    assert (len(row["to"]), len(row["cc"]), row["from"]) == (2, 1, [])
    get = {"operation": "Get", "table": "email", "key": own, "select": chosen["select"]}
    others = [
        run("list_records", **chosen)["rows"][0],
        run("find_record", values={"activityid": own}, **chosen)["row"],
        run("list_new_or_updated_records", since="2020-01-01", **chosen)["rows"][0],
        run("run_batch", operations=[get])["results"][0]["row"],
    ]
    assert [{name: other[name] for name in row} for other in others] == [row] * 4
    plain = {name: value for name, value in row.items() if name != "activityid"}
    create = {"operation": "Create", "table": "email", "row": plain}
    for copy in (run("create_record", table="email", row=plain), run("run_batch", operations=[create])["results"][0]):
        found = run("get_record", key=copy["id"], **chosen)["row"]
        assert {**found, "activityid": own} == row


@pytest.mark.parametrize(
    ("action", "options", "told"),
    [
        ("create_record", {"row": {"to": ["Nobody"]}}, r"row\.to.*no row has this name"),
        ("create_records", {"rows": [{"to": ["Jim Glynn"]}]}, "who takes part is said when a row is created"),
        ("update_record", {"key": "11111111-1111-1111-1111-111111111111", "row": {"to": []}}, "who takes part"),
    ],
)
def test_parties_are_refused_where_they_would_be_lost(
    run: Run, action: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        run(action, table="email", **options)
