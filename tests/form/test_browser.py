"""The form in a headless Chromium: by mouse, by keyboard, on a phone, in the dark, and under attack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from onteg_dynamics.dataverse.delegated import sign_in_by_device
from onteg_dynamics.dataverse.transport import NetworkSettings, new_session
from onteg_dynamics.executor import Executor
from onteg_dynamics.form.serving import FormServer
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import DESKTOP
from tests.browsing import CONTRAST, REBOUND, browser, framed, heading, listened, stranger

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

__all__ = ["browser", "stranger"]  # fixtures

pytestmark = pytest.mark.browser

EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}'
ALWAYS = {"Connection Name", "Connector", "Endpoint URL", "Authentication"}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test when the browser complains; refusals of the server are seen in its console."""
    opened = browser.new_page()
    opened.set_default_timeout(15_000)
    heard = listened(opened, but="status of 422")
    yield opened
    opened.close()
    assert heard == []


@pytest.fixture
def form() -> Iterator[FormServer]:
    """A server that knows no connection."""
    with FormServer() as server:
        yield server


@pytest.fixture
def connected(settings: dict[str, str]) -> Iterator[FormServer]:
    """A server that begins with the sandbox's connection."""
    with FormServer(settings) as server:
        yield server


def field(page: Page, path: str) -> Locator:
    return page.locator(f'[id="{path}"]')


def labels(page: Page) -> set[str]:
    """The names of the connection's fields that are to be seen, the folded ones apart."""
    shown = page.locator("fieldset label").all_inner_texts()
    return {text.removesuffix(" required") for text in shown}


def fill(page: Page, settings: Mapping[str, str]) -> None:
    """Fill in the connection's form; the choosers first, since the rest depends on them."""
    for name in ("authentication", "flows"):
        if name in settings:
            field(page, f"connection.{name}").select_option(label=settings[name])
    for name, value in settings.items():
        if name == "ca_bundle" and not field(page, "connection.ca_bundle").is_visible():
            page.get_by_text("Advanced", exact=True).click()
        if name not in ("authentication", "flows", "connector", "scopes"):
            field(page, f"connection.{name}").fill(value)


def findings_of(page: Page) -> list[str]:
    """Test the connection; the findings."""
    page.get_by_role("button", name="Test Connection").click()
    page.locator(".sum, .failure").first.wait_for()
    return [" ".join(text.split()) for text in page.locator(".findings li").all_inner_texts()]


def choose(page: Page, box: Locator, typed: str, shown: str) -> None:
    """Type into a box with a list, and take an entry by mouse."""
    box.click()
    box.fill(typed)
    page.get_by_role("option", name=shown, exact=True).click()


def begin(page: Page, server: FormServer, action: str) -> None:
    """Open the page, test the connection it begins with, and choose an action."""
    page.goto(server.url)
    assert findings_of(page)
    page.locator(".sum.good").wait_for()
    choose_action(page, action)


def choose_action(page: Page, title: str) -> None:
    box = page.get_by_role("combobox", name="Action", exact=True)
    box.click()
    box.fill(title)
    page.get_by_role("option").filter(has_text=title).first.click()
    page.get_by_role("button", name="Fill in an example").wait_for()


# Every kind of Authentication


@pytest.fixture
def base(sandbox: Sandbox) -> dict[str, str]:
    settings = sandbox.settings()
    return {name: settings[name] for name in ("connection_name", "endpoint_url", "token_url", "client_id", "ca_bundle")}


Kind = Callable[[Sandbox, dict[str, str], Path, pytest.MonkeyPatch], tuple[dict[str, str], str]]


def oauth(sandbox: Sandbox, base: dict[str, str], *_: Any) -> tuple[dict[str, str], str]:
    secret = sandbox.settings()["client_secret"]
    return {**base, "authentication": "OAuth", "flows": "Client Credentials", "client_secret": secret}, secret


