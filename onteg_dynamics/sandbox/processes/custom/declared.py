"""What a custom API is: its name, what it is bound to, what it takes and what it gives.

Follows "CustomAPI tables": types of parameters and properties, and which answer is a type of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox.metadata import Message

_CRM = "mscrm."
KINDS = (
    "Boolean",
    "DateTime",
    "Decimal",
    "Entity",
    "EntityCollection",
    "EntityReference",
    "Float",
    "Integer",
    "Money",
    "Picklist",
    "String",
    "StringArray",
    "Guid",
)
"""The types by the value of the column ``type``."""
_ROWS = frozenset({"Entity", "EntityCollection"})
_EDM: Mapping[str, str] = {
    "Boolean": "Edm.Boolean",
    "DateTime": "Edm.DateTimeOffset",
    "Decimal": "Edm.Decimal",
    "Float": "Edm.Double",
    "Integer": "Edm.Int32",
    "Money": "Edm.Decimal",
    "Picklist": "Edm.Int32",
    "String": "Edm.String",
    "StringArray": "Collection(Edm.String)",
    "Guid": "Edm.Guid",
}
_OF_ROWS: Mapping[str, Callable[[str], str]] = {
    "Entity": lambda table: f"{_CRM}{table or 'expando'}",
    "EntityCollection": lambda table: f"Collection({_CRM}{table or 'expando'})",
    "EntityReference": lambda table: f"{_CRM}{table or 'crmbaseentity'}",
}


@dataclass(frozen=True)
class Part:
    """A request parameter or a response property.

    Attributes:
        name: Its unique name.
        kind: One of `KINDS`.
        table: The table of rows and references; empty for any.
        optional: True where a call may leave it out.
    """

    name: str
    kind: str
    table: str = ""
    optional: bool = False

    @property
    def edm(self) -> str:
        """The type as the CSDL names it."""
        return _EDM[self.kind] if self.kind in _EDM else _OF_ROWS[self.kind](self.table)


@dataclass(frozen=True)
class CustomApi:
    """One custom API.

    Attributes:
        name: The unique name, which is the name of the message.
        is_function: True for a function (GET), False for an action (POST).
        table: The table that it is bound to; empty for none.
        on_collection: True where it is bound to all rows of the table.
        parameters: What it takes.
        properties: What it gives.
        answers: What the properties hold: values or templates, by name; what is not named is null.
        privilege: The privilege that a caller needs; empty for none.
        is_private: True where the CSDL does not show it.
    """

    name: str
    is_function: bool = False
    table: str = ""
    on_collection: bool = False
    parameters: tuple[Part, ...] = ()
    properties: tuple[Part, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    privilege: str = ""
    is_private: bool = False

    @property
    def is_callable(self) -> bool:
        """A function that gives nothing is not there for a caller."""
        return bool(self.properties) or not self.is_function

    @property
    def rows(self) -> Part | None:
        """The only property where it holds rows: they are the answer themselves."""
        return self.properties[0] if len(self.properties) == 1 and self.properties[0].kind in _ROWS else None

    @property
    def message(self) -> Message:
        """The message as the CSDL shows it."""
        rows = self.rows
        return Message(
            self.name,
            is_function=self.is_function,
            binding=self.table or None,
            on_collection=self.on_collection,
            parameters={part.name: part.edm for part in self.parameters},
            returns=self._returns,
            result={} if rows is not None else {part.name: part.edm for part in self.properties},
            optional=frozenset(part.name for part in self.parameters if part.optional),
        )

    @property
    def _returns(self) -> str | None:
        rows = self.rows
        if rows is not None:
            return rows.edm
        return f"{_CRM}{self.name}Response" if self.properties else None
