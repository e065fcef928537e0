"""Plugins are found wherever `importlib.metadata` finds them, and it is asked only where there are some."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from onteg_dynamics import discovery
from onteg_dynamics.discovery import _has_other_finders, entry_points

GROUP = "onteg.connectors"
OWN = "onteg_dynamics.plugin"


def found() -> set[str]:
    return {one.value for one in entry_points(GROUP, but=OWN)}


def described(info: Path, text: str = f"[{GROUP}]\ngreeter = greeter_plugin\n") -> None:
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greeter\nVersion: 1.0\n")
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: greeter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(text)


@pytest.mark.parametrize("info", ["greeter-1.0.dist-info", "greeter.egg-info", "greeter-1.0-py3.11.egg-info"])
def test_a_plugin_is_found_in_any_folder(info: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described(tmp_path / info)
    monkeypatch.syspath_prepend(tmp_path)
    assert "greeter_plugin" in found()


def test_a_plugin_is_found_in_an_egg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described(tmp_path / "greeter-1.0.egg" / "EGG-INFO")
    monkeypatch.syspath_prepend(tmp_path / "greeter-1.0.egg")
    assert "greeter_plugin" in found()


def test_a_plugin_is_found_in_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described(tmp_path / "folder" / "greeter-1.0.dist-info")
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "folder")
    monkeypatch.syspath_prepend(archive)
    assert "greeter_plugin" in found()


def test_a_plugin_is_found_where_a_finder_of_its_own_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder(metadata.DistributionFinder):
        def find_spec(self, *_: object) -> None:
            return None

        def find_distributions(self, *_: object) -> list[metadata.Distribution]:
            return [Made()]

    class Made(metadata.Distribution):
        def read_text(self, filename: str) -> str | None:
            texts = {"METADATA": "Name: made\nVersion: 1.0\n", "entry_points.txt": f"[{GROUP}]\nmade = made_plugin\n"}
            return texts.get(filename)

        def locate_file(self, path: object) -> Path:
            return Path(str(path))

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert _has_other_finders()
    assert "made_plugin" in found()


@pytest.mark.parametrize("text", ["", "[console_scripts]\na = b:c\n", f"[{GROUP}]\nown = {OWN}\n"])
def test_where_there_is_none_nothing_more_is_asked(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described(tmp_path / "other-1.0.dist-info", text)
    (tmp_path / "file.dist-info").touch()
    (tmp_path / "empty.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing"), ""])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(metadata, "entry_points", lambda **_: pytest.fail("it was asked"))
    monkeypatch.setattr(discovery, "_has_other_finders", lambda: False)  # whoever tests may have brought one
    assert found() == set()


def test_a_plugin_beside_the_program_is_found_from_the_command_line(tmp_path: Path) -> None:
    described(tmp_path / "greeter-1.0.dist-info")
    code = f"from onteg_dynamics.discovery import entry_points; print(*entry_points({GROUP!r}, but={OWN!r}))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert "greeter_plugin" in told.stdout