def person(sandbox: Sandbox, base: dict[str, str], *_: Any) -> tuple[dict[str, str], str]:
    def show(message: str) -> None:
        code = message.split("enter the code ")[1].split(maxsplit=1)[0]
        sandbox.entra.answer_device(code, "amara.diallo@sandbox.onmicrosoft.com")

    with new_session(NetworkSettings(ca_bundle=base["ca_bundle"])) as session:
        scopes = [f"{sandbox.url}/.default"]
        got = sign_in_by_device(base["token_url"], DESKTOP.client_id, scopes, session=session, show=show)
    more = {"flows": "Authorization Code", "client_id": DESKTOP.client_id, "refresh_token": got["refresh_token"]}
    return {**base, "authentication": "OAuth", **more}, got["refresh_token"]


def bearer(sandbox: Sandbox, base: dict[str, str], *_: Any) -> tuple[dict[str, str], str]:
    token = sandbox.token()
    kept = {name: value for name, value in base.items() if name not in ("token_url", "client_id")}
    return {**kept, "authentication": "Bearer", "token": token}, token


def certificate(sandbox: Sandbox, base: dict[str, str], *_: Any) -> tuple[dict[str, str], str]:
    text = sandbox.client_certificate.read_text()
    return {**base, "authentication": "Client Certificate", "certificate_private_key": text}, text.splitlines()[2]


def machine(
    sandbox: Sandbox, base: dict[str, str], _: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, str], str]:
    for name, value in sandbox.entra.identity_environment("machine").items():
        monkeypatch.setenv(name, value)
    kept = {name: value for name, value in base.items() if name not in ("token_url", "client_id")}
    return {**kept, "authentication": "Managed Identity"}, ""


def workload(sandbox: Sandbox, base: dict[str, str], folder: Path, _: Any) -> tuple[dict[str, str], str]:
    file = folder / "token"
    file.write_text(sandbox.entra.federated_token())
    return {**base, "authentication": "Workload Identity", "federated_token_file": str(file)}, ""


SIGNS_IN = {"Token URL", "Client ID", "Scopes"}
KINDS: list[tuple[Kind, set[str]]] = [
    (oauth, {*SIGNS_IN, "Flows", "Client Secret"}),
    (person, {*SIGNS_IN, "Flows", "Client Secret", "Refresh Token"}),
    (bearer, {"token"}),
    (certificate, {*SIGNS_IN, "Certificate and Private Key", "Certificate Password"}),
    (machine, {"Client ID"}),
    (workload, {*SIGNS_IN, "Federated Token File"}),
]


@pytest.mark.parametrize(("kind", "shown"), KINDS, ids=lambda value: getattr(value, "__name__", None))
def test_every_kind_of_authentication(
    page: Page,
    form: FormServer,
    sandbox: Sandbox,
    base: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: Kind,
    shown: set[str],
) -> None:
    settings, secret = kind(sandbox, base, tmp_path, monkeypatch)
    page.goto(form.url)
    fill(page, settings)
    assert labels(page) == ALWAYS | shown
    findings = findings_of(page)
    assert page.locator(".sum").inner_text() == "The connection works."
    assert findings[0].startswith("Passed: Token")
    page.get_by_role("button", name="Change").click()
    if secret:
        assert page.get_by_placeholder("Kept; type to replace it").count() == 1
        held = page.locator("input, textarea").evaluate_all("all => all.map(one => one.value).join()")
        assert secret not in page.content() + held


def test_fields_come_and_go_with_authentication(page: Page, form: FormServer) -> None:
    page.goto(form.url)
    for kind, own in [("Bearer", {"token"}), ("Managed Identity", {"Client ID"}), ("Bearer", {"token"})]:
        field(page, "connection.authentication").select_option(label=kind)
        assert labels(page) == ALWAYS | own


# What goes wrong


