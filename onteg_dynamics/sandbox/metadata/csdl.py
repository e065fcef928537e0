"""``$metadata``: the CSDL of tables, metadata types and messages (OData CSDL XML 4.0; "Web API service documents")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from onteg_dynamics.sandbox.metadata.members import MetadataType
from onteg_dynamics.sandbox.metadata.paths import SETS, TYPES
from onteg_dynamics.sandbox.metadata.shapes import COMPLEX_TYPES, DERIVED_COMPLEX, ENUM_TYPES, FLAG_TYPES, Message
from onteg_dynamics.sandbox.model import Column, Model, Navigation, Table

_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
_CORE = "Org.OData.Core.V1"
_TRACKING = "Org.OData.Capabilities.V1.ChangeTracking"
_VOCABULARIES = {
    _CORE: "Core",
    "Org.OData.Capabilities.V1": "Capabilities",
}
_PRINCIPALS = frozenset({"systemuser", "team"})


def csdl(model: Model, messages: Iterable[Message], *, annotated: bool) -> bytes:
    """The service's metadata document.

    Args:
        model: The tables and relationships.
        messages: Functions and actions.
        annotated: True to add descriptions, computed and read-only marks, and change tracking.

    Returns:
        The XML, UTF-8 encoded, with its declaration.
    """
    root = ET.Element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": _EDMX})
    for namespace, name in _VOCABULARIES.items():
        address = f"http://docs.oasis-open.org/odata/odata/v4.0/os/vocabularies/{namespace}.xml"
        reference = ET.SubElement(root, "edmx:Reference", {"Uri": address})
        ET.SubElement(reference, "edmx:Include", {"Namespace": namespace, "Alias": name})
    services = ET.SubElement(root, "edmx:DataServices")
    schema = ET.SubElement(services, "Schema", {"Namespace": "Microsoft.Dynamics.CRM", "Alias": "mscrm", "xmlns": _EDM})
    messages = tuple(messages)
    _base_types(schema)
    for table in model.tables.values():
        _entity_type(schema, model, table, annotated=annotated)
    for kind in TYPES.values():
        _metadata_type(schema, kind)
    for kind in TYPES.values():
        _complex_twin(schema, kind)
    _complex_types(schema, messages)
    _enum_types(schema)
    _flag_types(schema)
    for message in messages:
        _message(schema, message)
    _container(schema, model, messages, annotated=annotated)
    return b'<?xml version="1.0" encoding="utf-8"?>' + bytes(ET.tostring(root, encoding="utf-8"))


def _base_types(schema: ET.Element) -> None:
    ET.SubElement(schema, "EntityType", {"Name": "crmbaseentity", "Abstract": "true"})
    ET.SubElement(schema, "EntityType", {"Name": "expando", "BaseType": "mscrm.crmbaseentity", "OpenType": "true"})
    principal = ET.SubElement(
        schema, "EntityType", {"Name": "principal", "BaseType": "mscrm.crmbaseentity", "Abstract": "true"}
    )
    _key(principal, "ownerid")
    ET.SubElement(principal, "Property", {"Name": "ownerid", "Type": "Edm.Guid"})


def _key(entity: ET.Element, name: str) -> None:
    ET.SubElement(ET.SubElement(entity, "Key"), "PropertyRef", {"Name": name})


def _entity_type(schema: ET.Element, model: Model, table: Table, *, annotated: bool) -> None:
    is_principal = table.logical_name in _PRINCIPALS
    base = "principal" if is_principal else "crmbaseentity"
    entity = ET.SubElement(schema, "EntityType", {"Name": table.logical_name, "BaseType": f"mscrm.{base}"})
    if not is_principal:
        _key(entity, table.primary_id)
    for name, column in table.properties.items():
        if not (is_principal and name == "ownerid"):
            _property(entity, column, annotated=annotated)
    for navigation in model.navigations(table.logical_name).values():
        if navigation.name not in table.properties and model.table(navigation.target) is not None:
            _navigation(entity, model, navigation)
    if annotated and table.description:
        _annotation(entity, f"{_CORE}.Description", String=table.description)


def _property(entity: ET.Element, column: Column, *, annotated: bool) -> None:
    attributes = {"Name": column.property_name, "Type": column.edm_type}
    if column.edm_type == "Edm.String":
        attributes["Unicode"] = "false"
    if column.edm_type == "Edm.Decimal":
        attributes["Scale"] = "Variable"
    element = ET.SubElement(entity, "Property", attributes)
    if annotated:
        _annotate(element, column)


def _annotate(element: ET.Element, column: Column) -> None:
    if column.description:
        _annotation(element, f"{_CORE}.Description", String=column.description)
    if column.is_lookup or not (column.valid_for_create or column.valid_for_update):
        _annotation(element, f"{_CORE}.Computed", Bool="true")
        permissions = _annotation(element, f"{_CORE}.Permissions")
        ET.SubElement(permissions, "EnumMember").text = f"{_CORE}.PermissionType/Read"


def _annotation(element: ET.Element, term: str, **values: str) -> ET.Element:
    return ET.SubElement(element, "Annotation", {"Term": term, **values})


def _navigation(entity: ET.Element, model: Model, navigation: Navigation) -> None:
    target = "principal" if navigation.target == "owner" else navigation.target
    kind = f"Collection(mscrm.{target})" if navigation.is_collection else f"mscrm.{target}"
    attributes = {"Name": navigation.name, "Type": kind}
    relation = navigation.relation
    partner = _partner(navigation)
    if partner:
        attributes["Partner"] = partner
    if navigation.is_collection or relation is None:
        ET.SubElement(entity, "NavigationProperty", attributes)
        return
    element = ET.SubElement(entity, "NavigationProperty", {**attributes, "Nullable": "false"})
    column = model.tables[navigation.table].columns.get(relation.column)
    if column is not None and column.is_stored:
        key = "ownerid" if navigation.target == "owner" else relation.target_column
        pair = {"Property": column.property_name, "ReferencedProperty": key}
        ET.SubElement(element, "ReferentialConstraint", pair)


def _partner(navigation: Navigation) -> str:
    if navigation.many is not None:
        return navigation.name
    relation = navigation.relation
    assert relation is not None
    if navigation.target == "owner":
        return ""
    return relation.navigation if navigation.is_collection else relation.collection


def _metadata_type(schema: ET.Element, kind: MetadataType) -> None:
    base = kind.base.name if kind.base else "crmbaseentity"
    entity = ET.SubElement(schema, "EntityType", {"Name": kind.name, "BaseType": f"mscrm.{base}"})
    if kind.base is None:
        _key(entity, "MetadataId")
    for member in kind.own:
        ET.SubElement(entity, "Property", {"Name": member.name, "Type": member.type})
    for item in kind.own_navigations:
        target = f"Collection(mscrm.{item.type})" if item.is_collection else f"mscrm.{item.type}"
        attributes = {"Name": item.name, "Type": target, "ContainsTarget": "true"}
        ET.SubElement(entity, "NavigationProperty", attributes)


def _complex_twin(schema: ET.Element, kind: MetadataType) -> None:
    """The complex type that messages use where the sets have an entity type."""
    members = {member.name: member.type for member in kind.own}
    for item in kind.own_navigations:
        twin = f"mscrm.Complex{item.type}"
        members[item.name] = f"Collection({twin})" if item.is_collection else twin
    _complex(schema, f"Complex{kind.name}", members, f"Complex{kind.base.name}" if kind.base else None)


def _complex_types(schema: ET.Element, messages: Iterable[Message]) -> None:
    for name, members in COMPLEX_TYPES.items():
        _complex(schema, name, members)
    for name, (base, members) in DERIVED_COMPLEX.items():
        _complex(schema, name, members, base)
    for message in messages:
        if message.result and message.returns:
            _complex(schema, message.returns.rsplit(".", 1)[1], message.result)


def _complex(schema: ET.Element, name: str, members: Mapping[str, str], base: str | None = None) -> None:
    attributes = {"Name": name} | ({"BaseType": f"mscrm.{base}"} if base else {})
    element = ET.SubElement(schema, "ComplexType", attributes)
    for member, kind in members.items():
        ET.SubElement(element, "Property", {"Name": member, "Type": kind})


def _enum_types(schema: ET.Element) -> None:
    for name, members in ENUM_TYPES.items():
        element = ET.SubElement(schema, "EnumType", {"Name": name})
        for value, member in enumerate(members):
            ET.SubElement(element, "Member", {"Name": member, "Value": str(value)})


def _flag_types(schema: ET.Element) -> None:
    for name, members in FLAG_TYPES.items():
        element = ET.SubElement(schema, "EnumType", {"Name": name, "IsFlags": "true"})
        for member, value in members.items():
            ET.SubElement(element, "Member", {"Name": member, "Value": str(value)})


def _message(schema: ET.Element, message: Message) -> None:
    attributes = {"Name": message.name} | ({"IsBound": "true"} if message.binding else {})
    element = ET.SubElement(schema, "Function" if message.is_function else "Action", attributes)
    if message.binding:
        kind = f"mscrm.{message.binding}"
        bound = f"Collection({kind})" if message.on_collection else kind
        name = "entityset" if message.on_collection else "entity"
        ET.SubElement(element, "Parameter", {"Name": name, "Type": bound, "Nullable": "false"})
    for name, kind in message.parameters.items():
        ET.SubElement(element, "Parameter", {"Name": name, "Type": kind})
    if message.returns:
        ET.SubElement(element, "ReturnType", {"Type": message.returns, "Nullable": "false"})


def _container(schema: ET.Element, model: Model, messages: Iterable[Message], *, annotated: bool) -> None:
    container = ET.SubElement(schema, "EntityContainer", {"Name": "System"})
    for table in model.tables.values():
        if table.entity_set_name:
            _entity_set(container, model, table, annotated=annotated)
    for name, (kind, _read) in SETS.items():
        attributes = {"Name": name, "EntityType": f"mscrm.{kind.name}"}
        ET.SubElement(container, "EntitySet", attributes)
    for message in messages:
        if message.binding is None:
            word = "Function" if message.is_function else "Action"
            attributes = {"Name": message.name, word: f"mscrm.{message.name}"}
            ET.SubElement(container, f"{word}Import", attributes)


def _entity_set(container: ET.Element, model: Model, table: Table, *, annotated: bool) -> None:
    attributes = {"Name": table.entity_set_name, "EntityType": f"mscrm.{table.logical_name}"}
    element = ET.SubElement(container, "EntitySet", attributes)
    for navigation in model.navigations(table.logical_name).values():
        target = model.table(navigation.target)
        if target is None or not target.entity_set_name or navigation.target == "owner":
            continue
        binding = {"Path": navigation.name, "Target": target.entity_set_name}
        ET.SubElement(element, "NavigationPropertyBinding", binding)
    if annotated and table.change_tracking:
        record = ET.SubElement(_annotation(element, _TRACKING), "Record")
        ET.SubElement(record, "PropertyValue", {"Property": "Supported", "Bool": "true"})
