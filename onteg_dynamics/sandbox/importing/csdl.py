"""CSDL, the document behind ``$metadata`` → tables, columns and relationships, as far as it tells of them.

Follows OData CSDL XML 4.0 and "Web API service documents". It tells names, types and relationships, but no labels, no
lengths, no choices: a choice column is a whole number here, and takes any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from defusedxml import ElementTree as SafeET
from defusedxml.common import DefusedXmlException

from onteg_dynamics.sandbox.importing.csdl_columns import Property, read_columns
from onteg_dynamics.sandbox.importing.described import Described, MetadataFileError, words_of
from onteg_dynamics.sandbox.model import Column, ManyToMany, ManyToOne, Table, stable_id

_EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
_ABSTRACT = frozenset({"crmbaseentity", "crmmodelbaseentity", "expando", "principal"})
_ACTIVITY = "activitypointer"
_NAMES = ("name", "subject", "title", "fullname")
_FEW = 6  # an intersect table has its key, its version and the two ids, and hardly more


def read_csdl(path: Path) -> Described:
    """The tables of a CSDL file.

    Args:
        path: The file.

    Raises:
        MetadataFileError: It is no XML, has a document type or entities, or holds no tables.
    """
    try:
        root = SafeET.fromstring(path.read_bytes(), forbid_dtd=True)
    except ET.ParseError as error:
        line, column = error.position
        raise MetadataFileError(f"{path.name}, line {line}, character {column + 1}: is not valid XML.") from error
    except (DefusedXmlException, ValueError) as error:
        raise MetadataFileError(f"{path.name}: declares a document type or entities; CSDL does neither.") from error
    found = _Document(root)
    if not found.names:
        raise MetadataFileError(f"{path.name}: is no CSDL of OData 4.0 with entity types; fetch it from $metadata.")
    return found.described()


class _Document:
    """The document, with its entity types at hand."""

    def __init__(self, root: ET.Element) -> None:
        self._types = {str(one.get("Name")): one for one in root.iter(f"{_EDM}EntityType") if one.get("Name")}
        sets = ((_bare(one.get("EntityType", "")), str(one.get("Name"))) for one in root.iter(f"{_EDM}EntitySet"))
        self._sets = dict(sets)
        self._known: dict[tuple[str, str], dict[str, ET.Element]] = {}
        # Types of definitions (EntityMetadata …) have capital letters; tables never have.
        self.names = [name for name in self._types if name == name.lower() and name not in _ABSTRACT]
        self._manys = {many.schema_name: many for name in self.names for many in self._many_to_many(name)}

    def described(self) -> Described:
        """What the document tells."""
        ones = tuple(one for name in self.names for one in self._many_to_one(name))
        columns = {name: self._columns(name, ones) for name in self.names}
        tables = {name: self._table(name) for name in self.names}
        return Described(tables, columns, ones, tuple(self._manys.values()))

    def _line(self, name: str) -> Iterator[ET.Element]:
        """An entity type and the ones that it inherits from."""
        seen = set()
        while name in self._types and name not in _ABSTRACT and name not in seen:
            seen.add(name)
            yield self._types[name]
            name = _bare(self._types[name].get("BaseType", ""))

    def _members(self, name: str, kind: str) -> Mapping[str, ET.Element]:
        known = self._known.get((name, kind))
        if known is None:
            known = self._known[name, kind] = {}
            for one in self._line(name):
                for member in one.findall(f"{_EDM}{kind}"):
                    known.setdefault(str(member.get("Name")), member)
        return known

    def _key(self, name: str) -> str:
        for one in self._line(name):
            key = one.find(f"{_EDM}Key/{_EDM}PropertyRef")
            if key is not None:
                return str(key.get("Name"))
        return f"{name}id"

    def _properties(self, name: str) -> Mapping[str, Property]:
        return {
            own: Property(own, member.get("Type", ""), _is_computed(member), _description(member))
            for own, member in self._members(name, "Property").items()
        }

    def _columns(self, name: str, ones: tuple[ManyToOne, ...]) -> dict[str, Column]:
        own = [one for one in ones if one.table == name]
        return read_columns(name, self._key(name), self._properties(name), own)

    def _table(self, name: str) -> Table:
        properties = self._properties(name)
        prefix = name.partition("_")[0]
        names = (f"{prefix}_name", *_NAMES)
        set_name = self._sets.get(name, "")
        owned = "UserOwned" if "_ownerid_value" in properties else ""
        return Table(
            logical_name=name,
            schema_name=name,
            entity_set_name=set_name,
            metadata_id=stable_id("imported", name),
            primary_id=self._key(name),
            primary_name=next((one for one in names if one in properties), None),
            display_name=words_of(name),
            display_collection_name=words_of(set_name or name),
            logical_collection_name=set_name,
            collection_schema_name=set_name,
            object_type_code=0,
            ownership=owned or ("OrganizationOwned" if "_organizationid_value" in properties else "None"),
            columns={},
            description=_description(self._types[name]),
            is_activity=name != _ACTIVITY and any(one.get("Name") == _ACTIVITY for one in self._line(name)),
            has_notes=f"{name}_Annotations" in self._members(name, "NavigationProperty"),
            has_activities=f"{name}_ActivityPointers" in self._members(name, "NavigationProperty"),
            is_intersect=any(many.intersect == name for many in self._manys.values()),
            is_custom=True,
        )

    def _many_to_one(self, name: str) -> Iterator[ManyToOne]:
        for own, member in self._members(name, "NavigationProperty").items():
            constraint = member.find(f"{_EDM}ReferentialConstraint")
            if constraint is None or member.get("Type", "").startswith("Collection("):
                continue
            column = str(constraint.get("Property")).removeprefix("_").removesuffix("_value")
            target, key = _bare(member.get("Type", "")), str(constraint.get("ReferencedProperty"))
            target = "owner" if target == "principal" else target
            collection = self._other_side(name, own, target, member.get("Partner", ""))
            schema = collection or f"{name}_{column}_{target}"
            own_id = stable_id("imported", name, column, schema, target)
            yield ManyToOne(schema, name, column, target, key, own, collection, own_id, is_custom=True)

    def _other_side(self, name: str, own: str, target: str, partner: str) -> str:
        """The collection of the other table that a lookup belongs to, "" where there is none."""
        if target not in self._types:
            return ""
        others = self._members(target, "NavigationProperty")
        if partner in others:
            return partner
        fitting = (
            name_of
            for name_of, other in others.items()
            if other.get("Partner") == own and _bare(other.get("Type", "")) == name
        )
        return next(fitting, "")

    def _many_to_many(self, name: str) -> Iterator[ManyToMany]:
        for own, member in self._members(name, "NavigationProperty").items():
            target, partner = _bare(member.get("Type", "")), member.get("Partner", "")
            if not member.get("Type", "").startswith("Collection(") or target not in self._types:
                continue
            other = self._members(target, "NavigationProperty").get(partner)
            if other is None or other.get("Type") is None or not other.get("Type", "").startswith("Collection("):
                continue
            if (name, own) <= (target, partner):
                yield self._pair(name, own, target, partner)

    def _pair(self, name: str, own: str, target: str, partner: str) -> ManyToMany:
        columns = (self._key(name), self._key(target))
        if name == target:
            columns = (f"{columns[0]}one", f"{columns[1]}two")
        intersect = self._intersect(own, columns)
        return ManyToMany(
            own,
            intersect,
            name,
            columns[0],
            own,
            target,
            columns[1],
            partner,
            stable_id("imported", own),
            is_custom=True,
        )

    def _intersect(self, own: str, columns: tuple[str, str]) -> str:
        """The table of the pairs: named after the relationship, or the one that has the two ids and little else."""
        if own.lower() in self._types:
            return own.lower()
        for name in self.names:
            properties = self._members(name, "Property")
            if set(columns) <= properties.keys() and len(properties) <= _FEW:
                return name
        return own.lower()


def _bare(kind: str) -> str:
    """The name of a type without namespace and ``Collection(…)``."""
    return kind.removeprefix("Collection(").removesuffix(")").rpartition(".")[2]


def _is_computed(member: ET.Element) -> bool:
    return any(
        note.get("Term") == "Org.OData.Core.V1.Computed" and note.get("Bool", "true") == "true"
        for note in member.findall(f"{_EDM}Annotation")
    )


def _description(member: ET.Element) -> str | None:
    for note in member.findall(f"{_EDM}Annotation"):
        if note.get("Term") == "Org.OData.Core.V1.Description":
            return note.get("String")
    return None
