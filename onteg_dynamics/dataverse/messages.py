"""Functions and actions of the service: which there are, and calling one.

Implements "Use Web API functions" and "Use Web API actions".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onteg_dynamics.dataverse.arguments import Arguments
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, dumps, error_of
from onteg_dynamics.dataverse.rows import Key, row_address
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.dataverse.vocabulary import ANY_ROW, Message, Vocabulary, read_vocabulary
from onteg_dynamics.errors import InputError, Problem, UnknownNameError

__all__ = ["call", "find_message", "vocabulary"]

_CRM = "Microsoft.Dynamics.CRM."


def vocabulary(link: Link) -> Vocabulary:
    """The functions and actions of the environment, custom APIs included; asked once for each connection."""

    def learn() -> Vocabulary:
        response = link.exchange(Request("GET", "$metadata", headers={"Accept": "application/xml"}))
        if response.status >= 300:
            raise error_of(response)
        return read_vocabulary(response.body)

    return link.metadata.once("vocabulary", learn)


def find_message(link: Link, name: str, kind: str = "", table: Table | None = None, *, on_row: bool = False) -> Message:
    """The function or action of that name.

    Args:
        link: the client at work.
        name: its name, with or without namespace, in any case.
        kind: ``function`` or ``action``; "" for either.
        table: the table that it is called on.
        on_row: it is called on one row of that table.

    Raises:
        UnknownNameError: there is none; says which is meant, perhaps.
        InputError: it is called on something else.
    """
    words = vocabulary(link)
    plain = name.strip().removeprefix(_CRM)
    named = words.messages.get(plain) or _in_any_case(words, plain)
    fitting = [one for one in named if not kind or one.kind == kind]
    if not fitting:
        raise _unknown(words, plain, kind)
    chosen = next((one for one in fitting if _fits(one, table, on_row=on_row)), None)
    if chosen is None:
        raise InputError((Problem("table", "", _where(fitting)),))
    return chosen


def call(link: Link, message: Message, values: Mapping[str, Any], table: Table | None = None, key: Key = "") -> Any:
    """Call a function or an action.

    Args:
        link: the client at work.
        message: what to call.
        values: its parameters; see `Arguments.body`.
        table: the table that it is called on, for a bound one.
        key: the row that it is called on, by id or alternate key; "" for the table itself.

    Returns:
        The result: a value, a row, rows, or an object of the result's members; annotations are taken out, and a row's
        type is told in ``table``. None where there is no result.

    Raises:
        InputError: parameters do not fit. Nothing was sent.
        ServiceError: the service refuses it.
    """
    path = _path(link, message, table, key)
    arguments = Arguments(link, vocabulary(link), message)
    if message.is_function:
        return _result(link.send(Request("GET", path + _inline(arguments.aliases(values)))).data)
    return _result(link.send(Request("POST", path, dumps(arguments.body(values)), JSON_BODY)).data)


def _path(link: Link, message: Message, table: Table | None, key: Key) -> str:
    if not message.table or table is None:
        return message.name
    target = table.entity_set if message.on_collection else row_address(link, table, key)
    return f"{target}/{_CRM}{message.name}"


def _inline(aliases: Mapping[str, str]) -> str:
    """``(A=@p1,B=@p2)?@p1=…&@p2=…``: values in the address itself trip over their own punctuation."""
    if not aliases:
        return "()"
    numbered = {name: f"@p{number}" for number, name in enumerate(aliases, 1)}
    inside = ",".join(f"{name}={alias}" for name, alias in numbered.items())
    return f"({inside})" + query_string({numbered[name]: value for name, value in aliases.items()})


def _in_any_case(words: Vocabulary, name: str) -> tuple[Message, ...]:
    return next((found for known, found in words.messages.items() if known.casefold() == name.casefold()), ())


def _fits(message: Message, table: Table | None, *, on_row: bool) -> bool:
    if not message.table or table is None:
        return not message.table and table is None
    return message.on_collection is not on_row and (message.table == table.name or message.table in ANY_ROW)


def _where(messages: Sequence[Message]) -> str:
    """On what the message is called."""
    places = {_place(message) for message in messages}
    return f"{messages[0].name} is called on {' or '.join(sorted(places))}"


def _place(message: Message) -> str:
    if not message.table:
        return "nothing: leave Table and Row empty"
    return f"the table {message.table}, no row" if message.on_collection else f"a row of {message.table}"


def _unknown(words: Vocabulary, name: str, kind: str) -> UnknownNameError:
    known = [other for other, found in words.messages.items() if not kind or any(one.kind == kind for one in found)]
    text = f"the environment has no such {kind or 'message'}. {suggest(name, known)}".strip()
    return UnknownNameError((Problem(kind or "message", "", text),))


def _result(data: Any) -> Any:
    if not isinstance(data, Mapping):
        return data
    plain = _plain(data)
    return plain["value"] if list(plain) == ["value"] else plain


def _plain(value: Any) -> Any:
    """Without annotations; rows of several tables say which they are of."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    kind = str(value.get("@odata.type", "")).removeprefix("#").removeprefix(_CRM)
    members = {name: _plain(one) for name, one in value.items() if "@" not in name}
    return {"table": kind, **members} if kind else members
