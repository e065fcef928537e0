"""The limits as a client meets them, over real HTTPS."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import requests

from onteg_dynamics.sandbox import Limits, Sandbox
from onteg_dynamics.sandbox.limits import Limiter
from onteg_dynamics.sandbox.limits.app import limited
from onteg_dynamics.sandbox.world import Caller

LEFT = "x-ms-ratelimit-burst-remaining-xrm-requests"
WIDE = {"concurrent": 50}


def get(sandbox: Sandbox, path: str = "WhoAmI", **headers: str) -> requests.Response:
    url = f"{sandbox.url}/api/data/v9.2/{path}"
    bearer = {"Authorization": f"Bearer {sandbox.token()}"}
    return requests.get(url, headers={**bearer, **headers}, verify=str(sandbox.ca_bundle), timeout=60)


def batch(sandbox: Sandbox, operations: int) -> requests.Response:
    head = "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    part = head + "GET WhoAmI HTTP/1.1\r\n\r\n\r\n"
    headers = {"Authorization": f"Bearer {sandbox.token()}", "Content-Type": "multipart/mixed; boundary=b"}
    body = part * operations + "--b--\r\n"
    url = f"{sandbox.url}/api/data/v9.2/$batch"
    return requests.post(url, data=body, headers=headers, verify=str(sandbox.ca_bundle), timeout=60)


def test_a_client_that_asks_too_much_is_told_to_wait() -> None:
    with Sandbox("empty", limits=Limits(requests=3, **WIDE)) as sandbox:
        assert [get(sandbox).headers[LEFT] for _ in range(3)] == ["2", "1", "0"]
        answer = get(sandbox)
        assert answer.status_code == 429
        assert answer.json()["error"]["code"] == "0x80072322"
        assert 1 <= int(answer.headers["Retry-After"]) <= 302
        assert answer.headers["Content-Type"] == "application/json; odata.metadata=minimal"
        assert answer.headers["REQ_ID"] == answer.headers["x-ms-service-request-id"]
        assert (answer.headers[LEFT], answer.headers["x-ms-dop-hint"]) == ("0", "8")
        sandbox.reset()
        assert get(sandbox).status_code == 200


def test_a_batch_is_one_request() -> None:
    with Sandbox("empty", limits=Limits(requests=3, **WIDE)) as sandbox:
        assert batch(sandbox, 20).status_code == 200
        assert get(sandbox).headers[LEFT] == "1"
        get(sandbox)
        answer = batch(sandbox, 1)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "0x80072322")  # the whole, not a part


def test_time_adds_up() -> None:
    with Sandbox("empty", limits=Limits(requests=1000, seconds=0.0001, concurrent=9, window=300)) as sandbox:
        first = get(sandbox)
        assert first.headers["x-ms-ratelimit-time-remaining-xrm-requests"] == "0.00"
        assert get(sandbox).json()["error"]["code"] == "0x80072321"


def test_requests_at_the_same_time_are_counted() -> None:
    statuses, headers = asyncio.run(_three_at_once(Limits(requests=1000, seconds=1000, concurrent=2, window=300)))
    assert statuses == [
        429,
        200,
        200,
        200,
    ]  # the third one at once; the two before it and one more later
    assert headers[b"retry-after"] == b"5"


async def _silence() -> dict[str, Any]:
    return {}


async def _three_at_once(limits: Limits) -> tuple[list[int], dict[bytes, bytes]]:
    """Two requests that are held up, one beside them, one after them: statuses in the order of their answers."""
    answers: list[Any] = []
    may_go = asyncio.Event()

    async def service(_scope: Any, _receive: Any, send: Any) -> None:
        await may_go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def note(message: Any) -> None:
        if message["type"] == "http.response.start":
            answers.append(message)

    app = limited(service, Limiter(limits), lambda _headers: Caller("a", "b"))

    async def ask() -> None:
        await app({"type": "http", "path": "/api/data/v9.2/WhoAmI", "headers": []}, _silence, note)

    held = [asyncio.create_task(ask()) for _ in range(2)]
    await asyncio.sleep(0)
    await ask()
    may_go.set()
    await asyncio.gather(*held)
    await ask()
    return [answer["status"] for answer in answers], {name.lower(): value for name, value in answers[0]["headers"]}


def test_strangers_and_sign_in_are_not_counted() -> None:
    with Sandbox("empty", limits=Limits(requests=1, **WIDE)) as sandbox:
        for _ in range(3):
            assert get(sandbox, Authorization="").status_code == 401
        form = {"client_id": "x", "client_secret": "y", "grant_type": "client_credentials", "scope": "z"}
        address = sandbox.settings()["token_url"]
        for _ in range(3):
            assert requests.post(address, form, verify=str(sandbox.ca_bundle), timeout=60).status_code in {400, 401}
        assert get(sandbox).headers[LEFT] == "0"


def test_nobody_is_limited_unless_it_is_asked_for() -> None:
    with Sandbox("empty") as sandbox:
        assert get(sandbox).headers[LEFT] == "5999"
        assert get(sandbox).headers["x-ms-dop-hint"] == "8"


def test_limits_can_be_text() -> None:
    with Sandbox("empty", limits="2/10/2/5") as sandbox:
        assert get(sandbox).headers[LEFT] == "1"
    with pytest.raises(ValueError, match="Limits are"):
        Sandbox(limits="many")
