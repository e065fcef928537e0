from __future__ import annotations

import gzip

from onteg_dynamics.sandbox.faults.rows import count_rows

JSON = {"content-type": "application/json; odata.metadata=minimal"}


def test_lists_targets_and_operations_are_counted() -> None:
    assert count_rows(b"", JSON, b'{"value":[1,2,3]}') == 3
    assert count_rows(b"", {**JSON, "content-encoding": "gzip"}, gzip.compress(b'{"value":[1,2]}')) == 2
    assert count_rows(b'{"Targets":[1,2,3,4]}', JSON, b'{"Ids":[]}') == 4
    part = (
        b"--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET x HTTP/1.1\r\n\r\n\r\n"
    )
    assert count_rows(part * 5, {"content-type": "multipart/mixed; boundary=x"}, b"") == 5


def test_everything_else_is_one_row() -> None:
    assert count_rows(b"", JSON, b'{"name":"A"}') == 1
    assert count_rows(b'{"name":"A"}', {}, b"") == 1
    assert count_rows(b"\xff", {"content-type": "application/octet-stream"}, b"\xff") == 1
