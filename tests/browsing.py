"""A headless Chromium for tests of pages: fixtures, and what makes a page readable."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page

__all__ = ["CONTRAST", "REBOUND", "browser", "framed", "heading", "listened", "page", "stranger"]

REBOUND = "rebound.example"
"""A name that leads to this machine, as an attacker's DNS would have it."""

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
"""The lowest contrast of a text on the page with what is behind it; 4.5 is enough (WCAG 2.2, AA)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    words = ["--no-sandbox", f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=words)
        yield running
        running.close()


def framed(opened: Page, url: str) -> str:
    """What `url` shows in a frame of a page of another site."""
    opened.evaluate(
        """url => new Promise(done => {
        const frame = document.createElement("iframe");
        frame.onload = done;
        frame.src = url;
        document.body.append(frame);
    })""",
        url,
    )
    content: str = opened.frames[1].content()
    return content


def listened(opened: Page, but: str = "nothing") -> list[str]:
    """Everything that a page complains of, or calls for attention with, from now on.

    Args:
        opened: the page.
        but: a part of messages that are expected.
    """
    heard: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        heard.append(dialog.message)
        dialog.dismiss()

    def told(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and but not in message.text:
            heard.append(message.text)

    opened.on("console", told)
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.on("dialog", dismissed)
    return heard


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test when the browser complains or anything calls for attention."""
    opened = browser.new_page()
    heard = listened(opened)
    yield opened
    opened.close()
    assert heard == []


def heading(page: Page) -> str:
    """The text of the page's one main heading."""
    assert page.locator("h1").count() == 1
    return str(page.locator("h1").inner_text())


@pytest.fixture
def stranger() -> Iterator[str]:
    """A page of another origin on this machine; what it does is set by the test."""

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
