from __future__ import annotations

from tests.sandbox.service.client import ROOT, Client


def names(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [row["name"] for row in answer["value"]]


def test_lists_rows_with_their_context(client: Client) -> None:
    for name in "AB":
        client.create("accounts", name=name)
    answer = client.get("accounts?$select=name&$orderby=name desc").json()
    assert answer["@odata.context"] == f"{ROOT}$metadata#accounts(name)"
    assert names(answer) == ["B", "A"]
    assert "@odata.count" not in answer
    assert "@odata.nextLink" not in answer


def test_pages_give_each_row_once(client: Client) -> None:
    wanted = {f"A{number}" for number in range(7)}
    for name in wanted:
        client.create("accounts", name=name)
    url, seen, counts = "accounts?$select=name&$count=true", [], []
    while url:
        answer = client.get(url, Prefer="odata.maxpagesize=3")
        assert answer.header("Preference-Applied") == "odata.maxpagesize=3"
        seen += names(answer.json())
        counts.append(answer.json().get("@odata.count"))
        url = answer.json().get("@odata.nextLink")
        assert url is None or url.startswith(f"{ROOT}accounts?$select=name&$skiptoken=")
    assert len(seen) == 7
    assert set(seen) == wanted
    assert counts == [7, None, None]


def test_counts_as_text_and_beside_rows(client: Client) -> None:
    for name in "AAB":
        client.create("accounts", name=name)
    answer = client.get("accounts/$count?$filter=name eq 'A'")
    assert answer.body.decode() == "\ufeff2"
    assert answer.header("Content-Type") == "text/plain"
    assert client.get("accounts?$count=true&$filter=name eq 'A'").json()["@odata.count"] == 2


def test_count_annotations_when_asked(client: Client) -> None:
    found = client.get("accounts?$count=true", Prefer='odata.include-annotations="*"').json()
    assert found["@Microsoft.Dynamics.CRM.totalrecordcount"] == 0
    assert found["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is False
    uncounted = client.get("accounts", Prefer='odata.include-annotations="*"').json()
    assert uncounted["@Microsoft.Dynamics.CRM.totalrecordcount"] == -1
    assert "@Microsoft.Dynamics.CRM.totalrecordcount" not in client.get("accounts").json()


def test_related_collections_hold_only_their_own(client: Client) -> None:
    parent = client.create("accounts", name="P")
    client.create("contacts", lastname="Elsewhere")
    url = f"accounts({parent})/contact_customer_accounts"
    assert client.post(url, {"lastname": "Inside"}).status == 204
    answer = client.get(f"{url}?$select=lastname").json()
    assert [row["lastname"] for row in answer["value"]] == ["Inside"]
    child = answer["value"][0]["contactid"]
    assert client.get(f"{url}({child})/lastname").json()["value"] == "Inside"
    assert client.get(f"{url}/$count").body.decode() == "\ufeff1"
    assert client.get(f"accounts({child})/contact_customer_accounts").status == 404


def test_a_row_of_another_parent_is_not_in_the_collection(client: Client) -> None:
    parent = client.create("accounts", name="P")
    other = client.create("contacts", lastname="Elsewhere")
    assert client.get(f"accounts({parent})/contact_customer_accounts({other})").status == 404


def test_a_lookup_leads_to_its_row(client: Client) -> None:
    contact = client.create("contacts", lastname="L")
    account = client.create("accounts", **{"name": "A", "primarycontactid@odata.bind": f"/contacts({contact})"})
    answer = client.get(f"accounts({account})/primarycontactid?$select=lastname").json()
    assert answer["@odata.context"] == f"{ROOT}$metadata#contacts(lastname)/$entity"
    assert answer["contactid"] == contact
    empty = client.create("accounts", name="B")
    assert client.get(f"accounts({empty})/primarycontactid").status == 204


def test_many_to_many_collections_can_be_posted_to(client: Client) -> None:
    account = client.create("accounts", name="A")
    url = f"accounts({account})/accountleads_association"
    answer = client.post(url, {"lastname": "L", "subject": "S"})
    assert answer.status == 204, answer.body
    assert [row["lastname"] for row in client.get(url).json()["value"]] == ["L"]
