"""Links between rows: over lookups from either side, and over many-to-many relationships.

Implements "Associate and disassociate table rows using the Web API".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string, row_path
from onteg_dynamics.dataverse.paging import every_row
from onteg_dynamics.dataverse.protocol import Repeat, Request, dumps, read
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import ConflictError, NotFoundError, Problem, UnknownNameError

__all__ = ["Way", "find_way", "relate", "related_ids", "unrelate", "ways"]

_ONE = "SchemaName,ReferencedEntity,ReferencedEntityNavigationPropertyName,ReferencingEntity,"
_ONE += "ReferencingEntityNavigationPropertyName,ReferencingAttribute"
_MANY = "SchemaName,Entity1LogicalName,Entity1NavigationPropertyName,Entity2LogicalName,Entity2NavigationPropertyName"


@dataclass(frozen=True)
class Way:
    """A way from one table's rows to another's.

    Attributes:
        schema_name: of the relationship.
        navigation: the property of the first table that leads over it.
        target: logical name of the other table.
        kind: ``many_to_one`` (a lookup of the first table), ``one_to_many`` or ``many_to_many``.
        column: the lookup column, "" for many-to-many.
    """

    schema_name: str
    navigation: str
    target: str
    kind: str
    column: str = ""

    @property
    def is_collection(self) -> bool:
        """Whether it leads to many rows."""
        return self.kind != "many_to_one"


def ways(link: Link, table: Table) -> Sequence[Way]:
    """All ways from a table's rows, asked for once."""
    return link.metadata.once(("ways", table.name), lambda: _ways(link, table))


def find_way(link: Link, table: Table, target: Table, relationship: str = "", field: str = "relationship") -> Way:
    """The way from one table's rows to another's.

    Args:
        link: the client at work.
        table: the first table.
        target: the other one.
        relationship: schema name, navigation property or lookup column; may be left out where there is one way only.
        field: what it is called where something is wrong with it.

    Raises:
        UnknownNameError: there is no such way, or several where none was named.
    """
    fitting = [way for way in ways(link, table) if way.target == target.name]
    wanted = relationship.casefold()
    found = [
        way
        for way in fitting
        if not wanted or wanted in {way.schema_name.casefold(), way.navigation.casefold(), way.column.casefold()}
    ]
    if len(found) == 1:
        return found[0]
    raise UnknownNameError((Problem(field, "", _unclear(table, target, fitting, relationship, several=bool(found))),))


def relate(link: Link, table: Table, row_id: str, way: Way, target: Table, other_id: str) -> bool:
    """Link two rows; tells whether that was new. A lookup that holds another row is changed.

    Args:
        link: the client at work.
        table: the first row's table.
        row_id: its GUID.
        way: from the one to the other.
        target: the other row's table.
        other_id: its GUID.
    """
    path = f"{row_path(table.entity_set, row_id)}/{way.navigation}/$ref"
    body = dumps({"@odata.id": link.transport.root + row_path(target.entity_set, other_id)})
    method = "POST" if way.is_collection else "PUT"
    try:
        link.send(Request(method, path, body, repeat=Repeat.ALWAYS))
    except ConflictError:
        return False  # the pair is there already
    return True


def unrelate(link: Link, table: Table, row_id: str, way: Way, target: Table, other_id: str | None) -> bool:
    """Take a link away; tells whether there was one.

    Args:
        link: the client at work.
        table: the first row's table.
        row_id: its GUID.
        way: from the one to the other.
        target: the other row's table.
        other_id: the row to take out of a collection; not needed for a lookup.
    """
    base = f"{row_path(table.entity_set, row_id)}/{way.navigation}"
    if not way.is_collection:
        link.send(Request("DELETE", f"{base}/$ref"))
        return True
    address = query_string({"$id": link.transport.root + row_path(target.entity_set, other_id or "")})
    response = link.exchange(Request("DELETE", f"{base}/$ref{address}"))
    try:
        read(response)
    except NotFoundError:
        return False
    return True


def related_ids(link: Link, table: Table, row_id: str, way: Way, target: Table) -> list[str]:
    """The GUIDs of all rows that a row is linked with over a collection."""
    path = f"{row_path(table.entity_set, row_id)}/{way.navigation}{query_string({'$select': target.primary_id})}"
    return [row[target.primary_id] for row in every_row(link, path)]


def _ways(link: Link, table: Table) -> tuple[Way, ...]:
    base = f"EntityDefinitions(LogicalName={literal(table.name)})"
    answers = link.fetch(
        [
            f"{base}/ManyToOneRelationships?$select={_ONE}",
            f"{base}/OneToManyRelationships?$select={_ONE}",
            f"{base}/ManyToManyRelationships?$select={_MANY}",
        ]
    )
    to_one, to_many, pairs = (answer["value"] for answer in answers)
    return (*_to_one(to_one), *_to_many(to_many), *_pairs(pairs, table))


def _to_one(items: Iterable[Mapping[str, Any]]) -> Iterator[Way]:
    for item in items:
        navigation, column = item["ReferencingEntityNavigationPropertyName"], item["ReferencingAttribute"]
        if navigation:
            yield Way(item["SchemaName"], navigation, item["ReferencedEntity"], "many_to_one", column)


def _to_many(items: Iterable[Mapping[str, Any]]) -> Iterator[Way]:
    for item in items:
        navigation, column = item["ReferencedEntityNavigationPropertyName"], item["ReferencingAttribute"]
        if navigation:
            yield Way(item["SchemaName"], navigation, item["ReferencingEntity"], "one_to_many", column)


def _pairs(items: Iterable[Mapping[str, Any]], table: Table) -> Iterator[Way]:
    for item in items:
        for near, far in (("1", "2"), ("2", "1")):
            if item[f"Entity{near}LogicalName"] == table.name:
                navigation = item[f"Entity{near}NavigationPropertyName"]
                yield Way(item["SchemaName"], navigation, item[f"Entity{far}LogicalName"], "many_to_many")


def _unclear(table: Table, target: Table, fitting: Sequence[Way], relationship: str, *, several: bool) -> str:
    names = sorted({way.navigation for way in fitting})
    if not fitting:
        return f"{table.name} and {target.name} are not related"
    if several or not relationship:
        return f"there are several ways from {table.name} to {target.name}; choose one of {', '.join(names[:12])}"
    return f"there is no such way from {table.name} to {target.name}. {suggest(relationship, names)}".strip()
