"""Dropdowns: what fills a field whose ``x-onteg-choices`` names a source. Typed text is always taken too.

Each source is a function of the client and the values of other fields. ``search`` is what a person has typed so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Choice, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.client import Dataverse
    from onteg_dynamics.dataverse.offers import Offer
    from onteg_dynamics.dataverse.tables import Column, Table
    from onteg_dynamics.dataverse.vocabulary import Message

__all__ = ["SOURCES", "onteg_choices"]

Params = Mapping[str, str]
Source = Callable[["Dataverse", Params], Iterable[Choice]]


@hookimpl
def onteg_choices(source: str, params: Params, dataverse: Dataverse) -> Sequence[Choice] | None:
    """The entries of a dropdown of this connector."""
    fill = SOURCES.get(source)
    return None if fill is None else list(fill(dataverse, params))


def _table(dataverse: Dataverse, params: Params, name: str = "table") -> Table:
    return dataverse.table(_needed(params, name))


def _needed(params: Params, name: str) -> str:
    value = str(params.get(name) or "").strip()
    if not value:
        raise InputError((Problem(name, "", "is needed before this can be chosen"),))
    return value


def _tables(dataverse: Dataverse, _: Params) -> Iterable[Choice]:
    return (_named(table.name, table.label) for table in dataverse.tables())


def _columns(fits: Callable[[Column], bool]) -> Source:
    def fill(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
        columns = dataverse.columns(_table(dataverse, params)).visible()
        return (_named(column.name, column.label) for column in columns if fits(column))

    return fill


def _options(column: str = "") -> Source:
    def fill(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
        found = dataverse.details(_table(dataverse, params), column or _needed(params, "column"))
        return (Choice(choice.value, choice.label) for choice in found.choices)

    return fill


def _targets(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.offers import tables_of

    tables = tables_of(dataverse, _table(dataverse, params), _needed(params, "column"))
    return (_named(table.name, table.label) for table in tables)


def _rows(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.offers import offers

    return (Choice(offer.id, offer.name) for offer in offers(dataverse, _table(dataverse, params), _search(params)))


def _lookup(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.offers import offers_for

    table = _table(dataverse, params)
    return _told(list(offers_for(dataverse, table, _needed(params, "column"), _search(params))))


def _rows_of(*tables: str) -> Source:
    def fill(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
        from onteg_dynamics.dataverse.offers import offers

        known = (dataverse.table(name) for name in tables)
        return _told([offer for table in known for offer in offers(dataverse, table, _search(params))])

    return fill


def _users(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.offers import users

    return (Choice(own, name) for own, name in users(dataverse, _search(params)))


def _told(found: Sequence[Offer]) -> Iterable[Choice]:
    """Rows of one table by id; where they are of several, each with its table."""
    if len({offer.table.name for offer in found}) < 2:
        return (Choice(offer.id, offer.name) for offer in found)
    return (Choice(f"{offer.table.entity_set}({offer.id})", f"{offer.name} ({offer.table.label})") for offer in found)


def _search(params: Params) -> str:
    return str(params.get("search") or "")


def _keys(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.definitions import keys

    found = keys(dataverse, _table(dataverse, params))
    return (Choice(key["name"], f"{key['label']} ({', '.join(key['columns'])})") for key in found)


def _views(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.definitions import views

    found = views(dataverse, _table(dataverse, params))
    return (Choice(view["id"], f"{view['name']} ({view['kind']})") for view in found)


def _global_choices(dataverse: Dataverse, _: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.definitions import global_choice_names

    return (_named(name, label) for name, label in global_choice_names(dataverse))


def _relationships(dataverse: Dataverse, params: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.relations import ways

    found = ways(dataverse, _table(dataverse, params))
    target = dataverse.table(params["related_table"]).name if params.get("related_table") else None
    return (Choice(way.navigation, f"{way.navigation} → {way.target}") for way in found if target in (None, way.target))


def _custom_relationships(dataverse: Dataverse, _: Params) -> Iterable[Choice]:
    from onteg_dynamics.dataverse.definitions import custom_relationships

    return (_named(name, " → ".join(tables)) for name, tables in custom_relationships(dataverse))


def _messages(kind: str) -> Source:
    def fill(dataverse: Dataverse, _: Params) -> Iterable[Choice]:
        from onteg_dynamics.dataverse.messages import vocabulary

        messages = vocabulary(dataverse).messages
        names = sorted(name for name, found in messages.items() if any(kind in one.kind for one in found))
        return (Choice(name, _bound(messages[name])) for name in names)

    return fill


def _bound(messages: Sequence[Message]) -> str:
    tables = sorted({message.table for message in messages if message.table})
    shown = ", ".join(tables[:3]) + (" …" if len(tables) > 3 else "")
    return f"{messages[0].name} ({shown})" if tables else messages[0].name


def _named(name: str, label: str) -> Choice:
    return Choice(name, f"{label} ({name})")


SOURCES: Mapping[str, Source] = {
    "tables": _tables,
    "columns": _columns(lambda _: True),
    "creatable_columns": _columns(lambda column: column.creatable),
    "updatable_columns": _columns(lambda column: column.updatable),
    "lookups": _columns(lambda column: column.is_lookup),
    "choices": _options(),
    "states": _options("statecode"),
    "status_reasons": _options("statuscode"),
    "global_choices": _global_choices,
    "rows": _rows,
    "lookup": _lookup,
    "targets": _targets,
    "owners": _rows_of("systemuser", "team"),
    "users": _users,
    "parties": _rows_of("contact", "account", "lead", "systemuser", "queue"),
    "keys": _keys,
    "views": _views,
    "relationships": _relationships,
    "custom_relationships": _custom_relationships,
    "messages": _messages(""),
    "functions": _messages("function"),
    "actions": _messages("action"),
}
"""By the name that a field's ``x-onteg-choices`` gives."""
