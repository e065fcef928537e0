"""Definitions in JSON → tables, columns, relationships and choices.

Takes what the Web API answers to ``EntityDefinitions?$expand=Attributes,…``, to the attributes of one table (with their
``OptionSet`` expanded, which needs a cast to a type), to ``GlobalOptionSetDefinitions`` and to
``RelationshipDefinitions``; also as the command line's ``run send_request --json`` prints it.
Follows "Query table definitions using the Web API".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from onteg_dynamics.sandbox.importing.definition_parts import choice_of, column_of, many_of, one_of, table_of
from onteg_dynamics.sandbox.importing.described import Described, MetadataFileError

_CONTEXT = re.compile(
    r"EntityDefinitions\((?:LogicalName=)?'([a-z0-9_]+)'\)/Attributes(?:/Microsoft\.Dynamics\.CRM\.(\w+))?"
)
_RELATIONS = ("ManyToOneRelationships", "OneToManyRelationships", "ManyToManyRelationships")
Document = Mapping[str, Any]


def read_definitions(path: Path) -> Described:
    """The tables and columns of a file of definitions.

    Args:
        path: The file.

    Raises:
        MetadataFileError: It is no JSON, or something in it is no definition.
    """
    try:
        work = _Gathering(path.name)
        work.take(json.loads(path.read_bytes().decode("utf-8-sig")))
        return work.described()
    except UnicodeDecodeError as error:
        raise MetadataFileError(f"{path.name}: is not UTF-8 at byte {error.start}.") from error
    except json.JSONDecodeError as error:
        place = f"{path.name}, line {error.lineno}, character {error.colno}"
        raise MetadataFileError(f"{place}: is not valid JSON: {error.msg}.") from error
    except RecursionError as error:
        raise MetadataFileError(f"{path.name}: is nested too deeply.") from error


class _Gathering:
    """Definitions by their names; the same thing may be told of in parts."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._tables: dict[str, dict[str, Any]] = {}
        self._columns: dict[str, dict[str, dict[str, Any]]] = {}
        self._ones: dict[str, Document] = {}
        self._manys: dict[str, Document] = {}
        self._choices: dict[str, Document] = {}

    def take(self, document: Any, place: str = "") -> None:
        """Takes in an answer, a list of definitions or a single one."""
        if isinstance(document, dict) and isinstance(document.get("output"), dict):
            document = document["output"].get("body")  # what the command line prints
        if isinstance(document, dict) and isinstance(document.get("value"), list):
            context = _CONTEXT.search(str(document.get("@odata.context", "")))
            table, kind = context.groups() if context else (None, None)
            for number, item in enumerate(document["value"]):
                self._item(item, f"value[{number}]", table, kind)
        elif isinstance(document, list):
            for number, item in enumerate(document):
                self.take(item, f"{place}[{number}]")
        else:
            self._item(document, place or "the document", None, None)

    def _item(self, item: Any, place: str, table: str | None, kind: str | None) -> None:
        if not isinstance(item, dict):
            raise self._wrong(place)
        if table or ("EntityLogicalName" in item and "LogicalName" in item and "KeyAttributes" not in item):
            self._column(table or str(item["EntityLogicalName"]), item, place, kind)
        elif "LogicalName" in item and item.keys() & {"Attributes", "PrimaryIdAttribute", "EntitySetName"}:
            self._table(item, place)
        elif "IntersectEntityName" in item:
            self._manys[self._text(item, "SchemaName", place)] = item
        elif "ReferencingAttribute" in item:
            self._ones[self._text(item, "SchemaName", place)] = item
        elif "Name" in item and item.keys() & {"Options", "TrueOption"}:
            self._choices[str(item["Name"])] = item
        else:
            raise self._wrong(place)

    def _table(self, item: Document, place: str) -> None:
        name = self._text(item, "LogicalName", place)
        self._tables[name] = {**self._tables.get(name, {}), **_told(item)}
        for number, attribute in enumerate(item.get("Attributes") or ()):
            inner = f"{place} ({name}), Attributes[{number}]"
            if not isinstance(attribute, dict):
                raise self._wrong(inner)
            self._column(name, attribute, inner, None)
        for kind in _RELATIONS:
            for number, relation in enumerate(item.get(kind) or ()):
                self._item(relation, f"{place} ({name}), {kind}[{number}]", None, None)

    def _column(self, table: str, item: Document, place: str, kind: str | None) -> None:
        name = self._text(item, "LogicalName", place)
        known = self._columns.setdefault(table, {}).setdefault(name, {})
        if kind and "@odata.type" not in item:
            known.setdefault("@odata.type", f"#Microsoft.Dynamics.CRM.{kind}")
        known |= _told(item)

    def described(self) -> Described:
        """What was told."""
        return Described(
            {name: self._made(table_of, item, name) for name, item in self._tables.items()},
            {name: dict(self._named(name, items)) for name, items in self._columns.items()},
            tuple(self._made(one_of, item, name) for name, item in self._ones.items()),
            tuple(self._made(many_of, item, name) for name, item in self._manys.items()),
            {name: self._made(choice_of, item, name) for name, item in self._choices.items()},
        )

    def _named(self, table: str, items: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, Any]]:
        for name, item in items.items():
            yield name, self._made(column_of, {**item, "EntityLogicalName": table}, f"{table}.{name}")

    def _made(self, make: Any, item: Document, name: str) -> Any:
        try:
            return make(item)
        except KeyError as error:
            raise MetadataFileError(f"{self._file}: {name} has no member {error.args[0]}.") from error
        except (TypeError, ValueError, AttributeError) as error:
            raise MetadataFileError(
                f"{self._file}: {name} has a member of another shape than a definition's."
            ) from error

    def _text(self, item: Document, member: str, place: str) -> str:
        found = item.get(member)
        if not isinstance(found, str) or not found:
            raise MetadataFileError(f"{self._file}: {place} has no {member}.")
        return found

    def _wrong(self, place: str) -> MetadataFileError:
        return MetadataFileError(
            f"{self._file}: {place} is no definition of a table, column, relationship or choice; "
            "fetch EntityDefinitions?$expand=Attributes."
        )


def _told(item: Document) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}
