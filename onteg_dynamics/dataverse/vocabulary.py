"""The functions and actions of the service with the types of their parameters, read from ``$metadata``. Pure.

Implements "Web API service documents" (CSDL): OData 4.0 CSDL §12 (functions and actions), §9 and §10 (types).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, iterparse

from onteg_dynamics.errors import ErrorDetails, TransportError

__all__ = ["ANY_ROW", "Message", "Parameter", "Vocabulary", "read_vocabulary"]

ANY_ROW = frozenset({"crmbaseentity", "principal", "activitypointer", "expando"})
"""Types that stand for rows of several tables."""

_CSDL = "{http://docs.oasis-open.org/odata/ns/edm}"
_PREFIXES = ("mscrm.", "Microsoft.Dynamics.CRM.")


@dataclass(frozen=True)
class Parameter:
    """A parameter.

    Attributes:
        name: as it is sent.
        type: ``Edm.String``, or a type of the service without its namespace; several values in ``Collection(…)``.
        required: whether it must be given, as far as the service tells.
    """

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True)
class Message:
    """A function or an action.

    Attributes:
        name: its name without namespace.
        is_function: a function changes nothing.
        table: logical name of the table whose rows it is bound to, "" for none, ``crmbaseentity`` for any.
        on_collection: it is bound to the table, not to one row.
        parameters: without the one that it is bound to.
        returns: type of the result, "" for none.
    """

    name: str
    is_function: bool
    table: str = ""
    on_collection: bool = False
    parameters: tuple[Parameter, ...] = ()
    returns: str = ""

    @property
    def kind(self) -> str:
        """``function`` or ``action``."""
        return "function" if self.is_function else "action"


@dataclass(frozen=True)
class Vocabulary:
    """What can be called, and the types that are needed for it.

    Attributes:
        messages: by name; one name may be bound to several tables.
        enums: members with their numbers, by type.
        complexes: members with their types, by type.
        rows: the types that are rows of tables.
    """

    messages: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)
    enums: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    complexes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()


def read_vocabulary(document: bytes) -> Vocabulary:
    """The vocabulary of a service's ``$metadata``.

    Args:
        document: the XML; nothing of it but what is asked for stays in memory.

    Raises:
        xml.etree.ElementTree.ParseError: it is no XML.
    """
    messages: dict[str, tuple[Message, ...]] = {}
    enums: dict[str, Mapping[str, int]] = {}
    complexes: dict[str, Mapping[str, str]] = {}
    rows: set[str] = set()
    for kind, element in _elements(document):
        name = element.get("Name", "")
        if kind in ("Function", "Action"):
            messages[name] = (*messages.get(name, ()), _message(element, is_function=kind == "Function"))
        elif kind == "EnumType":
            enums[name] = {one.get("Name", ""): int(one.get("Value", "0")) for one in element.iter(f"{_CSDL}Member")}
        elif kind == "ComplexType":
            complexes[name] = {
                one.get("Name", ""): _short(one.get("Type", "")) for one in element.iter(f"{_CSDL}Property")
            }
        elif kind == "EntityType":
            rows.add(name)
        element.clear()
    return Vocabulary(messages, enums, complexes, frozenset(rows))


_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def _elements(document: bytes) -> Iterator[tuple[str, Element]]:
    """The children of the schemas, one after the other."""
    # Without a document type there are no entities that could be expanded.
    if _FORBIDDEN.search(document) or b"\0" in document:
        raise TransportError("The service's $metadata has a document type, or is not UTF-8; it was not read.")
    try:
        for _, element in iterparse(io.BytesIO(document), events=("end",)):  # noqa: S314
            kind = element.tag.removeprefix(_CSDL)
            if kind in ("Function", "Action", "EnumType", "ComplexType", "EntityType"):
                yield kind, element
    except ParseError as exc:
        where = "at line {}, column {}".format(*exc.position)
        raise TransportError(f"The service's $metadata is no XML {where}.", ErrorDetails(retryable=True)) from None


def _message(element: Element, *, is_function: bool) -> Message:
    parameters = [_parameter(one) for one in element.iter(f"{_CSDL}Parameter")]
    result = element.find(f"{_CSDL}ReturnType")
    returns = "" if result is None else _short(result.get("Type", ""))
    if element.get("IsBound") != "true" or not parameters:
        return Message(element.get("Name", ""), is_function, parameters=tuple(parameters), returns=returns)
    bound, *rest = parameters
    on_collection = bound.type.startswith("Collection(")
    table = bound.type[11:-1] if on_collection else bound.type
    return Message(element.get("Name", ""), is_function, table, on_collection, tuple(rest), returns)


def _parameter(element: Element) -> Parameter:
    # Only text, lists and rows may be null in this document without a word; Nullable="false" marks what is required.
    is_required = element.get("Nullable") == "false"
    return Parameter(element.get("Name", ""), _short(element.get("Type", "")), is_required)


def _short(type_name: str) -> str:
    """A type without its namespace."""
    if type_name.startswith("Collection("):
        return f"Collection({_short(type_name[11:-1])})"
    return next((type_name[len(prefix) :] for prefix in _PREFIXES if type_name.startswith(prefix)), type_name)
