"""The pages over HTTP: what they show, to whom, and that nothing in a row can act in them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.pages.rows import cell_of
from tests.sandbox.pages.conftest import key_of, latest

EVIL = "\"><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7 * 7 }}'"


def get(sandbox: Sandbox, path: str = "", method: str = "GET", **headers: str) -> requests.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, sandbox.pages + path, headers=names, timeout=30, allow_redirects=False)


def post(sandbox: Sandbox, entity_set: str, **row: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {sandbox.token()}"}
    return requests.post(f"{sandbox.url}/api/data/v9.2/{entity_set}", json=row, headers=headers, timeout=30)


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_tables_with_their_rows(sandbox: Sandbox) -> None:
    page = get(sandbox)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert re.search(r'href="/_sandbox/tables/account">Accounts</a></th>\s*<td><code>account</code>', page.text)
    assert "tables/competitor" not in page.text
    assert "tables/competitor" in get(sandbox, "?all=1").text
    found = get(sandbox, "?q=OPPORT").text
    assert "tables/opportunity" in found
    assert "tables/account" not in found
    assert "No table has such a name." in get(sandbox, "?q=zzz").text


def test_rows_of_a_table(sandbox: Sandbox) -> None:
    page = Tags(get(sandbox, "tables/contact").text)
    key = key_of(sandbox, "account", "Northwind Roasters")
    assert ("a", {"href": f"/_sandbox/tables/account/{key}"}) in page.tags
    assert "Northwind Roasters" in page.text
    assert "Northwind Roasters" in get(sandbox, "tables/account?q=nOrThWiNd").text
    assert "Contoso" not in get(sandbox, "tables/account?q=nOrThWiNd").text
    assert "No rows whose name contains “zzz”." in get(sandbox, "tables/account?q=zzz").text


def test_pages_of_rows(sandbox: Sandbox) -> None:
    for number in range(60):
        post(sandbox, "accounts", name=f"Many & <{number}>")
    first, second = (
        get(sandbox, "tables/account?q=many+%26").text,
        get(sandbox, "tables/account?q=many+%26&page=2").text,
    )
    assert 'rel="next" href="?q=many+%26&amp;page=2"' in first.replace("%20", "+")
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    shown = re.findall(r"Many &amp; &lt;(\d+)&gt;", first + second)
    assert sorted(map(int, shown)) == list(range(60))


def test_a_row_with_labels_lookups_and_what_points_at_it(sandbox: Sandbox) -> None:
    key = key_of(sandbox, "account", "Northwind Roasters")
    page = Tags(get(sandbox, f"tables/account/{key.upper()}").text)
    assert f"accounts({key})" in page.text
    assert "Preferred Customer" in page.text
    assert "columns without a value" in page.text
    (link,) = [
        attributes["href"]
        for tag, attributes in page.tags
        if tag == "a" and str(attributes["href"]).startswith("/_sandbox/tables/contact?column=parentcustomerid")
    ]
    people = get(sandbox, str(link).removeprefix("/_sandbox/")).text
    assert f"<code>{key}</code>" in people
    count = sandbox.world.store.count_where("contact", {"parentcustomerid": key})
    assert people.count("Open row") == count > 0


def test_every_table_can_be_looked_at(sandbox: Sandbox) -> None:
    for name, table in sandbox.world.model.tables.items():
        page = get(sandbox, f"tables/{name}")
        assert page.status_code == 200
        for row in sandbox.world.store.browse(table, "", {}, 1, 0):
            assert get(sandbox, f"tables/{name}/{row[table.primary_id]}").status_code == 200


def test_requests_and_one_of_them(sandbox: Sandbox) -> None:
    post(sandbox, "accounts", name="Logged <b>")
    requests.get(f"{sandbox.url}/api/data/v9.2/nothing", timeout=30)
    page = get(sandbox, "log").text
    assert page.index("/nothing") < page.index("/accounts")
    assert "# Sandbox Connector" in page
    assert "/accounts" not in get(sandbox, "log?failed=1").text
    number = re.findall(r'href="/_sandbox/log/(\d+)"', page)[1]
    shown = get(sandbox, f"log/{number}").text
    assert "&#34;name&#34;: &#34;Logged &lt;b&gt;&#34;" in shown
    assert "***" in shown
    assert sandbox.token()[:20] not in shown
    assert 'http-equiv="refresh"' in get(sandbox, "log?live=1").text
    assert 'http-equiv="refresh"' not in page
    sandbox.reset()
    assert get(sandbox, f"log/{number}").status_code == 404
    assert "Nothing yet." in get(sandbox, "log").text


def test_looking_is_not_logged(sandbox: Sandbox) -> None:
    get(sandbox, "log")
    assert sandbox.exchanges == []


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "tables/nothing",
        "tables/account/nothing",
        "tables/account?page=0",
        "tables/account?page=-1",
        "tables/account?page=99999999999999999999",
        "tables/account?page=%D9%A1",
        "tables/account?column=zzz&key=1",
        "tables/account?column=primarycontactidname&key=1",
        "tables/account/x/y",
        "log/0",
        "log/x",
        "log/1/2",
        "tables/%3Cscript%3E",
        "../api",
        "style.css/",
        "templates/layout.html",
    ],
)
def test_what_is_not_there(sandbox: Sandbox, path: str) -> None:
    page = get(sandbox, path)
    assert page.status_code == 404
    assert "<script" not in page.text


def test_a_query_without_end_is_no_matter(sandbox: Sandbox) -> None:
    assert get(sandbox, "?" + "&".join(["q=1"] * 100)).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_they_only_read(sandbox: Sandbox, method: str) -> None:
    assert get(sandbox, method=method).status_code == 405


def test_head_and_the_entrance(sandbox: Sandbox) -> None:
    head = get(sandbox, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    entrance = requests.get(sandbox.pages.rstrip("/"), timeout=30, allow_redirects=False)
    assert (entrance.status_code, entrance.headers["Location"]) == (308, "/_sandbox/")


def test_names_that_lead_here_by_a_trick_are_refused(sandbox: Sandbox) -> None:
    port = sandbox.url.rsplit(":", 1)[1]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1:1", f"127.0.0.1.evil.example:{port}"):
        page = get(sandbox, Host=host)
        assert page.status_code == 403
        assert "Accounts" not in page.text
    assert get(sandbox, Host=f"LOCALHOST:{port}").status_code == 200


def test_pages_of_other_sites_are_refused(sandbox: Sandbox) -> None:
    for site in ("cross-site", "same-site"):
        assert get(sandbox, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors").status_code == 403
        frame = get(sandbox, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe")
        assert frame.status_code == 403
        visit = get(sandbox, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document")
        assert visit.status_code == 200


def test_every_answer_forbids_scripts_and_frames(sandbox: Sandbox) -> None:
    for path in ("", "style.css", "nothing", "log"):
        headers = get(sandbox, path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers


def test_rows_cannot_act(sandbox: Sandbox) -> None:
    account = post(sandbox, "accounts", name=EVIL, description=EVIL, websiteurl="javascript:alert(1)")
    key = account.headers["OData-EntityId"].rsplit("(", 1)[1][:-1]
    contact = {"lastname": EVIL[:50], "parentcustomerid_account@odata.bind": f"/accounts({key})"}
    assert post(sandbox, "contacts", **contact).status_code == 204
    requests.get(f"{sandbox.url}/api/data/v9.2/<script>?{EVIL}", headers={"X": EVIL}, timeout=30)
    places = ["tables/account", f"tables/account/{key}", "tables/contact", "log", latest(sandbox)]
    for place in [*places, "?q=" + EVIL, "tables/account?q=" + EVIL]:
        page = Tags(get(sandbox, place).text)
        assert not {"script", "img", "iframe", "object", "embed", "style"} & {tag for tag, _ in page.tags}
        for _, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on")]
            assert not str(attributes.get("href", "/")).lower().startswith("javascript")
    assert EVIL in Tags(get(sandbox, f"tables/account/{key}").text).text


def test_what_opens_a_receiver_is_not_shown(sandbox: Sandbox) -> None:
    column = Column("serviceendpoint", "authvalue", "AuthValue", "String", "")
    assert cell_of(sandbox.world, column, {"authvalue": "s3cret"}).text == "***"
    post(sandbox, "accounts", name="A", authvalue="s3cret")
    assert "s3cret" not in get(sandbox, latest(sandbox)).text
