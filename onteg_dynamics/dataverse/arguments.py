"""Parameters as people write them → what functions and actions of the service take.

Implements "Use Web API functions" and "Use Web API actions".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.matching import in_python
from onteg_dynamics.dataverse.odata import literal, row_path
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Column, Details, Table
from onteg_dynamics.dataverse.values import to_wire
from onteg_dynamics.dataverse.vocabulary import ANY_ROW, Message, Vocabulary
from onteg_dynamics.errors import InputError, OntegError, Problem

__all__ = ["Arguments"]

_CRM = "Microsoft.Dynamics.CRM."
_COLUMN_TYPES = {
    "Edm.String": "String",
    "Edm.Boolean": "Boolean",
    "Edm.Int16": "Integer",
    "Edm.Int32": "Integer",
    "Edm.Int64": "BigInt",
    "Edm.Decimal": "Decimal",
    "Edm.Double": "Double",
    "Edm.Single": "Double",
    "Edm.DateTimeOffset": "DateTime",
    "Edm.Date": "DateTime",
}


@dataclass(frozen=True)
class Arguments:
    """Writes the parameters of one message.

    Args:
        link: the client at work.
        vocabulary: what the service's types are.
        message: the function or action.
        field: what the parameters are called where something is wrong with them.
    """

    link: Link
    vocabulary: Vocabulary
    message: Message
    field: str = "parameters"

    def body(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON body of an action.

        Args:
            values: by parameter. A row is its id, or an object of its table, id and columns; a choice of a type is its
                member's name; lists are lists.

        Raises:
            InputError: every problem is reported.
        """
        return self._each(values, self._json)

    def aliases(self, values: Mapping[str, Any]) -> dict[str, str]:
        """A function's parameters as OData literals, not yet percent-encoded.

        Raises:
            InputError: every problem is reported.
        """
        return self._each(values, self._literal)

    def _each(self, values: Mapping[str, Any], write: Callable[[str, Any], Any]) -> dict[str, Any]:
        types = {one.name: one.type for one in self.message.parameters}
        problems = [
            Problem(f"{self.field}.{one.name}", "", "is required")
            for one in self.message.parameters
            if one.required and values.get(one.name) in (None, "")
        ]
        written: dict[str, Any] = {}
        for name, value in values.items():
            try:
                written[name] = write(_known(name, types, self.message.name), value)
            except (OntegError, ValueError, LookupError) as exc:
                problems.append(Problem(f"{self.field}.{name}", "", str(exc)))
        if problems:
            raise InputError(tuple(problems))
        return written

    def _json(self, kind: str, value: Any) -> Any:
        if value is None:
            return None
        if kind.startswith("Collection("):
            return [self._json(kind[11:-1], one) for one in _listed(value, kind[11:-1])]
        if kind in self.vocabulary.enums:
            return self._member(kind, value)
        if kind in ANY_ROW or kind in self.vocabulary.rows:
            return self._row(kind, value)
        if kind in self.vocabulary.complexes:
            return self._complex(kind, value)
        return _primitive(kind, value)

    def _literal(self, kind: str, value: Any) -> str:
        if value is None:
            return "null"
        if kind.startswith("Edm."):
            return literal(_typed(kind, value))
        if kind in self.vocabulary.enums:
            return f"{_CRM}{kind}'{self._member(kind, value)}'"
        if kind in ANY_ROW or kind in self.vocabulary.rows:
            return orjson.dumps({"@odata.id": self._address(kind, value)}).decode()
        return orjson.dumps(self._json(kind, value)).decode()

    def _member(self, kind: str, value: Any) -> str:
        """The names of a type's members, however they are written; several are flags, separated by commas."""
        members = self.vocabulary.enums[kind]
        by_name = {name.casefold(): name for name in members}
        by_number = {str(number): name for name, number in members.items()}
        found = []
        for part in _listed(value, kind):
            name = by_name.get(str(part).casefold()) or by_number.get(str(part))
            if name is None:
                raise ValueError(f"is one of {', '.join(members)}")
            found.append(name)
        return ",".join(found)

    def _complex(self, kind: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError("an object is expected")  # noqa: TRY004 - one kind of error for all values
        types = self.vocabulary.complexes[kind]
        return {
            name: one if name.startswith("@") else self._json(_known(name, types, kind), one)
            for name, one in value.items()
        }

    def _row(self, kind: str, value: Any) -> dict[str, Any]:
        """A row that exists, or one to be made, with the type that the service wants to see."""
        if isinstance(value, Mapping) and any(name.startswith("@odata.") for name in value):
            return dict(value)  # already as the service wants it
        table = self._table(kind, value)
        columns = {name: one for name, one in value.items() if name != "table"} if isinstance(value, Mapping) else {}
        own = columns.pop("id", None) or columns.pop(table.primary_id, None) if columns else value
        body = self.link.writer(table).write(columns, "create") if columns else {}
        known = {table.primary_id: _guid(own)} if own else {}
        return {"@odata.type": f"{_CRM}{table.name}", **known, **body}

    def _address(self, kind: str, value: Any) -> str:
        table = self._table(kind, value)
        own = value.get("id") or value.get(table.primary_id) if isinstance(value, Mapping) else value
        return row_path(table.entity_set, _guid(own))

    def _table(self, kind: str, value: Any) -> Table:
        if isinstance(value, Mapping) and value.get("table"):
            return self.link.table(str(value["table"]))
        if kind in ANY_ROW:
            raise ValueError('an object with the row\'s table is expected, such as {"table": "account", "id": "…"}')
        return self.link.table(kind)


def _known(name: str, types: Mapping[str, str], owner: str) -> str:
    if name not in types:
        raise ValueError(f"{owner} has no such parameter. {suggest(name, list(types))}".strip())
    return types[name]


def _listed(value: Any, kind: str) -> Sequence[Any]:
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, str):
        if value.lstrip()[:1] == "[":
            return list(orjson.loads(value))
        return [part.strip() for part in value.split(",")]
    if isinstance(value, Mapping) and not kind.startswith("Edm."):
        return [value]
    return [value]


def _guid(value: Any) -> str:
    guid = guid_of(str(value))
    if guid is None:
        raise ValueError("a row's id is expected, a GUID")
    return guid


def _primitive(kind: str, value: Any) -> Any:
    """A value as JSON has it."""
    if kind == "Edm.Guid":
        return _guid(value)
    if kind == "Edm.Binary":
        return _base64(value)
    if kind not in _COLUMN_TYPES:
        return value
    return to_wire(Column("", "", _COLUMN_TYPES[kind]), value, lambda: _DAY if kind == "Edm.Date" else _MOMENT)


_DAY = Details(behavior="DateOnly")
_MOMENT = Details(behavior="UserLocal")


def _typed(kind: str, value: Any) -> Any:
    """A value in the type that `literal` writes as `kind`."""
    wire = _primitive(kind, value)
    return UUID(wire) if kind == "Edm.Guid" else in_python(_COLUMN_TYPES.get(kind, ""), wire)


def _base64(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    try:
        base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ValueError("bytes are expected, in base64") from exc
    return str(value)
