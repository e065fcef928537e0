"""The asynchronous half of Microsoft's Python SDK against the sandbox. Runs in the SDK's own environment."""

from __future__ import annotations

import time
from typing import Any

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.aio.async_client import AsyncDataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col


class Credential:
    def __init__(self, token: str) -> None:
        self._token = token

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(self._token, int(time.time()) + 3600)

    async def close(self) -> None:
        """There is nothing to close."""

    async def __aenter__(self) -> Credential:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def client(settings: dict[str, str]) -> AsyncDataverseClient:
    return AsyncDataverseClient(settings["endpoint_url"], Credential(settings["token"]))


async def scenario_create_read_change_delete(client: AsyncDataverseClient) -> None:
    own = await client.records.create("account", {"name": "Async"})
    await client.records.update("account", own, {"fax": "1"})
    row = await client.records.retrieve("account", own, select=["name", "fax"])
    assert row is not None
    assert (row["name"], row["fax"]) == ("Async", "1")
    await client.records.delete("account", own)
    assert await client.records.retrieve("account", own) is None


async def scenario_many_rows(client: AsyncDataverseClient) -> None:
    ids = await client.records.create("lead", [{"lastname": f"A{number}"} for number in range(12)])
    await client.records.update("lead", ids, {"jobtitle": "Async"})
    sizes = []
    async for page in client.records.list_pages(
        "lead", filter=col("jobtitle") == "Async", select=["lastname"], page_size=5
    ):
        sizes.append(len(page))
    assert (sum(sizes), max(sizes)) == (12, 5)
    await client.records.delete("lead", ids, use_bulk_delete=False)


async def scenario_the_query_builder(client: AsyncDataverseClient) -> None:
    query = client.query.builder("opportunity").select("name").where(col("statecode") == 0).order_by("name").top(3)
    assert len(await query.execute()) == 3


async def scenario_a_change_set(client: AsyncDataverseClient) -> None:
    batch = client.batch.new()
    async with batch.changeset() as changes:
        account = changes.records.create("account", {"name": "Async together"})
        changes.records.create("contact", {"lastname": "T", "parentcustomerid_account@odata.bind": account})
    result = await batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]


async def scenario_unknown_columns_are_refused(client: AsyncDataverseClient) -> None:
    try:
        await client.records.create("account", {"nope": 1})
    except HttpError as error:
        assert error.status_code == 400
    else:
        raise AssertionError("it was not refused")
