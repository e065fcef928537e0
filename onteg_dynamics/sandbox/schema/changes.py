"""RetrieveMetadataChanges: definitions that a query asks for, and what has changed since an earlier answer.

Follows "Query schema definitions" and "Cache schema data".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.members import NAMESPACE, Node
from onteg_dynamics.sandbox.metadata.paths import TYPES
from onteg_dynamics.sandbox.metadata.tables import table_nodes
from onteg_dynamics.sandbox.model import Model
from onteg_dynamics.sandbox.schema.body import check_value
from onteg_dynamics.sandbox.schema.criteria import Test, read_criteria
from onteg_dynamics.sandbox.schema.history import History, history_since, stamp
from onteg_dynamics.sandbox.world import World

_ALWAYS = frozenset({"MetadataId", "LogicalName", "HasChanged"})
_RELATIONSHIPS = ("OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships")
_PARTS: Mapping[str, str] = {
    "Attributes": "AttributeQuery",
    "Keys": "KeyQuery",
    **dict.fromkeys(_RELATIONSHIPS, "RelationshipQuery"),
}
_FILTERS = ("Default", "Attribute", "Relationship", "Label", "OptionSet")


@dataclass(frozen=True)
class _Query:
    """One level of a query: which definitions, and which of their members."""

    test: Test
    names: frozenset[str] | None

    def wants(self, name: str) -> bool:
        """True where a member is asked for; no names mean all."""
        return self.names is None or name in self.names or name in _ALWAYS


@dataclass(frozen=True)
class _Request:
    """A query with what it is asked against."""

    model: Model
    tables: _Query
    parts: Mapping[str, _Query]
    history: History | None
    languages: frozenset[int] | None


def retrieve_changes(world: World, query: Any, client_stamp: str | None, filters: str | None) -> dict[str, Any]:
    """The members of RetrieveMetadataChangesResponse.

    Args:
        world: The sandbox.
        query: An EntityQueryExpression, or None for everything.
        client_stamp: The stamp of the answer that the client has, or None for a first one.
        filters: Which deleted definitions to name, or None.

    Raises:
        Refusal: The query cannot be read; the stamp is too old.
    """
    history = history_since(world, client_stamp) if client_stamp else None
    request = _read(world.model, query or {}, history)
    documents = [_table(request, node) for node in table_nodes(world.model) if request.tables.test(node)]
    return {
        "ServerVersionStamp": stamp(world),
        "EntityMetadata": [document for document in documents if document is not None],
        "DeletedMetadata": _deleted(history, filters),
    }


def _read(model: Model, query: Mapping[str, Any], history: History | None) -> _Request:
    check_value(query, "mscrm.EntityQueryExpression", "EntityQueryExpression")
    tables = _level(query)
    for part in ("AttributeQuery", "KeyQuery", "RelationshipQuery"):
        _check_part(query, part, tables)
    parts = {name: _level(query.get(part) or {}) for name, part in _PARTS.items()}
    languages = (query.get("LabelQuery") or {}).get("FilterLanguages")
    return _Request(model, tables, parts, history, frozenset(languages) if languages else None)


def _level(query: Mapping[str, Any]) -> _Query:
    properties = query.get("Properties") or {}
    names = properties.get("PropertyNames")
    if properties.get("AllProperties") or names is None:
        return _Query(read_criteria(query.get("Criteria")), None)
    for name in names:
        _check_name(name)
    return _Query(read_criteria(query.get("Criteria")), frozenset(names))


def _check_name(name: str) -> None:
    if not any(name in kind.members or name in kind.navigations for kind in TYPES.values()):
        raise refusals.unknown_property(name, f"{NAMESPACE}.ComplexEntityMetadata")


def _check_part(query: Mapping[str, Any], part: str, tables: _Query) -> None:
    if query.get(part) is None or any(tables.wants(name) for name, of in _PARTS.items() if of == part):
        return
    if part == "RelationshipQuery":
        raise refusals.relationship_query_alone()
    wanted = "Attributes" if part == "AttributeQuery" else "Keys"
    raise refusals.bad_definition(f"The property {wanted} must be requested when there is an {part}.")


def _table(request: _Request, node: Node) -> dict[str, Any] | None:
    """A table's document, or None where nothing of it has changed."""
    parts: dict[str, Any] = {}
    for name, navigation in node.type.navigations.items():
        if not request.tables.wants(name):
            parts[name] = None
            continue
        found = [item for item in navigation.get(request.model, node.subject) if request.parts[name].test(item)]
        documents = (_document(request, item, request.parts[name], navigation.type) for item in found)
        parts[name] = [document for document in documents if document is not None]
    history = request.history
    is_changed = history is not None and node.subject.metadata_id in history.changed
    if history is not None and not is_changed and not any(parts.values()):
        return None
    return {**_members(request, node, request.tables, is_changed=is_changed), **parts}


def _document(request: _Request, node: Node, query: _Query, declared: str) -> dict[str, Any] | None:
    """A column's, key's or relationship's document, or None where it has not changed."""
    history = request.history
    choice = _choice(request, node) if query.wants("OptionSet") else None
    own = history is not None and node.value("MetadataId") in history.changed
    inner = history is not None and choice is not None and choice["MetadataId"] in history.changed
    if history is not None and not own and not inner:
        return None
    head = {} if node.type.name == declared else {"@odata.type": f"#{NAMESPACE}.Complex{node.type.name}"}
    document = {**head, **_members(request, node, query, is_changed=own)}
    if "OptionSet" in node.type.navigations:
        document["OptionSet"] = choice
    return document


def _choice(request: _Request, node: Node) -> dict[str, Any] | None:
    navigation = node.type.navigations.get("OptionSet")
    if navigation is None:
        return None
    found: Node = navigation.get(request.model, node.subject)
    history = request.history
    is_changed = history is not None and found.value("MetadataId") in history.changed
    return _members(request, found, _Query(lambda _node: True, None), is_changed=is_changed)


def _members(request: _Request, node: Node, query: _Query, *, is_changed: bool) -> dict[str, Any]:
    """All members of a definition; those that nobody asked for are null."""
    names: Iterable[str] = node.type.members
    document = {name: _value(request, node, name) if query.wants(name) else None for name in names}
    document["HasChanged"] = None if request.history is None else is_changed
    return document


def _value(request: _Request, node: Node, name: str) -> Any:
    value = node.value(name)
    return value if request.languages is None else _spoken(value, request.languages)


def _spoken(value: Any, languages: frozenset[int]) -> Any:
    """A value whose labels are in these languages only."""
    if isinstance(value, list):
        return [_spoken(item, languages) for item in value]
    if not isinstance(value, dict):
        return value
    if "LocalizedLabels" in value:
        found = [item for item in value["LocalizedLabels"] if item["LanguageCode"] in languages]
        return {**value, "LocalizedLabels": found}
    return {name: _spoken(item, languages) for name, item in value.items()}


def _deleted(history: History | None, filters: str | None) -> dict[str, Any]:
    wanted = {name.strip() for name in (filters or "").split(",") if name.strip()}
    unknown = wanted - {*_FILTERS, "All"}
    if unknown:
        raise refusals.bad_definition(f"'{unknown.pop()}' is no filter of deleted metadata.")
    found = {
        name: {"Items": history.deleted[name]}
        for name in _FILTERS
        if history is not None and wanted & {name, "All"} and history.deleted.get(name)
    }
    return {"Count": len(found), "IsReadOnly": False, "Keys": list(found), "Values": list(found.values())}