def test_a_wrong_secret_is_explained_and_mended(page: Page, form: FormServer, settings: dict[str, str]) -> None:
    page.goto(form.url)
    fill(page, {**settings, "client_secret": "not-the-secret-at-all"})
    (line,) = findings_of(page)
    assert line.startswith("Failed: Token The Client Secret is wrong.")
    assert "not its Secret ID" in line
    assert page.get_by_role("button", name="Run", exact=True).count() == 0
    field(page, "connection.client_secret").fill(settings["client_secret"])
    page.keyboard.press("Enter")
    page.locator(".sum.good").wait_for()


def test_what_is_missing_is_named_beside_its_field(page: Page, form: FormServer) -> None:
    page.goto(form.url)
    assert field(page, "connection.flows").evaluate("one => one.selectedOptions[0].text") == "Client Credentials"
    field(page, "connection.endpoint_url").fill("crm")
    page.get_by_role("button", name="Test Connection").click()
    box = page.get_by_role("alert")
    box.wait_for()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.locator(".wrong label", has_text="Client Secret").count() == 1
    assert field(page, "connection.client_secret").get_attribute("aria-invalid") == "true"
    box.get_by_role("button", name="Client ID").click()
    assert page.evaluate("document.activeElement.id") == "connection.client_id"


def test_a_kept_secret_does_not_go_elsewhere(page: Page, connected: FormServer, settings: dict[str, str]) -> None:
    page.goto(connected.url)
    field(page, "connection.token_url").fill(settings["token_url"].replace("127.0.0.1", "localhost"))
    page.get_by_role("button", name="Test Connection").click()
    page.get_by_role("alert").get_by_text("must be typed again, since Token URL has changed").wait_for()


def test_a_connection_that_was_changed_must_be_tested_again(page: Page, connected: FormServer) -> None:
    begin(page, connected, "Who Am I")
    assert page.get_by_role("button", name="Run", exact=True).is_enabled()
    page.get_by_role("button", name="Change").click()
    field(page, "connection.connection_name").fill("Another")
    assert page.get_by_role("button", name="Run", exact=True).is_disabled()
    assert page.get_by_text("Test the connection first.").is_visible()


def test_a_server_that_has_stopped_is_told(browser: Browser, settings: dict[str, str]) -> None:
    page = browser.new_page()
    with FormServer(settings) as server:
        begin(page, server, "Who Am I")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("alert").get_by_text("Start onteg-dynamics form again").wait_for()
    page.close()


# Steps


def test_a_row_is_made_and_seen_in_a_list(page: Page, connected: FormServer) -> None:
    begin(page, connected, "Create Record")
    choose(page, field(page, "step.table"), "contact", "Contact (contact)")
    field(page, "step.row.lastname").fill("Quill")
    for name in ("Company Name (parentcustomerid)", "Gender (gendercode)", "Birthday (birthdate)"):
        choose(page, page.get_by_role("combobox", name="Add a column"), name.split(" (", maxsplit=1)[0], name)
    choose(page, field(page, "step.row.parentcustomerid"), "northwind", "Northwind Roasters")
    field(page, "step.row.gendercode").select_option(label="Female")
    field(page, "step.row.birthdate").fill("1990-05-17")
    page.get_by_role("button", name="Dry Run").click()
    page.get_by_role("status").get_by_text("Dry run: nothing was changed").wait_for()
    assert "POST" in page.get_by_role("region", name="requests").inner_text()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("status").get_by_text("Done").wait_for()
    key = page.locator("dl div", has_text="id").first.locator("dd").inner_text()

    choose_action(page, "List Records")
    choose(page, field(page, "step.table"), "contact", "Contact (contact)")
    for column in ("Full Name (fullname)", "Company Name (parentcustomerid)", "Birthday (birthdate)"):
        choose(page, field(page, "step.select"), column.split(" (", maxsplit=1)[0], column)
    page.get_by_role("button", name="Add to Conditions").click()
    choose(page, field(page, "step.conditions.0.column"), "last name", "Last Name (lastname)")
    field(page, "step.conditions.0.value").fill("Quill")
    page.get_by_role("button", name="Run", exact=True).click()
    table = page.get_by_role("region", name="rows")
    table.wait_for()
    assert "1 row" in table.inner_text()
    assert {"Quill", key, "1990-05-17"} <= set(table.locator("td").all_inner_texts())


