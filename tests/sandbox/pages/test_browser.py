"""The pages in a headless Chromium: by mouse, by keyboard, in the dark, without scripts, and under attack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from tests.browsing import CONTRAST, REBOUND, browser, framed, heading, page, stranger
from tests.sandbox.pages.conftest import key_of, latest
from tests.sandbox.pages.test_app import EVIL, post

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "page", "stranger"]  # fixtures

pytestmark = pytest.mark.browser


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
    assert "Accounts" not in framed(page, sandbox.pages)
    page.close()


def test_a_rebound_name_is_turned_away(browser: Browser, sandbox: Sandbox) -> None:
    page = browser.new_page()
    answer = page.goto(sandbox.pages.replace("127.0.0.1", REBOUND))
    assert answer is not None
    assert answer.status == 403
    assert "Accounts" not in page.content()
    page.close()
