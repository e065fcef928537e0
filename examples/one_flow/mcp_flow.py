"""The flow of python_flow.py by a client of the Model Context Protocol: ``python mcp_flow.py connection.json FOLDER``.

An assistant would call the same tools. The server may write, and has one folder for files.
"""

from __future__ import annotations

import shutil
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

LEADS = Path(__file__).with_name("leads.csv")


async def main(connection: str, folder: str) -> None:
    """Run the flow."""
    arguments = ["-m", "onteg_dynamics", "mcp", "--connection", connection, "--allow-writes", "--files", folder]
    shutil.copy(LEADS, folder)
    async with Client(StdioServerParameters(command=sys.executable, args=arguments)) as client:

        async def run(tool: str, **options: Any) -> Any:
            result = await client.call_tool(tool, options)
            if result.is_error:
                raise RuntimeError(result.content)
            return result.structured_content

        started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        await run("import_records", table="lead", path="leads.csv", results_path="results.csv")
        new = "subject eq 'Spring fair' and statecode eq 0"
        for lead in (await run("list_records", table="lead", filter=new, select=["lastname"]))["rows"]:
            own = (await run("qualify_lead", lead=lead["leadid"]))["opportunity_id"]
            deal = (await run("get_record", table="opportunity", key=own, select=["name", "ownerid"]))["row"]
            about = {"table": "opportunity", "id": own, "owner": deal["ownerid"]}
            await run("add_task", subject=f"Call {lead['lastname']}", **about)
        changed = {"table": "opportunity", "select": ["name"], "filter": f"modifiedon ge {started}"}
        await run("export_records", **changed, path="changed.csv")


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
