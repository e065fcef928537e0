"""Query options → query ("Query data using the Web API")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Model, Navigation, Table
from onteg_dynamics.sandbox.query.parse import parse_filter, parse_operand
from onteg_dynamics.sandbox.query.query import MAX_ROWS, Expand, Order, Query
from onteg_dynamics.sandbox.query.split import pieces
from onteg_dynamics.sandbox.query.tree import Path

MAX_EXPANDS = 15
_KNOWN = frozenset({"$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken"})
_REFUSED = frozenset({"$skip", "$search", "$format", "$compute", "$levels", "$index", "$schemaversion"})
_ELSEWHERE = frozenset({"$apply", "fetchxml", "savedquery", "userquery", "sql"})
_IN_EXPAND = frozenset({"$select", "$filter", "$orderby", "$top", "$expand"})
_NARROW = frozenset({"$select", "$filter", "$expand"})
_PRINCIPALS = frozenset({"systemuser", "team"})
_EXPAND = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)(?P<ref>/\$ref)?\s*(?:\((?P<options>.*)\))?\s*", re.DOTALL)
_ADDRESS = re.compile(r"(?P<prefix>\w+?)_(?:line[123]|city|stateorprovince|postalcode|country)")


def parse_query(model: Model, table: Table, options: Sequence[tuple[str, str]]) -> Query:
    """The query that some options ask for.

    Args:
        model: The metadata.
        table: The table to read.
        options: Query options, percent-decoded.

    Raises:
        Refusal: An option is unknown, not supported, given twice, or cannot be read.
    """
    given = _checked(options)
    aliases = {name: value for name, value in options if name.startswith("@")}
    return _query(model, table, given, aliases, nested=False)


def _checked(options: Iterable[tuple[str, str]]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in options:
        if name.lower() in _ELSEWHERE:
            raise refusals.not_covered(f"the query option {name}")
        if not name.startswith("$"):
            continue
        if name in _REFUSED:
            raise refusals.query_error(f"The query option '{name}' is not supported.")
        if name not in _KNOWN:
            raise refusals.query_error(f"The query parameter '{name}' is not supported.")
        if name in given:
            raise refusals.query_error(f"Query option '{name}' was specified more than once, but it must be once.")
        given[name] = value
    return given


def _query(model: Model, table: Table, given: Mapping[str, str], aliases: Mapping[str, str], *, nested: bool) -> Query:
    asked = _names(given.get("$select"))
    text = given.get("$filter")
    expands = tuple(_expand(model, table, piece, aliases) for piece in pieces(given.get("$expand", ""), ",") if piece)
    _check_expands(expands, nested=nested)
    return Query(
        table=table,
        columns=_columns(table, asked),
        asked=asked,
        filter=parse_filter(text, aliases) if text is not None else None,
        order=parse_order(given.get("$orderby", ""), aliases),
        top=parse_top(given.get("$top")),
        count=parse_count(given.get("$count")),
        expands=expands,
        token=given.get("$skiptoken"),
    )


def _names(text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    return () if "*" in names else names


def _columns(table: Table, asked: tuple[str, ...]) -> tuple[Column, ...]:
    if not asked:
        return tuple(column for column in table.stored if column.valid_for_read and column.type != "Image")
    chosen: dict[str, Column] = {}
    for name in asked:
        column = table.properties.get(name)
        if column is None:
            raise refusals.unknown_property(name, table.type_name)
        if column.valid_for_read:
            chosen[column.logical_name] = column
    for name in companions(table, tuple(chosen.values())):
        if name in table.columns and table.columns[name].is_stored:
            chosen.setdefault(name, table.columns[name])
    return tuple(chosen.values())


def companions(table: Table, chosen: Iterable[Column]) -> Iterable[str]:
    """Columns that come without being asked for: the key, a money column's currency, an address as a whole."""
    for column in chosen:
        address = _ADDRESS.fullmatch(column.logical_name)
        if column.type == "Money":
            yield "transactioncurrencyid"
        elif address is not None:
            yield f"{address['prefix']}_composite"
    yield table.primary_id
    if table.logical_name in _PRINCIPALS:
        yield "ownerid"


