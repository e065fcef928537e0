"""Writing OData safely: literals, keys, query strings. Pure.

Implements OData 4.0 URL conventions §5.1.1.6 (literals), §4.3 (keys) and "Filter rows" of the Web API guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

from onteg_dynamics.dataverse.ids import as_guid
from onteg_dynamics.errors import InputError

__all__ = ["FilterTextError", "check_filter", "key_segment", "literal", "query_string", "rename_columns", "row_path"]

_QUOTE = "'"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A text in quotes with its doubled quotes, a text in double quotes (in the JSON lists of query functions), a name
# (qualified ones whole), or any other character.
_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*'|"(?:[^"\\]|\\.)*")|(?P<name>@?[A-Za-z_][A-Za-z0-9_.]*)|(?P<other>.)""", re.DOTALL
)


class FilterTextError(InputError):
    """A filter is not well formed."""


def literal(value: Any) -> str:
    """`value` as an OData literal, not yet percent-encoded.

    Args:
        value: None, bool, int, float, Decimal, date, datetime (naive ones are UTC), UUID or text. Text in the form of a
            GUID or a date stays a text.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, UUID)):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"  # Edm.Decimal knows no exponent
    if isinstance(value, date):
        return _moment(value) if isinstance(value, datetime) else value.isoformat()
    doubled = str(value).replace("'", "''")
    return f"'{doubled}'"


def _moment(value: datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_segment(key: str | Mapping[str, Any]) -> str:
    """The part of a path in parentheses that names one row, percent-encoded.

    Args:
        key: a GUID in any form, or the columns of an alternate key with their values, typed as `literal` wants them.

    Raises:
        InputError: `key` is no GUID, or a column's name is none.
    """
    if isinstance(key, str):
        return f"({as_guid(key)})"
    if not key or not all(_NAME.fullmatch(name) for name in key):
        raise InputError("an alternate key is given by the names of its columns, each with a value")
    return "(" + ",".join(f"{name}={quote(literal(value), safe=_QUOTE)}" for name, value in key.items()) + ")"


def row_path(entity_set: str, key: str | Mapping[str, Any]) -> str:
    """The path of one row, relative to the API's root: ``accounts(…)``."""
    return entity_set + key_segment(key)


def query_string(options: Mapping[str, str | None]) -> str:
    """``?$select=name&$filter=…``, percent-encoded; options without a value are left out; "" if none is left.

    Names and commas of ``$select`` and ``$orderby`` stay readable; everything else is encoded, as the guide asks.
    """
    pairs = [f"{name}={quote(value, safe=_safe(name))}" for name, value in options.items() if value]
    return "?" + "&".join(pairs) if pairs else ""


def _safe(option: str) -> str:
    return ",_" if option in ("$select", "$orderby") else "_'()"


def check_filter(text: str) -> None:
    """Refuse what is certainly wrong in a ``$filter``, before it is sent: quotes and parentheses that do not match.

    Raises:
        FilterTextError: says where.
    """
    depth = 0
    previous = ""
    for kind, piece, position in _tokens(text):
        if kind == "other" and piece in ("'", '"'):
            raise _quote_problem(position)
        if kind == "name" and previous == "text":
            raise _quote_problem(position)
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth < 0:
            raise FilterTextError(f"the closing parenthesis at position {position} has no opening one")
        previous = kind
    if depth:
        raise FilterTextError("a parenthesis is not closed")


def _quote_problem(position: int) -> FilterTextError:
    return FilterTextError(
        f"the quotes do not match near position {position}; a quote inside a text is written twice, as in 'O''Brien'"
    )


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    for match in _TOKEN.finditer(text):
        yield str(match.lastgroup), match[0], match.start()


def rename_columns(text: str, rename: Callable[[str], str]) -> str:
    """`text` (a filter, an order) with its column names replaced; texts in quotes, paths and functions are left alone.

    Args:
        text: OData text.
        rename: gives the new name for a name, or the name itself.
    """
    tokens = list(_tokens(text))
    return "".join(
        rename(token) if kind == "name" and _stands_alone(tokens, index) else token
        for index, (kind, token, _) in enumerate(tokens)
    )


def _stands_alone(tokens: Sequence[tuple[str, str, int]], index: int) -> bool:
    """Whether this name is a column: not part of a path, not a function, not the name of a parameter."""
    before = tokens[index - 1][1] if index else ""
    after = tokens[index + 1][1] if index + 1 < len(tokens) else ""
    return before not in ("/", "=") and after not in ("/", "(", ":", "=")
