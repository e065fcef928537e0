"""Files in single requests and in chunks, as "Use file column data" prints them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.files.limits import CHUNK
from tests.sandbox.files.parts import (
    ACCOUNT,
    BINARY,
    FILE,
    MEGA,
    account,
    begin,
    chunk,
    kept_bytes,
    noise,
    upload,
)
from tests.sandbox.service.client import ROOT, Answer, Client, fresh_world


def test_a_file_in_a_single_request(client: Client) -> None:
    own, data = account(client), noise(4_191_273)
    answer = upload(client, f"{own}/{FILE}", data)
    assert (answer.status, answer.body) == (204, b"")
    row = client.get(f"{own}?$select=name,{FILE},{FILE}_name").json()
    assert row[f"{FILE}_name"] == "4094kb.txt"
    assert re.fullmatch(r"[0-9a-f-]{36}", row[FILE])
    answer = client.get(f"{own}/{FILE}/$value")
    assert (answer.status, answer.body) == (200, data)
    told = [answer.header(name) for name in ("x-ms-file-size", "x-ms-file-name", "mimetype")]
    assert told == ["4191273", "4094kb.txt", "text/plain"]
    assert answer.header("Access-Control-Expose-Headers") == "x-ms-file-size; x-ms-file-name; mimetype"


def test_a_file_in_chunks(client: Client) -> None:
    own, data = account(client), noise(2 * CHUNK + 704_546)
    answer = client.send("PATCH", f"{own}/{FILE}?x-ms-file-name=25mb.pdf", x_ms_transfer_mode="chunked")
    assert (answer.status, answer.body) == (200, b"")
    assert (answer.header("x-ms-chunk-size"), answer.header("Accept-Ranges")) == ("4194304", "bytes")
    assert answer.header("Access-Control-Expose-Headers") == "x-ms-chunk-size"
    location = str(answer.header("Location"))
    assert location.startswith(f"{ROOT}{own}/{FILE}?sessiontoken=")
    ends = [(0, CHUNK - 1), (CHUNK, 2 * CHUNK - 1), (2 * CHUNK, len(data) - 1)]
    told = [chunk(client, location, data, *part, x_ms_file_name="25mb.pdf").status for part in ends]
    assert told == [206, 206, 204]
    answer = client.get(f"{own}/{FILE}/$value")
    assert (answer.body == data, answer.header("mimetype")) == (True, "application/pdf")


def test_a_download_in_chunks(client: Client) -> None:
    own, data = account(client), noise(CHUNK + 1000)
    upload(client, f"{own}/{FILE}", data, "25mb.pdf")
    found, size = b"", CHUNK
    while len(found) < size:
        answer = client.get(f"{own}/{FILE}/$value", Range=f"bytes={len(found)}-{len(found) + CHUNK - 1}")
        assert (answer.status, answer.header("x-ms-chunk-size")) == (206, "4194304")
        exposed = "x-ms-file-size; x-ms-file-name; x-ms-chunk-size; mimetype"
        assert answer.header("Access-Control-Expose-Headers") == exposed
        last = len(found) + len(answer.body) - 1
        assert answer.header("Content-Range") == f"bytes {len(found)}-{last}/{len(data)}"
        found, size = found + answer.body, int(answer.header("x-ms-file-size") or 0)
    assert found == data


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=2-4", b"234"),
        ("bytes=7-", b"789"),
        ("bytes=-3", b"789"),
        ("bytes=5-99", b"56789"),
        ("bytes=0-3/10", b"0123"),
    ],
)
def test_ranges(client: Client, header: str, wanted: bytes) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"0123456789")
    answer = client.get(f"{own}/{FILE}/$value", Range=header)
    assert (answer.status, answer.body) == (206, wanted)


def test_a_range_behind_the_end(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"0123456789")
    answer = client.get(f"{own}/{FILE}/$value", Range="bytes=10-12")
    assert (answer.status, answer.header("Content-Range")) == (416, "bytes */10")
    assert client.get(f"{own}/{FILE}/$value", Range="lines=1-2").body == b"0123456789"


def test_the_column_itself_is_the_file_in_json(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"0123456789")
    answer = client.get(f"{own}/{FILE}?size=full", Range="bytes=0-4194303")
    assert answer.status == 206
    assert base64.b64decode(answer.json()["value"]) == b"0123456789"
    assert answer.header("Content-Disposition") == 'attachment; filename="4094kb.txt"'


def test_an_empty_column_has_nothing(client: Client) -> None:
    own = account(client)
    assert [client.get(f"{own}/{FILE}{end}").status for end in ("", "/$value")] == [204, 204]


def test_an_empty_file_is_a_file(client: Client) -> None:
    own = account(client)
    assert upload(client, f"{own}/{FILE}", b"").status == 204
    answer = client.get(f"{own}/{FILE}/$value")
    assert (answer.status, answer.body, answer.header("x-ms-file-size")) == (200, b"", "0")


def test_a_file_takes_the_place_of_another(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", noise(1000))
    first = client.get(own).json()
    upload(client, f"{own}/{FILE}", b"second", "b.csv", If_Match="*")
    row = client.get(own).json()
    assert row[FILE] != first[FILE]
    assert row["@odata.etag"] != first["@odata.etag"]
    assert row[f"{FILE}_name"] == "b.csv"
    assert kept_bytes(client) == len(b"second")


def test_a_file_is_deleted(client: Client) -> None:
    own = account(client)
    ways: tuple[Callable[[], Answer], ...] = (
        lambda: client.delete(f"{own}/{FILE}"),
        lambda: client.patch(own, {FILE: None}),
        lambda: client.put(f"{own}/{FILE}", {"value": None}),
    )
    for clear in ways:
        upload(client, f"{own}/{FILE}", b"bytes")
        assert clear().status == 204
        row = client.get(own).json()
        assert (row[FILE], row[f"{FILE}_name"], kept_bytes(client)) == (None, None, 0)
        assert client.get("fileattachments").json()["value"] == []


def test_a_file_goes_with_its_row(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"bytes")
    assert client.delete(own).status == 204
    assert (client.get("fileattachments").json()["value"], kept_bytes(client)) == ([], 0)


def test_a_file_goes_with_its_column(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"bytes")
    assert client.delete(f"{ACCOUNT}(LogicalName='{FILE}')").status == 204
    assert (client.get("fileattachments").json()["value"], kept_bytes(client)) == ([], 0)


def test_files_are_described_beside_their_row(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"bytes", "25mb.pdf")
    select = "$select=createdon,mimetype,filesizeinbytes,filename,regardingfieldname"
    row = client.get(f"{own}?$filter={FILE} ne null&$expand=account_FileAttachments({select})&$select=accountid").json()
    (told,) = row["account_FileAttachments"]
    assert told["fileattachmentid"] == client.get(own).json()[FILE]
    assert (told["mimetype"], told["filesizeinbytes"], told["filename"]) == ("application/pdf", 5, "25mb.pdf")
    assert told["regardingfieldname"] == FILE
    described = f"fileattachments({told['fileattachmentid']})"
    refused = [client.delete(described), client.patch(described, {"filename": "x"}), client.post("fileattachments", {})]
    assert [answer.status for answer in refused] == [405, 405, 405]


def test_a_name_in_any_letters(client: Client) -> None:
    own, name = account(client), "测试 größer.txt"
    answer = client.send("PATCH", f"{own}/{FILE}?x-ms-file-name={quote(name)}", b"x", Content_Type=BINARY)
    assert answer.status == 204
    assert client.get(own).json()[f"{FILE}_name"] == name
    assert client.get(f"{own}/{FILE}/$value").header("x-ms-file-name") == quote(name)


def test_the_header_names_the_file_before_the_parameter(client: Client) -> None:
    own = account(client)
    client.send("PATCH", f"{own}/{FILE}?x-ms-file-name=a.txt", b"x", Content_Type=BINARY, x_ms_file_name="b.txt")
    assert client.get(own).json()[f"{FILE}_name"] == "b.txt"


def test_a_type_that_is_told_counts(client: Client) -> None:
    own = account(client)
    upload(client, f"{own}/{FILE}", b"{}", "a.bin", Content_Type="application/json")
    assert client.get(f"{own}/{FILE}/$value").header("mimetype") == "application/json"


def test_put_is_an_upload_too(client: Client) -> None:
    own = account(client)
    answer = client.send("PUT", f"{own}/{FILE}", b"bytes", Content_Type=BINARY, x_ms_file_name="a.txt")
    assert (answer.status, client.get(f"{own}/{FILE}/$value").body) == (204, b"bytes")


def test_what_an_upload_needs(client: Client) -> None:
    own = account(client)
    assert client.send("PATCH", f"{own}/{FILE}", b"x", Content_Type=BINARY).code == "0x80060888"
    assert upload(client, f"{own}/{FILE}", b"x", "a/b.txt").code == "0x80044a08"
    assert (upload(client, f"{own}/{FILE}", b"x", "script.JS").code, kept_bytes(client)) == ("0x80043e09", 0)
    assert upload(client, f"{own}/name", b"x").status == 405
    assert upload(client, f"accounts(11111111-1111-1111-1111-111111111111)/{FILE}", b"x").status == 404
    assert upload(client, f"{own}/{FILE}", b"x", If_Match='W/"1"').status == 412
    assert client.post("accounts", {FILE: "x"}).status == 400


def test_chunks_in_any_order_and_more_than_once(client: Client) -> None:
    own, data = account(client), noise(100)
    location = begin(client, f"{own}/{FILE}")
    parts = [(50, 99), (0, 9), (0, 9), (50, 99)]
    assert [chunk(client, location, data, *part).status for part in parts] == [206] * 4
    assert chunk(client, location, data, 10, 49).status == 204
    assert client.get(f"{own}/{FILE}/$value").body == data


@given(cuts=st.sets(st.integers(1, 299), max_size=6), seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_any_cuts_make_the_same_file(cuts: set[int], seed: int) -> None:
    world = fresh_world()
    client = Client(world)
    own, data = account(client), noise(300, seed)
    location, starts = begin(client, f"{own}/{FILE}"), [0, *sorted(cuts)]
    told = [
        chunk(client, location, data, start, end - 1).status
        for start, end in zip(starts, [*starts[1:], len(data)], strict=True)
    ]
    assert told == [206] * (len(starts) - 1) + [204]
    assert client.get(f"{own}/{FILE}/$value").body == data
    world.store.close()


def test_chunks_that_do_not_fit(client: Client) -> None:
    own, data = account(client), noise(100)
    location = begin(client, f"{own}/{FILE}")
    assert chunk(client, location, data, 0, 49).status == 206
    ranges = [
        "bytes 40-59/100",
        "bytes 50-59/100",
        "bytes 90-110/100",
        "bytes 60-50/100",
        "50-99/100",
        "",
        "bytes 0-1/*",
    ]
    for told in ranges:
        answer = client.send("PATCH", location, data[40:60], Content_Type=BINARY, Content_Range=told)
        assert (answer.status, answer.code) == (400, "0x80040203"), told
    other = f"accounts({client.create('accounts', name='Other')})/{FILE}?{location.split('?')[1]}"
    assert chunk(client, other, data, 50, 99).status == 400
    assert chunk(client, location.split("?")[0] + "?sessiontoken=x", data, 50, 99).status == 400
    assert chunk(client, location, data, 50, 99).status == 204
    assert chunk(client, location, data, 50, 99).status == 400


def test_a_file_that_is_too_big(client: Client) -> None:
    own = account(client, MaxSizeInKB=1)
    told = "Attachment file size is too big."
    answer = upload(client, f"{own}/{FILE}", noise(1025))
    assert (answer.status, answer.code, answer.message) == (400, "0x80044a02", told)
    assert chunk(client, begin(client, f"{own}/{FILE}"), noise(2000), 0, 9).code == "0x80044a02"
    assert upload(client, f"{own}/{FILE}", noise(1024)).status == 204


def test_the_limit_is_told_by_metadata(client: Client) -> None:
    account(client, MaxSizeInKB=2048)
    cast = "Microsoft.Dynamics.CRM.FileAttributeMetadata"
    found = client.get(f"{ACCOUNT}(LogicalName='{FILE}')/{cast}?$select=MaxSizeInKB").json()
    assert found["MaxSizeInKB"] == 2048


def test_one_request_takes_128_megabytes_and_no_more(client: Client) -> None:
    own = account(client, MaxSizeInKB=30 * 1024)
    assert upload(client, f"{own}/{FILE}", bytes(20 * MEGA)).status == 204
    assert kept_bytes(client) == 20 * MEGA
    assert upload(client, f"{own}/{FILE}", bytes(128 * MEGA + 1)).status == 413
