"""People sign in with a headless Chromium: on the sign-in page, by a posted form, and with a device's code."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import DESKTOP
from tests.sandbox.entra.desk import TENANT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running.new_context(ignore_https_errors=True).new_page()
        running.close()


class Application(ThreadingHTTPServer):
    """A web application that people come back to; what they bring is kept."""

    def __init__(self) -> None:
        self.brought: queue.Queue[dict[str, str]] = queue.Queue()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.server_address[1]}/back"


class _Handler(BaseHTTPRequestHandler):
    server: Application

    def do_GET(self) -> None:
        self._take(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._take(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, *_: Any) -> None:
        pass

    def _take(self, fields: str) -> None:
        if self.path.startswith("/back"):
            self.server.brought.put(dict(parse_qsl(fields)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>Welcome back</title>")


@pytest.fixture
def application() -> Iterator[Application]:
    server = Application()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def authorize(sandbox: Sandbox, application: Application, **more: str) -> str:
    asked = {
        "client_id": DESKTOP.client_id,
        "response_type": "code",
        "redirect_uri": application.address,
        "scope": f"{sandbox.url}/user_impersonation",
        "state": "a state & more",
        **more,
    }
    return f"{sandbox.url}/{TENANT}/oauth2/v2.0/authorize?{urlencode(asked)}"


def token_of(sandbox: Sandbox, **form: str) -> dict[str, Any]:
    with requests.Session() as session:
        session.verify, session.trust_env = str(sandbox.ca_bundle), False
        address = f"{sandbox.url}/{TENANT}/oauth2/v2.0/token"
        found: dict[str, Any] = session.post(address, data={"client_id": DESKTOP.client_id, **form}).json()
    return found


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_person_is_chosen_and_sent_back(page: Page, sandbox: Sandbox, application: Application, mode: str) -> None:
    page.goto(authorize(sandbox, application, response_mode=mode, prompt="select_account"))
    assert page.get_by_role("button").count() == 4
    page.get_by_role("button", name="Priya Raman").click()
    page.wait_for_url("**/back*")
    brought = application.brought.get(timeout=60)
    assert brought["state"] == "a state & more"
    form = {"grant_type": "authorization_code", "code": brought["code"], "redirect_uri": application.address}
    assert token_of(sandbox, **form)["scope"] == f"{sandbox.url}/user_impersonation"


def test_a_person_can_do_it_with_the_keyboard(page: Page, sandbox: Sandbox, application: Application) -> None:
    page.goto(authorize(sandbox, application, login_hint="nobody@sandbox.onmicrosoft.com"))
    assert "There is no nobody@" in page.get_by_role("alert").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/back*")
    assert "code" in application.brought.get(timeout=60)


def test_what_cannot_be_answered_is_shown(page: Page, sandbox: Sandbox, application: Application) -> None:
    page.goto(authorize(sandbox, application, redirect_uri="https://evil.example/<b>"))
    assert "AADSTS50011" in page.locator("body").inner_text()
    assert page.locator("b").count() == 0


def test_a_devices_code_is_typed_in(page: Page, sandbox: Sandbox) -> None:
    with requests.Session() as session:
        session.verify, session.trust_env = str(sandbox.ca_bundle), False
        address = f"{sandbox.url}/{TENANT}/oauth2/v2.0/devicecode"
        form = {"client_id": DESKTOP.client_id, "scope": f"{sandbox.url}/.default"}
        flow = session.post(address, data=form).json()
    page.goto(flow["verification_uri"])
    page.get_by_label("Code").fill("WRONG")
    page.get_by_role("button", name="Amara Diallo").click()
    assert "didn't work" in page.get_by_role("alert").inner_text()
    page.get_by_label("Code").fill(flow["user_code"].lower())
    page.get_by_role("button", name="Amara Diallo").click()
    assert "You have signed in" in page.locator("body").inner_text()
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    assert "access_token" in token_of(sandbox, grant_type=grant, device_code=flow["device_code"])
