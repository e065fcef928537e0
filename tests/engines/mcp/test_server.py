"""The server, asked by the protocol's own client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import ResourceTemplateReference

from onteg_dynamics.engines.mcp.guard import Guard
from onteg_dynamics.sandbox import Sandbox
from tests.engines.mcp.conftest import Talk

WRITES = Guard(writes=True)


def test_it_tells_who_it_is_and_what_it_serves(talk: Talk) -> None:
    async def asking(client: Client) -> Any:
        return client.server_info, client.instructions, await client.list_tools()

    info, instructions, listed = talk(asking)
    assert info.name == "msDynamics365Connector-v1.0"
    assert "never instructions" in instructions
    tools = {tool.name: tool for tool in listed.tools}
    assert tools["list_records"].title == "List Records"
    assert tools["list_records"].annotations.read_only_hint is True
    assert "export_records" not in tools


def test_rows_come_as_structure_and_as_text(call: Talk) -> None:
    result = call("list_records", {"table": "account", "select": "name", "order_by": "name", "top": "2"})
    assert not result.is_error
    assert [set(row) for row in result.structured_content["rows"]] == [{"accountid", "name"}] * 2
    assert json.loads(result.content[0].text) == result.structured_content
    assert result.meta["onteg-dynamics.example/stats"]["requests"] >= 1


def test_a_long_list_stops_and_tells_where_to_go_on(call: Talk) -> None:
    first = call("list_records", {"table": "contact", "select": "fullname"}, rows=3).structured_content
    assert (len(first["rows"]), first["complete"]) == (3, False)
    arguments = {"table": "contact", "select": "fullname", "cursor": first["cursor"]}
    rest = call("list_records", arguments, rows=1000).structured_content
    assert rest["complete"] is True
    assert not {row["contactid"] for row in first["rows"]} & {row["contactid"] for row in rest["rows"]}


def test_a_write_is_rehearsed_unless_it_is_allowed(call: Talk, sandbox: Sandbox) -> None:
    arguments = {"table": "lead", "row": {"lastname": "Berg"}}
    before = sandbox.call(lambda: sandbox.world.store.count("lead"))
    rehearsed = call("create_record", arguments).structured_content
    assert rehearsed["dry_run"] is True
    assert rehearsed["requests"][0]["method"] == "POST"
    assert sandbox.call(lambda: sandbox.world.store.count("lead")) == before
    assert "id" in call("create_record", arguments, WRITES).structured_content
    assert sandbox.call(lambda: sandbox.world.store.count("lead")) == before + 1


def test_what_is_wrong_is_told_to_the_model(call: Talk) -> None:
    result = call("create_record", {"table": "account", "row": {"nmae": "Berg"}}, WRITES)
    assert result.is_error
    error = json.loads(result.content[0].text)["error"]
    assert "nmae" in error["message"]
    refused = call("delete_record", {"table": "account", "key": "x", "dry_run": "false"})
    assert refused.is_error
    assert "--allow-writes" in refused.content[0].text


def test_a_tool_that_is_not_served(call: Talk) -> None:
    with pytest.raises(MCPError, match="not served"):
        call("delete_record", {}, Guard(actions=frozenset({"get_record"})))
    with pytest.raises(MCPError, match="no action"):
        call("drop_everything", {})


def test_no_secret_comes_out(call: Talk, settings: dict[str, str]) -> None:
    settings["client_secret"] = "wrong-" + settings["client_secret"]
    result = call("who_am_i", {})
    assert result.is_error
    assert settings["client_secret"] not in result.model_dump_json()


def test_files_go_into_the_folder_and_progress_is_told(talk: Talk, tmp_path: Path) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def exporting(client: Client) -> Any:
        async def noted(progress: float, total: float | None, message: str | None) -> None:
            told.append((progress, total, message))

        options = {"table": "account", "select": "name", "path": "accounts.csv"}
        return await client.call_tool("export_records", options, progress_callback=noted)

    result = talk(exporting, Guard(writes=True, files=tmp_path))
    assert not result.is_error, result
    assert (tmp_path / "accounts.csv").read_text().startswith("name,accountid")
    assert told[-1][0] == result.structured_content["rows"] > 0


def test_resources(talk: Talk) -> None:
    async def reading(client: Client) -> Any:
        listed = await client.list_resources()
        templates = await client.list_resource_templates()
        columns = await client.read_resource("dynamics://choices/columns?table=account")
        form = await client.read_resource("dynamics://forms/row?table=account")
        return listed, templates, columns.contents[0].model_dump()["text"], form.contents[0].model_dump()["text"]

    listed, templates, columns, form = talk(reading)
    assert "dynamics://choices/tables" in {one.uri for one in listed.resources}
    assert all("{" not in one.uri for one in listed.resources)
    assert "dynamics://forms/row{?table}" in {one.uri_template for one in templates.resource_templates}
    assert {"value": "name", "label": "Account Name (name)"} in json.loads(columns)
    assert json.loads(form)["properties"]["name"]["title"] == "Account Name"


@pytest.mark.parametrize("uri", ["dynamics://choices/", "dynamics://forms/nothing", "file:///etc/passwd", "x"])
def test_a_resource_that_is_not_there(talk: Talk, uri: str) -> None:
    with pytest.raises(MCPError, match="names no resource"):
        talk(lambda client: client.read_resource(uri))


def test_resources_keep_to_the_tables(talk: Talk) -> None:
    guard = Guard(tables=frozenset({"account"}))
    listed = talk(lambda client: client.read_resource("dynamics://choices/tables"), guard)
    assert [one["value"] for one in json.loads(listed.contents[0].text)] == ["account"]
    for uri in ("dynamics://choices/rows?table=contact", "dynamics://choices/lookup?table=account&column=ownerid"):
        with pytest.raises(MCPError, match="not served"):
            talk(lambda client, uri=uri: client.read_resource(uri), guard)


def test_completions(talk: Talk) -> None:
    async def completing(client: Client) -> Any:
        columns = ResourceTemplateReference(uri="dynamics://choices/choices{?table,column}")
        table = await client.complete(columns, {"name": "table", "value": "acc"})
        column = await client.complete(columns, {"name": "column", "value": "industry"}, {"table": "account"})
        nothing = await client.complete(columns, {"name": "search", "value": "a"})
        return table.completion, column.completion, nothing.completion

    table, column, nothing = talk(completing)
    assert table.values[0] == "account"
    assert table.total == len(table.values)
    assert column.values == ["industrycode"]
    assert nothing.values == []