def test_a_column_is_emptied(page: Page, connected: FormServer, settings: dict[str, str]) -> None:
    with Executor() as executor:
        row = {"lastname": "Quill", "jobtitle": "Buyer"}
        key = executor.run("create_record", {"table": "contact", "row": row}, settings).unwrap()["id"]
        begin(page, connected, "Update Record")
        choose(page, field(page, "step.table"), "contact", "Contact (contact)")
        field(page, "step.key").fill(key)
        choose(page, page.get_by_role("combobox", name="Add a column"), "jobtitle", "Job Title (jobtitle)")
        page.get_by_role("button", name="Empty Job Title").click()
        assert page.get_by_text("Will be emptied.").is_visible()
        page.get_by_role("button", name="Run", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Update Record").click()
        page.get_by_role("status").get_by_text("Done").wait_for()
        found = executor.run("get_record", {"table": "contact", "key": key}, settings).unwrap()["row"]
    assert (found["jobtitle"], found["lastname"]) == (None, "Quill")


def test_what_is_wrong_in_a_row_is_told_beside_the_column(page: Page, connected: FormServer) -> None:
    begin(page, connected, "Create Record")
    choose(page, field(page, "step.table"), "lead", "Lead (lead)")
    choose(
        page,
        page.get_by_role("combobox", name="Add a column"),
        "parentaccountid",
        "Parent Account for lead (parentaccountid)",
    )
    field(page, "step.row.parentaccountid").fill("Nobody and Sons")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("alert").wait_for()
    assert "Nobody and Sons" not in page.get_by_role("alert").inner_text()


def test_what_cannot_be_brought_back_is_asked_about(
    page: Page, connected: FormServer, settings: dict[str, str]
) -> None:
    with Executor() as executor:
        options = {"table": "lead", "row": {"lastname": "Quill"}}
        key = executor.run("create_record", options, settings).unwrap()["id"]
        begin(page, connected, "Delete Record")
        field(page, "step.table").fill("lead")
        field(page, "step.key").fill(key)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Run", exact=True).click()
        dialog = page.get_by_role("dialog", name="Run Delete Record?")
        assert page.evaluate("document.activeElement.innerText") == "Cancel"
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        assert executor.run("get_record", {"table": "lead", "key": key}, settings).ok
        page.get_by_role("button", name="Run", exact=True).click()
        dialog.get_by_role("button", name="Delete Record").click()
        page.get_by_role("status").get_by_text("Done").wait_for()
        assert not executor.run("get_record", {"table": "lead", "key": key}, settings).ok


def test_a_long_step_tells_how_far_it_is_and_stops(
    page: Page, connected: FormServer, sandbox: Sandbox, tmp_path: Path
) -> None:
    begin(page, connected, "Export Records")
    field(page, "step.table").fill("lead")
    field(page, "step.path").fill(str(tmp_path / "leads.csv"))
    page.keyboard.press("Escape")
    page.get_by_text("Options", exact=True).click()
    field(page, "step.page_size").fill("5")
    sandbox.faults.add("delay table=lead method=GET", seconds=1)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Export Records").click()
    page.get_by_text(re.compile(r"^\s*\d+( of \d+)? rows$")).wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("alert").get_by_text("Stopped.").wait_for()
    assert not (tmp_path / "leads.csv").exists()


def test_every_action_has_a_form_and_its_example_fits(page: Page, connected: FormServer) -> None:
    page.goto(connected.url)
    page.get_by_role("heading", name="Try a step").wait_for()
    for name, entry in connected.executor.registry.actions.items():
        page.evaluate("name => { location.hash = name }", name)
        page.locator(".action .about", has_text=entry.spec.description).wait_for()
        page.get_by_role("button", name="Fill in an example").click()
        shown = set(page.locator(".field label, .field .label").all_inner_texts())
        required = {entry.form.label(option) for option in entry.spec.input_schema.get("required", ())}
        assert required <= {text.removesuffix(" required") for text in shown}, name
        assert page.get_by_text("Unsupported field").count() == 0, name


def test_the_same_step_is_shown_elsewhere(browser: Browser, connected: FormServer, settings: dict[str, str]) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    heard = listened(page)
    begin(page, connected, "List Records")
    choose(page, field(page, "step.table"), "account", "Account (account)")
    page.get_by_text("The same step elsewhere").click()
    page.get_by_role("tabpanel").get_by_text('"table": "account"').wait_for()
    page.get_by_role("tab", name="Command line").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Python").get_attribute("aria-selected") == "true"
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    code = page.evaluate("navigator.clipboard.readText()")
    assert "executor.run('List Records'" in code
    assert settings["client_secret"] not in page.content() + code
    context.close()
    assert heard == []


# For everybody


def test_all_of_it_works_by_keyboard(page: Page, connected: FormServer) -> None:
    press, write = page.keyboard.press, page.keyboard.type
    page.goto(connected.url)
    page.get_by_role("heading", name="Connect to Dynamics").wait_for()
    press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the form"
    place = skip.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    press("Enter")
    press("Tab")
    assert page.evaluate("document.activeElement.id") == "connection.connection_name"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    press("Enter")
    page.locator(".sum.good").wait_for()
    until(page, "action")
    write("create record")
    press("ArrowDown")
    press("Enter")
    until(page, "step.table")
    write("lead")
    page.get_by_role("option", name="Lead (lead)", exact=True).wait_for()
    press("ArrowDown")
    press("Enter")
    field(page, "step.row.subject").wait_for()
    until(page, "step.row.subject")
    write("Grinders")
    until(page, "step.row-add")
    write("last name")
    press("ArrowDown")
    press("Enter")
    until(page, "step.row.lastname", backwards=True)
    write("Quill")
    for _ in range(40):
        press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Run":
            break
    press("Enter")
    page.get_by_role("status").get_by_text("Done").wait_for()


def until(page: Page, name: str, *, backwards: bool = False) -> None:
    """Press Tab until a field has the focus."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate("document.activeElement.id") == name:
            return
    pytest.fail(f"{name} is not reached by keyboard")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_it_can_be_read_in_light_and_dark_wide_and_narrow(
    browser: Browser, connected: FormServer, scheme: Any, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()

    def readable(state: str) -> None:
        assert page.evaluate(CONTRAST) >= 4.5, state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state

    page.goto(connected.url)
    page.get_by_text("Advanced", exact=True).click()
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(245, 246, 248)" if scheme == "light" else "rgb(22, 24, 28)")
    readable("connection")
    field(page, "connection.endpoint_url").fill("crm")
    findings_of(page)
    readable("problems")
    page.reload()
    begin(page, connected, "List Records")
    readable("connected")
    field(page, "step.table").click()
    page.get_by_role("option", name="Account (account)", exact=True).wait_for()
    readable("dropdown")
    page.keyboard.press("Escape")
    field(page, "step.table").fill("account")
    page.get_by_text("The same step elsewhere").click()
    page.get_by_role("tabpanel").wait_for()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("region", name="rows").wait_for()
    readable("result")
    choose_action(page, "Create Record")
    field(page, "step.table").fill("account")
    field(page, "step.row.name").wait_for()
    readable("row")
    context.close()


def test_a_screen_reader_finds_its_way(page: Page, connected: FormServer) -> None:
    begin(page, connected, "Create Record")
    field(page, "step.table").fill("account")
    field(page, "step.row.name").wait_for()
    assert heading(page).startswith("MS Dynamics 365 Connector")
    for role in ("main", "banner", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    boxes = "all => all.filter(one => !one.labels?.length && !one.getAttribute('aria-label')).map(one => one.id)"
    assert page.locator("input, select, textarea").evaluate_all(boxes) == []
    ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(set(ids)) == len(ids)
    told = "all => all.map(one => one.getAttribute('aria-describedby')).filter(id => !document.getElementById(id))"
    assert page.locator("[aria-describedby]").evaluate_all(told) == []


# Under attack


def test_nothing_is_stored(page: Page, form: FormServer, settings: dict[str, str]) -> None:
    page.goto(form.url)
    fill(page, settings)
    findings_of(page)
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])"
    assert page.evaluate(kept) == '[{},{},"",null]'
    page.reload()
    page.get_by_role("heading", name="Connect to Dynamics").wait_for()
    assert field(page, "connection.client_id").input_value() == ""


def test_rows_cannot_act(page: Page, connected: FormServer, settings: dict[str, str]) -> None:
    with Executor() as executor:
        row = {"name": EVIL, "description": EVIL, "websiteurl": "javascript:alert(1)"}
        executor.run("create_record", {"table": "account", "row": row}, settings).unwrap()
    begin(page, connected, "List Records")
    field(page, "step.table").fill("account")
    field(page, "step.filter").fill("contains(name,'onerror')")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("region", name="rows").wait_for()
    assert EVIL in page.locator("td").all_inner_texts()
    assert page.locator("script").count() == 1
    assert page.locator("iframe, [onerror], a[href^=javascript]").count() == 0
    choose_action(page, "Get Record")
    field(page, "step.table").fill("account")
    field(page, "step.key").fill("onerror")
    page.get_by_role("option").filter(has_text="onerror").wait_for()


def test_text_is_not_run_as_code(browser: Browser, form: FormServer) -> None:
    page = browser.new_page()
    heard = listened(page)
    page.goto(form.url)
    for code in ("eval('window.ran = 1')", "document.body.innerHTML = '<b>ran</b>'", "setTimeout('window.ran = 1')"):
        page.evaluate(f"setTimeout(() => {{ {code} }}, 0)")
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 50))")
    assert page.evaluate("window.ran ?? document.querySelector('b')") is None
    assert sum("Trusted" in line for line in heard) >= 3
    page.close()


POST = """([url, kind]) => fetch(url, {
  method: "POST", mode: "no-cors", credentials: "include", headers: {"Content-Type": kind},
  body: JSON.stringify({action: "create_record", options: {table: "lead", row: {lastname: "Forged"}}}),
}).then(answer => answer.type + answer.status, () => "refused")"""


def test_other_sites_can_do_nothing_even_with_the_token(
    browser: Browser, connected: FormServer, settings: dict[str, str], stranger: str
) -> None:
    page = browser.new_page()
    page.goto(stranger)
    for kind in ("text/plain", "application/json", "application/x-www-form-urlencoded"):
        assert page.evaluate(POST, [f"{connected.url}api/run", kind]) in {"refused", "opaque0"}
    read = "url => fetch(url).then(answer => answer.text(), () => 'refused')"
    assert page.evaluate(read, f"{connected.url}api/start") == "refused"
    page.evaluate(
        """url => {
        const form = document.createElement("form");
        Object.assign(form, {method: "POST", action: url, enctype: "text/plain"});
        document.body.append(form);
        form.submit();
    }""",
        f"{connected.url}api/run",
    )
    page.get_by_text("Only the form's own page may do this.").wait_for()
    page.close()
    with Executor() as executor:
        found = executor.run("list_records", {"table": "lead", "filter": "lastname eq 'Forged'"}, settings).unwrap()
    assert found["rows"] == []


def test_other_sites_cannot_frame_it(browser: Browser, connected: FormServer, stranger: str) -> None:
    page = browser.new_page()
    page.goto(stranger)
    assert "Dynamics" not in framed(page, connected.url)
    page.close()


def test_a_rebound_name_is_turned_away(browser: Browser, connected: FormServer) -> None:
    page = browser.new_page()
    answer = page.goto(re.sub("127.0.0.1", REBOUND, connected.url))
    assert answer is not None
    assert answer.status == 403
    page.close()
