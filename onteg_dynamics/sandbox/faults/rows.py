"""How many rows an exchange was about, for delays that grow with them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

_OPERATION = re.compile(rb"^content-type:\s*application/http\b", re.IGNORECASE | re.MULTILINE)
_GZIP_WINDOW = 31  # zlib's word for a gzip header


def count_rows(sent: bytes, headers: Mapping[str, str], got: bytes) -> int:
    """Rows of a list, targets of a bulk message, operations of a batch; otherwise one.

    Args:
        sent: The request's body.
        headers: The answer's headers by lowercase name.
        got: The answer's body as it goes out.
    """
    if headers.get("content-type", "").startswith("multipart/"):
        return len(_OPERATION.findall(sent))
    body = zlib.decompress(got, _GZIP_WINDOW) if headers.get("content-encoding") == "gzip" else got
    for document, member in ((_json(sent), "Targets"), (_json(body), "value")):
        rows = document.get(member) if isinstance(document, dict) else None
        if isinstance(rows, list):
            return len(rows)
    return 1


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
