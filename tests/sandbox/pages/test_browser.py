"""The pages in a headless Chromium: by mouse, by keyboard, in the dark, without scripts, and under attack."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.pages.conftest import key_of, latest
from tests.sandbox.pages.test_app import EVIL, post

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = pytest.mark.browser

REBOUND = "rebound.example"
CONTRAST = """() => {
  const light = text => {
    const parts = text.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255);
    const [r, g, b] = parts.map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = element => {
    while (element) {
      const colour = getComputedStyle(element).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
      element = element.parentElement;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.querySelectorAll("body *")].filter(
    e => e.offsetParent && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
  return Math.min(...texts.map(e => {
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    words = ["--no-sandbox", f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=words)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test when the browser complains or anything calls for attention."""
    opened = browser.new_page()
    heard: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        heard.append(dialog.message)
        dialog.dismiss()

    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.on("dialog", dismissed)
    yield opened
    opened.close()
    assert heard == []


def heading(page: Page) -> str:
    assert page.locator("h1").count() == 1
    return str(page.locator("h1").inner_text())


def test_a_person_finds_a_row_and_goes_on_from_it(page: Page, sandbox: Sandbox) -> None:
    page.goto(sandbox.pages)
    assert heading(page) == "Tables"
    page.get_by_role("link", name="Accounts", exact=True).click()
    page.get_by_label("Name contains").fill("northwind")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Open row 1").click()
    assert heading(page) == "Northwind Roasters"
    page.locator("li", has_text="by parentcustomerid").get_by_role("link", name="Contacts").click()
    page.get_by_role("link", name="Northwind Roasters").first.click()
    assert heading(page) == "Northwind Roasters"
    page.get_by_text(re.compile("columns without a value")).click()
    assert page.get_by_role("cell", name="address2_line1", exact=True).is_visible()


def test_pages_of_rows_are_turned(page: Page, sandbox: Sandbox) -> None:
    for number in range(60):
        post(sandbox, "accounts", name=f"Many {number}")
    page.goto(f"{sandbox.pages}tables/account?q=many")
    assert page.get_by_role("row").count() == 51
    page.get_by_role("link", name="Next page").click()
    assert page.get_by_role("row").count() == 11
    page.get_by_role("link", name="Previous page").click()
    assert page.get_by_role("row").count() == 51


def test_requests_appear_by_themselves(page: Page, sandbox: Sandbox) -> None:
    page.goto(f"{sandbox.pages}log")
    page.get_by_role("link", name=re.compile("Load again")).click()
    assert "Nothing yet." in page.inner_text("main")
    post(sandbox, "accounts", name="Seen")
    page.get_by_role("link", name="POST /api/data/v9.2/accounts").click(timeout=10_000)
    assert '"name": "Seen"' in page.get_by_label("Body of the request").inner_text()
    assert page.get_by_text("# Sandbox Connector").is_visible()


def test_it_works_without_scripts_and_over_https(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, ignore_https_errors=True)
    with Sandbox("empty") as sandbox:
        page = context.new_page()
        page.goto(sandbox.pages)
        page.get_by_role("link", name="Show all tables").click()
        page.get_by_role("link", name="Accounts", exact=True).click()
        assert "No rows" in page.inner_text("main")
    context.close()


def test_everything_is_reached_by_keyboard(page: Page, sandbox: Sandbox) -> None:
    page.goto(sandbox.pages)
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to content"
    place = skip.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("account")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=account*")
    link = page.get_by_role("link", name="Accounts", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tables/account")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_it_can_be_read_in_light_and_dark_wide_and_narrow(
    browser: Browser, sandbox: Sandbox, scheme: Any, width: int
) -> None:
    post(sandbox, "accounts", name="W" * 160)
    requests.get(f"{sandbox.url}/api/data/v9.2/{'x' * 300}", timeout=30)
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    key = key_of(sandbox, "account", "W" * 160)
    for place in ("", "tables/account", f"tables/account/{key}", "log", latest(sandbox), "nothing"):
        page.goto(sandbox.pages + place)
        back = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert back == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(22, 24, 28)")
        assert page.evaluate(CONTRAST) >= 4.5, place
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    context.close()


def test_a_screen_reader_finds_its_way(page: Page, sandbox: Sandbox) -> None:
    post(sandbox, "accounts", name="A")
    for place in ("", "tables/account", "tables/account/" + key_of(sandbox, "account", "A"), "log", latest(sandbox)):
        page.goto(sandbox.pages + place)
        assert heading(page)
        assert page.get_by_role("main").count() == page.get_by_role("banner").count() == 1
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("input:not([type=hidden])").count() == page.locator("label").count()
        assert page.locator("table thead th:not([scope]), tbody th:not([scope])").count() == 0
        assert page.locator("[aria-current=page]").count() == 1
        ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
        assert len(set(ids)) == len(ids)


def test_rows_cannot_act(page: Page, sandbox: Sandbox) -> None:
    made = post(sandbox, "accounts", name=EVIL, description=EVIL, websiteurl="javascript:alert(1)")
    key = made.headers["OData-EntityId"].rsplit("(", 1)[1][:-1]
    requests.get(f"{sandbox.url}/api/data/v9.2/<script>?{EVIL}", headers={"X": EVIL}, timeout=30)
    for place in ("tables/account", f"tables/account/{key}", "log", latest(sandbox), f"?q={EVIL}"):
        page.goto(sandbox.pages + place)
        assert page.locator("script, img, iframe, [onerror]").count() == 0
    page.goto(f"{sandbox.pages}tables/account/{key}")
    assert heading(page) == EVIL


@pytest.fixture
def stranger() -> Iterator[str]:
    """A page of another origin on this machine; what it holds is set by the test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Stranger</title><body>")

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


READ = "url => fetch(url, {mode: 'MODE'}).then(answer => answer.text()).catch(() => 'refused')"


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_other_origins_cannot_read(browser: Browser, sandbox: Sandbox, stranger: str, mode: str) -> None:
    page = browser.new_page()
    page.goto(stranger)
    told = page.evaluate(READ.replace("MODE", mode), sandbox.pages)
    assert told in {"refused", ""}
    page.close()


def test_other_origins_cannot_frame(browser: Browser, sandbox: Sandbox, stranger: str) -> None:
    page = browser.new_page()
    page.goto(stranger)
    page.evaluate(
        """url => new Promise(done => {
        const frame = document.createElement("iframe");
        frame.onload = done;
        frame.src = url;
        document.body.append(frame);
    })""",
        sandbox.pages,
    )
    assert "Accounts" not in page.frames[1].content()
    page.close()


def test_a_rebound_name_is_turned_away(browser: Browser, sandbox: Sandbox) -> None:
    page = browser.new_page()
    answer = page.goto(sandbox.pages.replace("127.0.0.1", REBOUND))
    assert answer is not None
    assert answer.status == 403
    assert "Accounts" not in page.content()
    page.close()
