"""Query options on metadata: ``$select``, ``$filter``, ``$expand`` with nested options; and the JSON that follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.filters import Predicate, parse_filter
from onteg_dynamics.sandbox.metadata.members import MetadataType, NavigationMember, Node
from onteg_dynamics.sandbox.model import Model

TypesByName = dict[str, MetadataType]


@dataclass(frozen=True)
class Options:
    """What a request asks of documents of one type."""

    select: tuple[str, ...] = ()
    filter: Predicate | None = None
    expand: tuple[tuple[NavigationMember, Options], ...] = ()
    count: bool = False
    names: tuple[str, ...] = field(default=())

    def chosen(self, nodes: Sequence[Node]) -> list[Node]:
        """The documents that pass the filter."""
        return [node for node in nodes if self.filter is None or self.filter(node)]


def parse_options(pairs: Sequence[tuple[str, str]], kind: MetadataType, types: TypesByName) -> Options:
    """The query options of a URL, or of an ``$expand``'s parentheses, for documents of a type.

    Raises:
        Refusal: An option that metadata does not know, or a name that the type does not have.
    """
    select: tuple[str, ...] = ()
    predicate: Predicate | None = None
    expand: tuple[tuple[NavigationMember, Options], ...] = ()
    count = False
    for name, value in pairs:
        if name == "$select":
            select = _selected(value, kind)
        elif name == "$filter":
            predicate = _filter(value, kind)
        elif name == "$expand":
            expand = tuple(_expanded(value, kind, types))
        elif name == "$count":
            count = value == "true"
        elif name.startswith("$"):
            raise refusals.query_error(f"The query parameter {name} is not supported")
    names = tuple(item.name for item, _ in expand)
    return Options(select, predicate, expand, count, (*select, *names) if select else names)


def render(node: Node, options: Options, model: Model, declared: MetadataType | None) -> dict[str, Any]:
    """The JSON of a document.

    Args:
        node: The document.
        options: What to show; without ``$select`` everything.
        model: The metadata, for expanded documents.
        declared: The type that the address promises; a document of a derived type names its own.
    """
    document: dict[str, Any] = {}
    if node.type is not declared:
        document["@odata.type"] = f"#{node.type.full_name}"
    for name in options.select or node.type.members:
        document[name] = node.value(name)
    if "MetadataId" not in document and "MetadataId" in node.type.members:
        document["MetadataId"] = node.value("MetadataId")
    for navigation, inner in options.expand:
        document[navigation.name] = _expansion(node, navigation, inner, model)
    return document


def split_outside(text: str, mark: str) -> Iterator[str]:
    """The pieces between marks that stand outside quotes and parentheses."""
    depth, quoted, start = 0, False, 0
    for position, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == mark and depth == 0 and not quoted:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _selected(value: str, kind: MetadataType) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if "*" in names:
        return ()
    for name in names:
        if name not in kind.members:
            raise refusals.unknown_property(name, kind.full_name)
    return names


def _filter(value: str, kind: MetadataType) -> Predicate:
    """Global choices cannot be filtered ("Query table definitions using the Web API")."""
    if kind.is_a("OptionSetMetadataBase"):
        raise refusals.query_error("The query parameter $filter is not supported")
    return parse_filter(value, kind)


def _expanded(value: str, kind: MetadataType, types: TypesByName) -> Iterator[tuple[NavigationMember, Options]]:
    for part in split_outside(value, ","):
        name, _, inner = part.strip().partition("(")
        navigation = kind.navigations.get(name.strip())
        if navigation is None:
            raise refusals.unknown_property(name, kind.full_name)
        if inner and not inner.endswith(")"):
            raise refusals.query_error(f"Syntax error in '{part}'.")
        pairs = [_pair(piece) for piece in split_outside(inner[:-1], ";") if piece.strip()]
        yield navigation, parse_options(pairs, types[navigation.type], types)


def _pair(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    return name.strip(), value.strip()


def _expansion(node: Node, navigation: NavigationMember, options: Options, model: Model) -> Any:
    found = navigation.get(model, node.subject)
    if navigation.is_collection:
        return [render(item, options, model, _declared(item, navigation)) for item in options.chosen(found)]
    return None if found is None else render(found, options, model, _declared(found, navigation))


def _declared(node: Node, navigation: NavigationMember) -> MetadataType | None:
    return node.type if node.type.name == navigation.type else None
