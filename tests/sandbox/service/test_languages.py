from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote, unquote
from xml.etree.ElementTree import fromstring, tostring

import pytest

from onteg_dynamics.sandbox.model import load_model
from onteg_dynamics.sandbox.seed import sow
from onteg_dynamics.sandbox.seed.platform import CONNECTOR_USER
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import Caller, Organization, World
from tests.sandbox.service.client import ROOT, Answer, Client

_COOKIES = 'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"'
_CRM = "@Microsoft.Dynamics.CRM."
_NAMES = "<fetch{}><entity name='account'><attribute name='name'/><order attribute='name'/></entity></fetch>"


@pytest.fixture(scope="module")
def demo() -> Iterator[Client]:
    """The demo data; tests leave them as they are."""
    store = Store()
    sow(store, "demo", date(2024, 5, 16))
    caller = Caller(CONNECTOR_USER, Organization().business_unit_id)
    yield Client(World(load_model(), store, lambda _headers: caller))
    store.close()


def fetch(client: Client, text: str, entity_set: str = "accounts", more: str = "", **headers: str) -> Answer:
    return client.get(f"{entity_set}?fetchXml={quote(text)}{more}", **headers)


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [row["name"] for row in answer.json()["value"]]


def all_names(client: Client) -> list[str]:
    return sorted(names(client.get("accounts?$select=name")), key=str.lower)


def test_fetchxml_as_an_option(demo: Client) -> None:
    answer = fetch(demo, _NAMES.format(" top='2'"))
    assert answer.json()["@odata.context"] == f"{ROOT}$metadata#accounts(name,accountid)"
    assert set(answer.json()) == {"@odata.context", "value"}
    assert set(answer.json()["value"][0]) == {"@odata.etag", "name", "accountid"}
    assert names(answer) == all_names(demo)[:2]
    assert names(demo.get(f"accounts?fetchxml={quote(_NAMES.format(''))}")) == all_names(demo)


def test_pages_the_way_microsofts_sdk_goes(demo: Client) -> None:
    """Cookie out of the annotation, decoded twice, into the query; its ``pagenumber`` is the next page."""
    text, seen = _NAMES.format(" count='4'"), list[str]()
    for _ in range(10):
        answer = fetch(demo, text, Prefer=_COOKIES)
        seen += names(answer)
        found = answer.json()
        assert "@odata.nextLink" not in found
        if f"{_CRM}morerecords" not in found:
            assert f"{_CRM}fetchxmlpagingcookie" not in found
            break
        assert found[f"{_CRM}morerecords"] is True
        cookie, root = fromstring(found[f"{_CRM}fetchxmlpagingcookie"]), fromstring(text)  # noqa: S314
        root.set("paging-cookie", unquote(unquote(cookie.attrib["pagingcookie"])))
        root.set("page", cookie.attrib["pagenumber"])
        text = tostring(root, encoding="unicode")
    assert seen == all_names(demo)


def test_pages_by_links_where_a_page_size_is_asked_for(demo: Client) -> None:
    url, seen = f"accounts?fetchXml={quote(_NAMES.format(''))}&$count=true", list[str]()
    while url:
        answer = demo.get(url, Prefer="odata.maxpagesize=4")
        assert answer.header("Preference-Applied") == "odata.maxpagesize=4"
        assert ("@odata.count" in answer.json()) is (not seen)
        seen += names(answer)
        url = answer.json().get("@odata.nextLink", "")
        assert not url or url.startswith(f"{ROOT}accounts?fetchXml=")
    assert seen == all_names(demo)


def test_annotations_only_when_asked_for(demo: Client) -> None:
    text = _NAMES.format(" count='2'")
    assert [key for key in fetch(demo, text).json() if key.startswith(_CRM)] == []
    found = fetch(demo, text, Prefer='odata.include-annotations="*"').json()
    assert found[f"{_CRM}totalrecordcount"] == -1
    assert found[f"{_CRM}totalrecordcountlimitexceeded"] is False
    assert {f"{_CRM}morerecords", f"{_CRM}fetchxmlpagingcookie"} <= set(found)
    counted = fetch(
        demo, _NAMES.format(" returntotalrecordcount='true'"), Prefer='odata.include-annotations="*"'
    ).json()
    assert counted["@odata.count"] == counted[f"{_CRM}totalrecordcount"] == len(all_names(demo))


def test_queries_without_a_cookie_say_only_that_there_is_more(demo: Client) -> None:
    text = "<fetch count='1' distinct='true'><entity name='account'><attribute name='name'/></entity></fetch>"
    found = fetch(demo, text, Prefer=_COOKIES).json()
    assert found[f"{_CRM}morerecords"] is True
    assert f"{_CRM}fetchxmlpagingcookie" not in found


