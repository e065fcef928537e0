"""A client that registers webhooks over HTTPS, as tools do, and changes rows."""

from __future__ import annotations

from typing import Any

import requests

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.webhooks.receiver import Post, Receiver

KEY, HEADER, QUERY = 4, 5, 6


class Desk:
    def __init__(self, sandbox: Sandbox, receiver: Receiver) -> None:
        self.sandbox = sandbox
        self.receiver = receiver
        self.root = f"{sandbox.url}/api/data/v9.2/"
        self.session = requests.Session()
        self.session.trust_env = False
        if sandbox.url.startswith("https"):
            self.session.verify = str(sandbox.ca_bundle)
        self.session.headers["Authorization"] = f"Bearer {sandbox.token()}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "."): value for name, value in headers.items()}
        return self.session.request(method, self.root + path, json=body, headers=named, timeout=60)

    def create(self, path: str, **values: Any) -> str:
        answer = self.call("POST", path, values)
        assert answer.status_code == 204, answer.text
        return answer.headers["OData-EntityId"].rsplit("(", 1)[1][:-1]

    def row(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, path: str) -> Any:
        return self.row(path)["value"]

    def endpoint(self, authtype: int = KEY, authvalue: str = "s3 cr&t", **values: Any) -> str:
        given = {"name": "Hook", "url": self.receiver.url, "contract": 8, "authtype": authtype, "authvalue": authvalue}
        return self.create("serviceendpoints", **{**given, **values})

    def step(self, message: str = "Update", table: str | None = "contact", **values: Any) -> str:
        answer = self.try_step(message, table, **values)
        assert answer.status_code == 204, answer.text
        return answer.headers["OData-EntityId"].rsplit("(", 1)[1][:-1]

    def try_step(self, message: str, table: str | None, *, endpoint: str = "", **values: Any) -> requests.Response:
        (found,) = self.rows(f"sdkmessages?$filter=name eq '{message}'&$select=sdkmessageid")
        given: dict[str, Any] = {"name": f"{message} of {table}", "stage": 40, "mode": 1, "rank": 1}
        given |= {"supporteddeployment": 0, "sdkmessageid@odata.bind": f"/sdkmessages({found['sdkmessageid']})"}
        given["eventhandler_serviceendpoint@odata.bind"] = f"/serviceendpoints({endpoint or self.endpoint()})"
        if table is not None:
            where = f"primaryobjecttypecode eq '{table}' and _sdkmessageid_value eq {found['sdkmessageid']}"
            (chosen,) = self.rows(f"sdkmessagefilters?$filter={where}&$select=sdkmessagefilterid")
            given["sdkmessagefilterid@odata.bind"] = f"/sdkmessagefilters({chosen['sdkmessagefilterid']})"
        return self.call("POST", "sdkmessageprocessingsteps", {**given, **values})

    def image(
        self, step: str, kind: int, columns: str = "", alias: str = "copy", member: str = "Target"
    ) -> requests.Response:
        bind = {"sdkmessageprocessingstepid@odata.bind": f"/sdkmessageprocessingsteps({step})"}
        named = {"name": alias, "entityalias": alias, "imagetype": kind, "messagepropertyname": member}
        body = {**named, "attributes": columns, **bind}
        return self.call("POST", "sdkmessageprocessingstepimages", body)

    def callback(self, message: int = 7, table: str = "contact", scope: int = 4, **values: Any) -> str:
        given = {"name": "Flow", "entityname": table, "message": message, "scope": scope, "version": 1}
        return self.create("callbackregistrations", **{**given, "url": self.receiver.url, **values})

    def posts(self) -> list[Post]:
        assert self.sandbox.wait_for_webhooks()
        return self.receiver.posts

    def the_post(self) -> Post:
        (post,) = self.posts()
        return post

    def jobs(self) -> Any:
        return self.rows("asyncoperations?$filter=operationtype ne 13&$orderby=createdon")


def values(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {pair["key"]: pair["value"] for pair in pairs}
