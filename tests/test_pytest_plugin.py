"""The fixtures that other projects get, in a pytest of their own."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from onteg_dynamics.manifest import declaration_folder

pytest_plugins = ["pytester"]

ROWS = """
import pytest, requests

def names(sandbox):
    headers = {"Authorization": f"Bearer {sandbox.token()}"}
    url = f"{sandbox.url}/api/data/v9.2/accounts?$select=name"
    verify = str(sandbox.ca_bundle) if sandbox.url.startswith("https") else True
    return {row["name"] for row in requests.get(url, headers=headers, verify=verify, timeout=30).json()["value"]}

def add(sandbox, name):
    headers = {"Authorization": f"Bearer {sandbox.token()}"}
    verify = str(sandbox.ca_bundle) if sandbox.url.startswith("https") else True
    url = f"{sandbox.url}/api/data/v9.2/accounts"
    requests.post(url, json={"name": name}, headers=headers, verify=verify, timeout=30)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Another project, in an environment where this one is installed."""
    monkeypatch.setenv("PYTHONPATH", str(declaration_folder()))
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config -W error\n")
    return pytester


def run(project: pytest.Pytester, *words: str) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", "no:cacheprovider", *words)


def test_each_test_starts_afresh(project: pytest.Pytester) -> None:
    project.makepyfile(
        ROWS
        + """
@pytest.mark.parametrize("number", [1, 2])
def test_writes(dataverse, number):
    assert "Mine" not in names(dataverse)
    add(dataverse, "Mine")
    assert "Mine" in names(dataverse)

def test_the_session_sandbox_keeps_it(dataverse_sandbox):
    assert {"Mine", "Northwind Roasters"} <= names(dataverse_sandbox)

def test_it_is_one(dataverse, dataverse_sandbox):
    assert dataverse is dataverse_sandbox
"""
    )
    run(project).assert_outcomes(passed=4)


def test_settings_and_marks_say_what_is_in_it(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\ndataverse_seed = empty\ndataverse_data = rows\ndataverse_http = true\n")
    (project.mkdir("rows") / "account.csv").write_text("name\nFrom the file\n")
    (project.path / "other.json").write_text('[{"lastname": "Byron"}]')
    (project.path / "other.json").rename(project.path / "contact.json")
    project.makepyfile(
        ROWS
        + """
def test_as_set(dataverse):
    assert dataverse.url.startswith("http:")
    assert names(dataverse) == {"From the file"}

@pytest.mark.dataverse(seed="demo", data=None)
def test_marked(dataverse, dataverse_sandbox):
    assert dataverse is not dataverse_sandbox
    assert "Northwind Roasters" in names(dataverse)

@pytest.mark.dataverse(seed="empty", data=None, limits="1/9/9/300")
def test_limits(dataverse):
    headers = {"Authorization": f"Bearer {dataverse.token()}"}
    url = f"{dataverse.url}/api/data/v9.2/WhoAmI"
    assert [requests.get(url, headers=headers, timeout=30).status_code for _ in range(2)] == [200, 429]

@pytest.mark.dataverse(data="contact.json", http=False)
class TestMarked:
    def test_class(self, dataverse):
        assert dataverse.url.startswith("https:")
        assert names(dataverse) == set()
"""
    )
    run(project).assert_outcomes(passed=4)


def test_wrong_marks_are_told(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
import pytest

@pytest.mark.dataverse(sead="demo")
def test_name(dataverse): ...

@pytest.mark.dataverse("demo")
def test_place(dataverse): ...

@pytest.mark.dataverse(seed="other")
def test_seed(dataverse): ...
"""
    )
    found = run(project)
    found.assert_outcomes(errors=3)
    found.stdout.fnmatch_lines(["*by name, not 'sead'*", "*by name, not 'demo'*", "*There is no seed 'other'*"])


def test_nothing_is_imported_before_it_is_needed(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
import sys

def test_light():
    ours = {name for name in sys.modules if name.startswith("onteg_dynamics.")}
    assert ours == {"onteg_dynamics.pytest_plugin"}
    assert not {"uvicorn", "starlette", "trustme", "jwt", "orjson"} & set(sys.modules)
"""
    )
    run(project).assert_outcomes(passed=1)


def test_what_is_missing_is_told(project: pytest.Pytester) -> None:
    project.makeconftest("import sys\nsys.modules['trustme'] = None\n")
    project.makepyfile("def test_it(dataverse): ...")
    found = run(project)
    found.assert_outcomes(errors=1)
    found.stdout.fnmatch_lines(["*The sandbox needs trustme: pip install 'onteg-dynamics[[]sandbox[]]'*"])


def test_the_entry_point_leads_there() -> None:
    (found,) = [point for point in entry_points(group="pytest11") if point.value.startswith("onteg_dynamics")]
    assert found.load().__name__ == "onteg_dynamics.pytest_plugin"


def test_fixtures_and_settings_are_shown(project: pytest.Pytester) -> None:
    run(project, "--fixtures", "-v").stdout.fnmatch_lines_random(["dataverse_sandbox*", "dataverse *"])
    run(project, "--help").stdout.fnmatch_lines(["*dataverse_seed (string)*", "*dataverse_http (bool)*"])
    run(project, "--markers").stdout.fnmatch_lines(
        ["@pytest.mark.dataverse(seed, data, metadata, custom_apis, limits, http):*"]
    )