def test_fetchxml_is_refused_in_the_service_words(demo: Client) -> None:
    assert fetch(demo, _NAMES.format(""), "contacts").code == "0x80041128"
    assert fetch(demo, "<fetch><entity name='account'><attribute name='x'/></entity></fetch>").message == (
        "'account' entity doesn't contain attribute with Name = 'x' and NameMapping = 'Logical'."
    )
    assert fetch(demo, "<fetch").status == 400
    assert fetch(demo, _NAMES.format(""), more="&$select=name").code == "0x80060888"
    assert fetch(demo, _NAMES.format(""), more="&sql=SELECT%20name%20FROM%20account").code == "0x80060888"
    assert fetch(demo, _NAMES.format(""), more="&$skiptoken=nonsense").code == "0x80060888"


def test_fetchxml_inside_a_batch(demo: Client) -> None:
    url = f"{ROOT}accounts?fetchXml={quote(_NAMES.format(' top=' + chr(39) + '1' + chr(39)))}"
    lines = [
        "--b",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        f"GET {url} HTTP/1.1",
        "",
        "",
        "--b--",
        "",
    ]
    answer = demo.send("POST", "$batch", "\r\n".join(lines).encode(), Content_Type="multipart/mixed;boundary=b")
    assert answer.status == 200
    assert all_names(demo)[0].encode() in answer.body
    assert b"HTTP/1.1 200" in answer.body


def test_a_saved_view_is_run_by_its_id(demo: Client) -> None:
    view = demo.get("savedqueries?$select=name,savedqueryid&$filter=name eq 'Active Accounts'").json()["value"][0]
    assert view["savedqueryid"] == "00000000-0000-0000-00aa-000010001002"
    found = demo.get(f"accounts?savedQuery={view['savedqueryid']}")
    assert names(found) == all_names(demo)
    assert "accountprimarycontactidcontactemailaddress1.emailaddress1" in found.json()["value"][0]


def test_every_view_of_the_seed_runs(demo: Client) -> None:
    views = demo.get("savedqueries?$select=name,returnedtypecode,layoutxml,isdefault&$filter=querytype eq 0").json()[
        "value"
    ]
    assert {
        "Active Accounts",
        "All Accounts",
        "My Open Opportunities",
        "Active Contacts",
        "Open Leads",
        "Active Cases",
    } <= {view["name"] for view in views}
    for view in views:
        table = demo.world.model.tables[view["returnedtypecode"]]
        found = demo.get(f"{table.entity_set_name}?savedQuery={view['savedqueryid']}")
        assert found.status == 200, found.body
        assert bool(found.json()["value"]) is not view["name"].startswith("My ")
        cells = re.findall(r"cell name=[\"'](\w+)", view["layoutxml"])
        assert set(cells) <= set(table.columns)


def test_a_saved_view_of_a_row_s_collection(demo: Client) -> None:
    account = demo.get("accounts?$select=name&$filter=name eq 'Fourth Coffee'").json()["value"][0]["accountid"]
    view = "00000000-0000-0000-00aa-000010003001"  # Open Opportunities
    found = demo.get(f"accounts({account})/opportunity_parent_account/?savedQuery={view}").json()["value"]
    whole = demo.get(f"opportunities?savedQuery={view}").json()["value"]
    assert found == [row for row in whole if row["_parentaccountid_value"] == account]
    assert 0 < len(found) < len(whole)
    assert demo.get(f"accounts({account})/contact_customer_accounts?savedQuery={view}").code == "0x80041128"


def test_own_queries_are_run_by_their_ids(client: Client) -> None:
    client.create("accounts", name="A")
    text = _NAMES.format("")
    own = client.create("userqueries", name="Mine", fetchxml=text, returnedtypecode="account", querytype=0)
    assert names(client.get(f"accounts?userQuery={own}")) == ["A"]
    assert client.get(f"userqueries({own})?$select=fetchxml").json()["fetchxml"] == text
    empty = client.create("userqueries", name="Empty", returnedtypecode="account", querytype=0)
    assert client.get(f"accounts?userQuery={empty}").code == "0x80041123"


def test_views_that_are_not_there(demo: Client) -> None:
    missing = "11111111-1111-4111-8111-111111111111"
    for option in ("savedQuery", "userQuery"):
        answer = demo.get(f"accounts?{option}={missing}")
        assert (answer.status, answer.code) == (404, "0x80040217")
        assert demo.get(f"accounts?{option}=nonsense").status == 400


def test_groups_and_aggregates(demo: Client) -> None:
    """The page's own example."""
    formatted = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"'
    answer = demo.get("accounts?$apply=groupby((statuscode),aggregate($count as count))", Prefer=formatted)
    size = len(all_names(demo))
    assert answer.json() == {
        "@odata.context": f"{ROOT}$metadata#accounts",
        "value": [
            {
                "statuscode@OData.Community.Display.V1.FormattedValue": "Active",
                "statuscode": 1,
                "count@OData.Community.Display.V1.FormattedValue": str(size),
                "count": size,
            }
        ],
    }