def parse_order(text: str, aliases: Mapping[str, str]) -> tuple[Order, ...]:
    """What ``$orderby`` says.

    Raises:
        Refusal: It cannot be read.
    """
    return tuple(_order(piece, aliases) for piece in pieces(text, ",") if piece.strip())


def _order(piece: str, aliases: Mapping[str, str]) -> Order:
    words = piece.split()
    descending = len(words) == 2 and words[1] == "desc"
    if len(words) > 2 or (len(words) == 2 and words[1] not in {"asc", "desc"}):
        raise refusals.query_error(f"Syntax error at position {len(words[0]) + 1} in '{piece.strip()}'.")
    operand = parse_operand(words[0], aliases)
    if not isinstance(operand, Path):
        raise refusals.query_error(f"'{piece.strip()}' is no property to order by.")
    return Order(operand, descending)


def parse_top(text: str | None) -> int | None:
    """What ``$top`` says, at most what one page holds.

    Raises:
        Refusal: It is no number.
    """
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise refusals.query_error(
            f"Invalid value '{text}' for $top query option found. "
            "The $top query option requires a non-negative integer value."
        )
    return min(int(text), MAX_ROWS)


def parse_count(text: str | None) -> bool:
    """What ``$count`` says.

    Raises:
        Refusal: It is neither true nor false.
    """
    if text not in {None, "true", "false"}:
        raise refusals.query_error(
            f"Invalid value '{text}' for $count query option found. Valid values are 'true' and 'false'."
        )
    return text == "true"


def _expand(model: Model, table: Table, piece: str, aliases: Mapping[str, str]) -> Expand:
    match = _EXPAND.fullmatch(piece)
    navigation = model.navigation(table.logical_name, match["name"]) if match else None
    if match is None or navigation is None:
        raise refusals.unknown_property(match["name"] if match else piece.strip()[:100], table.type_name)
    target = model.table(navigation.target)
    if target is None:
        raise refusals.not_covered(f"expanding {navigation.name}")
    if match["ref"] and navigation.is_collection:
        raise refusals.query_error("Expand with $ref is only supported on lookup type navigation property.")
    given = _nested_options(match["options"] or "")
    query = _query(model, target, given, aliases, nested=True)
    _check_nesting(navigation, query, given)
    return Expand(navigation, query, (match["options"] or "").strip(), reference=bool(match["ref"]))


def _nested_options(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for piece in pieces(text, ";"):
        name, equals, value = piece.strip().partition("=")
        if not name:
            continue
        if name not in _IN_EXPAND or not equals:
            raise refusals.query_error(f"The query option '{name}' is not supported within $expand.")
        given[name] = value.strip()
    return given


def _check_expands(expands: tuple[Expand, ...], *, nested: bool) -> None:
    """Many-to-many relationships are expanded by themselves only ("Supported Relationship types for $expand")."""
    if not nested and _size(expands) > MAX_EXPANDS:
        raise refusals.query_error(f"The maximum number of expanded navigation properties, {MAX_EXPANDS}, is exceeded.")
    if len({expand.navigation.kind == "many" for expand in expands}) > 1:
        raise refusals.query_error(
            "Expanding a many-to-many relationship together with other navigation properties is not supported."
        )


def _check_nesting(navigation: Navigation, query: Query, given: Mapping[str, str]) -> None:
    """What Dataverse does not do below a lookup or beside a deeper expand."""
    if (not navigation.is_collection or query.expands) and not given.keys() <= _NARROW:
        raise refusals.query_error(
            "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested "
            "one-to-many relationship."
        )
    if any(inner.navigation.kind == "many" for inner in query.expands):
        raise refusals.query_error("Nested $expand on a many-to-many relationship is not supported.")


def _size(expands: tuple[Expand, ...]) -> int:
    return sum(1 + _size(expand.query.expands) for expand in expands)
