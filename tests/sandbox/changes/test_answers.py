"""Requests and answers as "Use change tracking to synchronize data with external systems" prints them."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.changes.steps import SELECT, TRACK, Copy, first, values
from tests.sandbox.service.client import ROOT, Client, fresh_world

LINK = re.compile(re.escape(f"{ROOT}{SELECT}") + r"&\$deltatoken=\d+%21\d\d%2f\d\d%2f\d{4}%20\d\d%3a\d\d%3a\d\d")
CONTEXT = f"{ROOT}$metadata#accounts(name,accountnumber,telephone1,fax)"


def test_a_first_list_has_a_delta_link(client: Client) -> None:
    own = client.create("accounts", name="Monte Orton", telephone1="555000", fax="10101")
    answer = client.get(SELECT, **TRACK)
    assert answer.all("Preference-Applied") == ["odata.track-changes"]
    document = answer.json()
    assert list(document) == ["@odata.context", "@odata.deltaLink", "value"]
    assert document["@odata.context"] == CONTEXT
    assert LINK.fullmatch(document["@odata.deltaLink"])
    (row,) = document["value"]
    etag = row.pop("@odata.etag")
    wanted = {"name": "Monte Orton", "accountnumber": None, "telephone1": "555000", "fax": "10101", "accountid": own}
    assert (row, etag[:3]) == (wanted, 'W/"')


def test_a_delta_link_tells_new_changed_and_deleted_rows(client: Client) -> None:
    gone, kept, _ = (client.create("accounts", name=name) for name in ("A", "B", "C"))
    link = first(client)
    client.delete(f"accounts({gone})")
    made = client.create("accounts", name="D")
    client.patch(f"accounts({kept})", {"name": "E"})
    answer = client.get(link)
    assert answer.all("Preference-Applied") == []
    document = answer.json()
    assert document["@odata.context"] == f"{CONTEXT}/$delta"
    assert LINK.fullmatch(document["@odata.deltaLink"])
    *rows, deleted = document["value"]
    assert [(row["accountid"], row["name"]) for row in rows] == [(made, "D"), (kept, "E")]
    assert deleted == {
        "@odata.context": f"{ROOT}$metadata#accounts/$deletedEntity",
        "id": gone,
        "reason": "deleted",
    }
    assert values(client.get(document["@odata.deltaLink"])) == []
    assert len(values(client.get(link))) == 3  # an older link is as good as ever


def test_a_row_made_and_deleted_meanwhile_is_told_as_deleted(client: Client) -> None:
    link = first(client)
    own = client.create("accounts", name="A")
    client.delete(f"accounts({own})")
    (entry,) = values(client.get(link))
    assert (entry["id"], entry["reason"]) == (own, "deleted")


def test_a_row_made_again_under_its_id_is_not_told_as_deleted(client: Client) -> None:
    own = client.create("accounts", name="A")
    link = first(client)
    client.delete(f"accounts({own})")
    client.create("accounts", name="B", accountid=own)
    (entry,) = values(client.get(link))
    assert entry["name"] == "B"


def test_cascades_are_changes_too(client: Client) -> None:
    account = client.create("accounts", name="A")
    contact = client.create(
        "contacts", lastname="B", **{"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    )
    note = client.create("annotations", subject="N", **{"objectid_account@odata.bind": f"/accounts({account})"})
    contacts, notes = first(client, "contacts?$select=lastname"), first(client, "annotations?$select=subject")
    client.delete(f"accounts({account})")
    assert [entry["id"] for entry in values(client.get(contacts))] == [contact]
    assert [entry["id"] for entry in values(client.get(notes))] == [note]


def test_changes_are_counted(client: Client) -> None:
    own = client.create("accounts", name="A")
    link = first(client)
    client.delete(f"accounts({own})")
    client.create("accounts", name="B")
    answer = client.get(
        link.replace("accounts?", "accounts/$count?").replace("$select=name,accountnumber,telephone1,fax&", "")
    )
    assert (answer.status, answer.body.decode("utf-8-sig")) == (200, "2")
    assert client.get(f"{link}&$count=true").json()["@odata.count"] == 2


@pytest.mark.parametrize("option", ["$filter=name eq 'x'", "$orderby=name", "$expand=primarycontactid", "$top=1"])
def test_options_that_do_not_go_with_it(client: Client, option: str) -> None:
    name = option.partition("=")[0]
    wanted = f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.'
    refused = [client.get(f"accounts?{option}", **TRACK), client.get(f"{first(client)}&{option}")]
    assert [(answer.status, answer.message) for answer in refused] == [(400, wanted)] * 2


@pytest.mark.parametrize("query", ["fetchXml=<fetch/>", "savedQuery=1", "$apply=aggregate($count as n)"])
def test_other_languages_do_not_go_with_it(client: Client, query: str) -> None:
    assert client.get(f"accounts?{query}", **TRACK).status == 400


def test_a_table_without_change_tracking(client: Client) -> None:
    told = (
        "Change tracking is not enabled for the entity 'sdkmessage'. Enable change tracking for the entity to use the "
    )
    for answer in (client.get("sdkmessages", **TRACK), client.get("sdkmessages?$deltatoken=1%21x")):
        assert (answer.status, answer.code) == (400, "0x80060888")
        assert answer.message == f"{told}odata.track-changes preference."


def test_a_rows_collection_is_not_tracked(client: Client) -> None:
    own = client.create("accounts", name="A")
    assert client.get(f"accounts({own})/contact_customer_accounts", **TRACK).status == 400


def test_where_there_is_no_list_the_preference_means_nothing(client: Client) -> None:
    own = client.create("accounts", name="A")
    assert client.get(f"accounts({own})?$select=name", **TRACK).json()["name"] == "A"
    assert client.post("accounts", {"name": "B"}, **TRACK).status == 204


@pytest.mark.parametrize(
    "token", ["x", "", "1%2199%2f99%2f2020%2000%3a00%3a00", "1%21", "-1%2108%2f22%2f2017%2008%3a10%3a44"]
)
def test_what_is_no_token(client: Client, token: str) -> None:
    first(client)
    assert client.get(f"accounts?$deltatoken={token}").status == 400


def test_page_tokens_of_others_are_refused(client: Client) -> None:
    first(client)
    page = '<cookie pagenumber="2" pagingcookie="x" istracking="True" />'
    assert client.get(f"accounts?$skiptoken={page}").status == 400


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
def test_pages_of_any_size_tell_everything_once(client: Client, size: int) -> None:
    ids = [client.create("accounts", name=f"A{number}") for number in range(7)]
    copy = Copy(client, size=size)
    told = copy.sync()
    assert sorted(entry["accountid"] for entry in told) == sorted(ids)
    for own in ids[:3]:
        client.delete(f"accounts({own})")
    for own in ids[3:5]:
        client.patch(f"accounts({own})", {"name": "changed"})
    assert len(copy.sync()) == 5
    assert sorted(copy.rows.values()) == ["A5", "A6", "changed", "changed"]


def test_what_changes_between_two_pages_is_in_the_next_delta(client: Client) -> None:
    ids = [client.create("accounts", name=f"A{number}") for number in range(4)]
    page = client.get(SELECT, Prefer="odata.track-changes,odata.maxpagesize=2").json()
    client.patch(f"accounts({ids[0]})", {"name": "changed"})
    client.delete(f"accounts({ids[1]})")
    page = client.get(page["@odata.nextLink"], Prefer="odata.maxpagesize=5").json()
    assert [row["name"] for row in page["value"]] == ["A2", "A3", "changed"]
    told = values(client.get(page["@odata.deltaLink"]))
    assert [entry.get("name", entry.get("id")) for entry in told] == ["changed", ids[1]]


def test_all_activities_are_one_table(client: Client) -> None:
    own = client.create("tasks", subject="A")
    client.create("phonecalls", subject="B")
    link = first(client, "activitypointers?$select=subject")
    client.delete(f"tasks({own})")
    client.create("letters", subject="C")
    told = values(client.get(link))
    assert [entry.get("subject", entry.get("id")) for entry in told] == ["C", own]


def test_labels_come_where_they_are_asked_for(client: Client) -> None:
    client.create("accounts", name="A", industrycode=1)
    answer = client.get("accounts?$select=industrycode", Prefer='odata.track-changes,odata.include-annotations="*"')
    assert answer.json()["value"][0]["industrycode@OData.Community.Display.V1.FormattedValue"] == "Accounting"


@given(seed=st.integers(0, 2**32), size=st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_a_copy_is_like_the_table_whatever_happens(seed: int, size: int) -> None:
    world, chance = fresh_world(), random.Random(seed)
    client = Client(world)
    copy = Copy(client, size=size)
    alive: list[str] = []
    for _ in range(4):
        for _ in range(chance.randint(0, 8)):
            _step(client, chance, alive)
        copy.sync()
        assert copy.rows == {row["accountid"]: row["name"] for row in values(client.get("accounts?$select=name"))}
    world.store.close()


def _step(client: Client, chance: random.Random, alive: list[str]) -> None:
    what = chance.choice("makechangedrop")
    if what in "make" or not alive:
        alive.append(client.create("accounts", name=f"A{chance.random()}"))
    elif what in "change":
        client.patch(f"accounts({chance.choice(alive)})", {"name": f"B{chance.random()}"})
    else:
        client.delete(f"accounts({alive.pop(chance.randrange(len(alive)))})")


def expired(answer: Any) -> bool:
    """True for the refusal that sends a client back to the whole table."""
    told = "Version stamp associated with the client has expired. Please perform a full sync."
    return (answer.status, answer.code, answer.message) == (400, "0x80044352", told) if answer.status != 200 else False


def test_a_link_is_good_for_seven_days(client: Client) -> None:
    link, clock = first(client), client.world.clock
    client.world.clock = lambda: clock() + timedelta(days=6, hours=23)
    assert client.get(link).status == 200
    client.world.clock = lambda: clock() + timedelta(days=7, minutes=1)
    assert expired(client.get(link))
    assert expired(client.get(link.replace("accounts?", "accounts/$count?")))
    assert client.get(first(client)).status == 200


def test_the_organisation_says_for_how_long(client: Client) -> None:
    row = {"organizationid": client.world.organization.id, "expirechangetrackingindays": 0}
    client.world.store.insert("organization", row)
    link, clock = first(client), client.world.clock
    client.world.clock = lambda: clock() + timedelta(seconds=2)
    assert expired(client.get(link))