def test_groups_of_a_row_s_collection(demo: Client) -> None:
    account = demo.get("accounts?$select=name&$filter=name eq 'Fourth Coffee'").json()["value"][0]["accountid"]
    answer = demo.get(f"accounts({account})/contact_customer_accounts?$apply=aggregate($count as n)")
    whole = demo.get(f"accounts({account})/contact_customer_accounts/$count")
    assert answer.json()["value"] == [{"n": int(whole.body.decode("utf-8-sig"))}]


def test_pages_of_groups(demo: Client) -> None:
    url, seen = "accounts?$apply=groupby((name))&$orderby=name desc&$count=true", list[str]()
    while url:
        answer = demo.get(url, Prefer="odata.maxpagesize=4")
        seen += names(answer)
        url = answer.json().get("@odata.nextLink", "")
    assert seen == all_names(demo)[::-1]
    top = demo.get("accounts?$apply=groupby((name))&$orderby=name&$top=2").json()
    assert [row["name"] for row in top["value"]] == all_names(demo)[:2]
    assert "@odata.nextLink" not in top


def test_apply_stands_alone(demo: Client) -> None:
    for option in ("$filter=name eq 'x'", "$select=name", "$expand=primarycontactid"):
        assert demo.get(f"accounts?$apply=groupby((name))&{option}").code == "0x80060888"
    answer = demo.get("accounts?$apply=groupby((name),aggregate($count as n))&$orderby=n")
    assert answer.message == "The query node SingleValueOpenPropertyAccess is not supported"


def sql(client: Client, text: str, **headers: str) -> Answer:
    return client.get(f"accounts?sql={quote(text)}", **headers)


def test_sql_as_an_option(demo: Client) -> None:
    """The page's own example."""
    answer = sql(
        demo,
        "SELECT name \r\nFROM account AS a \r\nWHERE a.name LIKE 'Fourth Coffee'",
        Prefer='odata.include-annotations="*"',
    )
    found = answer.json()
    assert found["@odata.context"] == f"{ROOT}$metadata#accounts(name,accountid)"
    assert found[f"{_CRM}totalrecordcount"] == -1
    assert [set(row) for row in found["value"]] == [{"@odata.etag", "accountid", "name"}]


def test_pages_of_sql_go_on_by_links(demo: Client) -> None:
    url, seen = f"accounts?sql={quote('SELECT name FROM account ORDER BY name')}", list[str]()
    while url:
        answer = demo.get(url, Prefer="odata.maxpagesize=3")
        seen += names(answer)
        url = answer.json().get("@odata.nextLink", "")
    assert seen == all_names(demo)


def test_sql_cookies_advance(demo: Client) -> None:
    """Microsoft's SDK stops where a cookie comes twice."""
    for text in ("SELECT name FROM account", "SELECT DISTINCT name FROM account"):
        url, cookies = f"accounts?sql={quote(text)}", list[str]()
        while url:
            url = demo.get(url, Prefer="odata.maxpagesize=3").json().get("@odata.nextLink", "")
            cookies += re.findall(r'pagingcookie="([^"]+)"', unquote(url))
        assert len(cookies) > 1
        assert len(set(cookies)) == len(cookies)


def test_sql_of_another_table_is_refused(demo: Client) -> None:
    assert sql(demo, "SELECT fullname FROM contact").code == "0x80041128"
    assert sql(demo, "DROP TABLE account").status == 400


def test_parties_are_asked_by_their_rows(client: Client) -> None:
    contact = client.create("contacts", lastname="Recipient")
    parties = [{"partyid_contact@odata.bind": f"/contacts({contact})", "participationtypemask": 2}]
    mine = client.create("emails", subject="To her", email_activity_parties=parties)
    client.create("emails", subject="To nobody")
    asked = (
        "<fetch><entity name='email'><attribute name='subject'/>"
        "<link-entity name='activityparty' from='activityid' to='activityid' alias='p'><filter>"
        "<condition attribute='participationtypemask' operator='eq' value='2'/>"
        f"<condition attribute='partyid' operator='eq' value='{contact}'/></filter></link-entity></entity></fetch>"
    )
    found = client.get(f"emails?fetchXml={quote(asked)}").json()["value"]
    assert [row["activityid"] for row in found] == [mine]
    direct = f"<condition attribute='to' operator='eq' value='{contact}'/>"
    direct = f"<fetch><entity name='email'><filter>{direct}</filter></entity></fetch>"
    assert client.get(f"emails?fetchXml={quote(direct)}").status == 501
