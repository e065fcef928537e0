"""Many rows, over HTTPS against the sandbox: each written once, one result for each, whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from onteg_dynamics.connection import Connection
from onteg_dynamics.dataverse.progress import Progress
from onteg_dynamics.errors import InputError, OntegError, ServiceError
from onteg_dynamics.executor import Executor
from onteg_dynamics.result import Result
from onteg_dynamics.sandbox import Sandbox

MISSING = "11111111-1111-4111-8111-111111111111"
TOO_LONG = "x" * 301
WEATHER = ("drop-after", "504 after=true", "503", "drop-before", "truncate", "429 retry-after=1", "500 body=html")


class Client:
    """The connector in a hurry: the pauses that it wants are kept, and pass at once."""

    def __init__(self, executor: Executor, settings: dict[str, str]) -> None:
        self.naps: list[float] = []
        self._executor, self._settings = executor, settings
        transport = executor._clients.get(Connection.from_settings(settings)).dataverse.transport
        transport.sleep, transport.clock = self.naps.append, lambda: time.monotonic() + sum(self.naps)

    def result(self, action: str, /, **options: Any) -> Result:
        return self._executor.run(action, options, self._settings)

    def __call__(self, action: str, /, **options: Any) -> Any:
        return self.result(action, **options).unwrap()


@pytest.fixture
def run(sandbox: Sandbox, settings: dict[str, str]) -> Iterator[Client]:
    with Executor() as executor:
        client = Client(executor, settings)
        client("create_records", table="lead", rows=[{"lastname": "Warm"}, {"lastname": "Up"}])
        sandbox.faults.seed = 1
        yield client


def named(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"lastname": f"Row {number:04}", **more} for number in range(count)]


def stored(sandbox: Sandbox, beginning: str = "Row ") -> list[str]:
    found = sandbox.call(lambda: list(sandbox.world.store.select("lead", {})))
    return sorted(row["lastname"] for row in found if row["lastname"].startswith(beginning))


def posts(sandbox: Sandbox, end: str) -> int:
    return len([one for one in sandbox.exchanges if one.method == "POST" and one.target.endswith(end)])


def outcomes(output: Any) -> list[str]:
    return [one["outcome"] for one in output["results"]]


def test_guilty_rows_stand_alone_and_can_be_fed_in_again(run: Client, sandbox: Sandbox) -> None:
    rows = named(400)
    for guilty in (7, 200, 399):
        rows[guilty]["subject"] = TOO_LONG
    before = len(sandbox.exchanges)
    output = run("create_records", table="lead", rows=rows, on_error="Go On", parallel=1)
    assert [one["index"] for one in output["results"]] == list(range(400))
    assert [one["index"] for one in output["results"] if one["outcome"] == "failed"] == [7, 200, 399]
    assert (output["created"], output["failed"], output["done"]) == (397, 3, 397)
    assert "Shorten the text" in output["results"][7]["fix"]
    assert len(stored(sandbox)) == 397
    assert len(sandbox.exchanges) - before < 40
    assert output["left"] == [rows[7], rows[200], rows[399]]
    again = run("create_records", table="lead", rows=[{**row, "subject": "short"} for row in output["left"]])
    assert again["created"] == 3
    assert stored(sandbox) == [row["lastname"] for row in rows]


@pytest.mark.parametrize("fault", ["drop-after", "504 after=true", "503 after=true", "truncate"])
def test_a_part_whose_answer_was_lost_is_looked_for_and_not_sent_again(
    run: Client, sandbox: Sandbox, fault: str
) -> None:
    sandbox.faults.add(fault, nth=1, method="POST", path="*CreateMultiple")
    output = run("create_records", table="lead", rows=named(30), parallel=1, chunk_size=30)
    assert output["created"] == 30
    assert posts(sandbox, "CreateMultiple") == 2  # one of them to warm up
    assert len(stored(sandbox)) == 30


@pytest.mark.parametrize("action", ["update_records", "upsert_records"])
def test_changes_whose_answer_was_lost_are_looked_for_too(run: Client, sandbox: Sandbox, action: str) -> None:
    ids = run("create_records", table="lead", rows=named(20))["ids"]
    message = "UpdateMultiple" if action == "update_records" else "UpsertMultiple"
    sandbox.faults.add("drop-after", nth=1, method="POST", path=f"*{message}")
    rows = [{"id": one, "fax": "1", "leadsourcecode": "Web", "ownerid": who(run)} for one in ids]
    output = run(action, table="lead", rows=rows, parallel=1)
    assert outcomes(output) == ["updated"] * 20
    assert posts(sandbox, message) == 1


def who(run: Client) -> dict[str, str]:
    return {"table": "systemuser", "id": run("who_am_i")["user_id"]}


def test_rows_that_set_what_cannot_be_compared_are_always_written(run: Client) -> None:
    row = {"subject": "Call", "phonecall_activity_parties": []}
    made = run("create_records", table="phonecall", rows=[{"subject": "Call"}, {"subject": "Call"}])["ids"]
    rows = [{"id": made[0], **row}, {"id": made[1], "subject": "Call"}]
    output = run("update_records", table="phonecall", rows=rows, skip_unchanged=True, on_error="Go On")
    assert outcomes(output)[1] == "unchanged"
    assert outcomes(output)[0] != "unchanged"


@pytest.mark.parametrize("fault", ["drop-before", "503", "500", "429 retry-after=7", "expired-token", "408"])
def test_a_part_that_did_not_arrive_is_sent_again(run: Client, sandbox: Sandbox, fault: str) -> None:
    sandbox.faults.add(fault, nth=1, method="POST", path="*CreateMultiple")
    output = run("create_records", table="lead", rows=named(30), parallel=1, chunk_size=30)
    assert output["created"] == 30
    assert len(stored(sandbox)) == 30


def test_a_pause_that_the_service_asks_for_is_told(run: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add("429 retry-after=7", nth=1, method="POST", path="*CreateMultiple")
    result = run.result("create_records", table="lead", rows=named(30), parallel=1)
    assert 7 <= result.stats["throttle_wait"] < 8
    assert 7 <= sum(run.naps) < 8


def test_what_is_too_large_is_halved(run: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add("413", times=3, method="POST", path="*CreateMultiple")
    output = run("create_records", table="lead", rows=named(64), parallel=1, chunk_size=64)
    assert output["created"] == 64
    assert stored(sandbox) == [row["lastname"] for row in named(64)]


def test_a_row_that_the_service_cannot_bear_does_not_sink_the_others(run: Client, sandbox: Sandbox) -> None:
    """A gateway that answers 413 to everything: rows end up alone, and each is told why."""
    sandbox.faults.add("413", method="POST")
    output = run("create_records", table="lead", rows=named(5), parallel=1, on_error="Go On")
    assert outcomes(output) == ["failed"] * 5
    assert output["left"] == named(5)


def test_a_service_that_stays_away_ends_the_work(run: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add("503", method="POST")
    with pytest.raises(OntegError, match="Service Unavailable"):
        run("create_records", table="lead", rows=named(100), on_error="Go On")
    assert 300 < sum(run.naps) < 6000


def test_one_that_asks_for_pauses_for_ever_ends_it_too(run: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add("429 retry-after=120", method="POST")
    with pytest.raises(ServiceError, match="exceeded the limit"):
        run("create_records", table="lead", rows=named(10))


def test_nobody_waits_for_the_service_when_the_work_has_failed(
    sandbox: Sandbox, executor: Executor, settings: dict[str, str]
) -> None:
    def report(_: Progress) -> None:
        raise ValueError("the caller is gone")

    sandbox.faults.add("429 retry-after=60", nth=2, times=100, method="POST", path="*CreateMultiple")
    begun = time.monotonic()
    options = {"table": "lead", "rows": named(40), "chunk_size": 4}
    assert not executor.run("import_records", options, settings, report=report).ok
    assert time.monotonic() - begun < 40


@pytest.mark.parametrize("seed", range(4))
def test_in_bad_weather_every_row_is_written_once(run: Client, sandbox: Sandbox, seed: int) -> None:
    sandbox.faults.seed = seed
    for fault in (
        "drop-after",
        "504 after=true",
        "503",
        "drop-before",
        "truncate",
        "429 retry-after=1",
        "500 body=html",
    ):
        sandbox.faults.add(fault, probability=0.05)
    rows = named(300)
    rows[50]["subject"] = TOO_LONG
    output = run("create_records", table="lead", rows=rows, chunk_size=10, on_error="Go On")
    assert outcomes(output) == ["created"] * 50 + ["failed"] + ["created"] * 249
    assert stored(sandbox) == [row["lastname"] for row in rows if "subject" not in row]


def test_an_upsert_tells_what_it_did(run: Client) -> None:
    run("create_key", table="account", name="new_Number", columns="accountnumber")
    rows = [{"accountnumber": f"U{number}", "name": f"Upsert {number}", "revenue": number} for number in range(20)]
    options = {"table": "account", "key_columns": "accountnumber"}
    first = run("upsert_records", rows=rows[:10], **options)
    assert outcomes(first) == ["created"] * 10
    rows[3] = {"accountnumber": "u3", "name": "Changed"}
    second = run("upsert_records", rows=rows, skip_unchanged=True, **options)
    assert outcomes(second) == ["unchanged"] * 3 + ["updated"] + ["unchanged"] * 6 + ["created"] * 10
    assert second["ids"][3]
    assert outcomes(run("upsert_records", rows=rows[:2], tell_created=False, **options)) == ["written"] * 2


def test_an_update_leaves_unchanged_rows_alone(run: Client) -> None:
    ids = run("create_records", table="lead", rows=named(3, leadsourcecode="Web", estimatedamount="5.50"))["ids"]
    rows = [{"id": one, "leadsourcecode": "Web", "estimatedamount": 5.5, "fax": ""} for one in ids]
    rows[1]["fax"] = "1"
    output = run("update_records", table="lead", rows=rows, skip_unchanged=True)
    assert outcomes(output) == ["unchanged", "updated", "unchanged"]


def test_a_row_that_is_not_there_fails_alone(run: Client) -> None:
    ids = run("create_records", table="lead", rows=named(3))["ids"]
    rows = [{"id": one, "fax": "1"} for one in [ids[0], MISSING, *ids[1:]]]
    output = run("update_records", table="lead", rows=rows, on_error="Go On")
    assert outcomes(output) == ["updated", "failed", "updated", "updated"]


def test_a_row_is_written_only_in_the_version_it_was_read_in(run: Client, sandbox: Sandbox) -> None:
    ids = run("create_records", table="lead", rows=named(3))["ids"]
    read = [run("get_record", table="lead", key=one) for one in ids]
    run("update_record", table="lead", key=ids[1], row={"fax": "other"})
    rows = [{"id": one["id"], "etag": one["etag"], "fax": "mine"} for one in read]
    sandbox.faults.add("drop-after", nth=1, method="POST", path="*batch")
    output = run("update_records", table="lead", rows=rows, match_etag=True, on_error="Go On")
    assert outcomes(output) == ["updated", "failed", "updated"]  # our own change is no conflict
    assert output["failures"][0]["error"]["kind"] == "ConflictError"
    with pytest.raises(InputError, match="version"):
        run("update_records", table="lead", rows=[{"id": ids[0], "fax": "x"}], match_etag=True)


def test_of_two_changes_of_one_row_the_later_wins(run: Client) -> None:
    row_id = run("create_records", table="lead", rows=named(1))["ids"][0]
    others = run("create_records", table="lead", rows=named(30))["ids"]
    rows = [{"id": row_id if number % 3 else others[number], "fax": str(number)} for number in range(30)]
    run("update_records", table="lead", rows=rows, chunk_size=4)
    assert run("get_record", table="lead", key=row_id, select="fax")["row"]["fax"] == "29"


def test_a_budget_of_requests_is_kept(run: Client, sandbox: Sandbox) -> None:
    before = len(sandbox.exchanges)
    result = run.result("create_records", table="lead", rows=named(100), chunk_size=10, most_requests=4)
    output = result.unwrap()
    assert len(sandbox.exchanges) - before <= 4
    assert not output["complete"]
    assert (output["created"], output["unsent"]) == (len(stored(sandbox)), 100 - len(stored(sandbox)))
    assert output["created"] >= 30
    assert len(output["left"]) == output["unsent"]
    assert result.stats["requests"] <= 4
    run("create_records", table="lead", rows=output["left"])
    assert stored(sandbox) == [row["lastname"] for row in named(100)]


def test_a_budget_of_seconds_is_kept(run: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add("429 retry-after=60", nth=3, method="POST", path="*CreateMultiple")
    output = run("create_records", table="lead", rows=named(100), chunk_size=10, parallel=1, most_seconds=30)
    assert (output["created"], output["unsent"], output["complete"]) == (20, 80, False)


def test_lookups_of_many_rows_take_few_questions(run: Client, sandbox: Sandbox) -> None:
    accounts = [{"name": f"Firm {number % 150}"} for number in range(150)]
    run("create_records", table="account", rows=accounts)
    rows = [{"lastname": f"Row {number}", "parentcustomerid": f"FIRM {number % 150} "} for number in range(300)]
    rows[5]["parentcustomerid"] = "Nobody"
    before = len(sandbox.exchanges)
    output = run("create_records", table="contact", rows=rows, on_error="Go On")
    assert (output["created"], output["failed"]) == (299, 1)
    assert output["failures"][0]["error"]["kind"] == "LookupTextError"
    assert len(sandbox.exchanges) - before < 25
    found = run("get_record", table="contact", key=output["ids"][7], labels=True, select="parentcustomerid")["row"]
    assert found["parentcustomerid.label"] == "Firm 7"


def test_a_name_that_two_rows_have_is_refused(run: Client) -> None:
    run("create_records", table="account", rows=[{"name": "Twin"}, {"name": "twin"}, {"name": "Single"}])
    rows = [{"lastname": "A", "parentcustomerid": "Twin"}, {"lastname": "B", "parentcustomerid": "Single"}]
    output = run("create_records", table="contact", rows=rows, on_error="Go On")
    assert outcomes(output) == ["failed", "created"]
    assert "more than one row has this name" in output["results"][0]["reason"]


@pytest.fixture
def elastic(run: Client) -> str:
    definition = {
        "@odata.type": "Microsoft.Dynamics.CRM.EntityMetadata",
        "SchemaName": "new_Reading",
        "TableType": "Elastic",
        "OwnershipType": "UserOwned",
        "IsActivity": False,
        "HasActivities": False,
        "HasNotes": False,
        "DisplayName": label("Reading"),
        "DisplayCollectionName": label("Readings"),
        "Attributes": [
            {
                "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
                "SchemaName": "new_Name",
                "IsPrimaryName": True,
                "MaxLength": 100,
                "FormatName": {"Value": "Text"},
                "RequiredLevel": {"Value": "None"},
                "DisplayName": label("Name"),
            }
        ],
    }
    run("send_request", method="POST", path="EntityDefinitions", body=orjson.dumps(definition).decode())
    return "new_reading"


def label(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def test_rows_of_an_elastic_table_stand_for_themselves(run: Client, sandbox: Sandbox, elastic: str) -> None:
    rows = [{"new_name": f"R{number}"} for number in range(20)]
    rows[4]["new_name"] = "x" * 101
    output = run("create_records", table=elastic, rows=rows, on_error="Go On")
    assert outcomes(output) == ["created"] * 4 + ["failed"] + ["created"] * 15
    assert posts(sandbox, "new_readings/Microsoft.Dynamics.CRM.CreateMultiple") == 1
    gone = run("delete_records", table=elastic, ids=[one for one in output["ids"] if one], on_error="Go On")
    assert gone["deleted"] == 19
    assert posts(sandbox, "DeleteMultiple") == 1
    assert run("count_records", table=elastic)["count"] == 0


def test_a_text_that_is_none_sinks_its_row_alone(run: Client, sandbox: Sandbox) -> None:
    rows = [*named(2), {"lastname": "half \ud800"}]
    output = run("create_records", table="lead", rows=rows, on_error="Go On")
    assert outcomes(output) == ["created", "created", "failed"]
    assert "surrogate" in output["results"][2]["reason"]
    assert len(stored(sandbox)) == 2
