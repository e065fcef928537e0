"""The page that is committed is built from the sources that are committed; no npm is needed to see it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from onteg_dynamics.form.app import FILES, STATIC

SOURCES = STATIC.parent / "page"


def test_the_build_is_fresh() -> None:
    lines = [line.split("  ") for line in (STATIC / "sources.sha256").read_text("utf-8").splitlines()]
    told = {path: digest for digest, path in lines}
    there = {path.relative_to(SOURCES).as_posix() for path in _sources()}
    assert set(told) == there, "build it again: npm ci && npm run build, in onteg_dynamics/form/page"
    for path, digest in told.items():
        now = hashlib.sha256((SOURCES / path).read_bytes()).hexdigest()
        assert now == digest, f"{path} has changed since; npm ci && npm run build, in onteg_dynamics/form/page"


def _sources() -> list[Path]:
    names = ("build.mjs", "package.json", "package-lock.json", "tsconfig.json")
    return [*(SOURCES / "src").iterdir(), *(SOURCES / name for name in names)]


def test_every_file_of_the_page_is_served() -> None:
    assert {path.name for path in STATIC.iterdir()} == {"index.html", "sources.sha256", *FILES}


def test_the_page_brings_the_licences_of_its_libraries() -> None:
    text = (STATIC / "licenses.txt").read_text("utf-8")
    for name in ("react", "react-dom", "@rjsf/core", "downshift", "@cfworker/json-schema"):
        assert re.search(rf"^{re.escape(name)} \d+\.\d+\.\d+ \(.+\)$", text, re.MULTILINE), name


def test_nothing_in_the_page_runs_text_as_code() -> None:
    script = (STATIC / "form.js").read_text("utf-8")
    assert not re.search(r"\beval\(|new Function\(|localStorage|sessionStorage|document\.cookie", script)


def test_sources_are_small() -> None:
    for path in (SOURCES / "src").glob("*.ts*"):
        assert len(path.read_text("utf-8").splitlines()) <= 400, path.name
