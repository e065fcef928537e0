"""Relationships and alternate keys as metadata."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.metadata.members import Member, MetadataType, Node, fixed, flag, label, label_of, managed
from onteg_dynamics.sandbox.model import Key, ManyToMany, ManyToOne, Model


def one_node(relation: ManyToOne) -> Node:
    """A one-to-many relationship as a document; the many-to-one view is the same document."""
    return Node(ONE_TO_MANY, relation)


def many_node(relation: ManyToMany) -> Node:
    """A many-to-many relationship as a document."""
    return Node(MANY_TO_MANY, relation)


def all_relationships(model: Model) -> list[Node]:
    """Every relationship once."""
    return [*map(one_node, model.many_to_one), *map(many_node, model.many_to_many)]


def many_of(model: Model, table: str) -> list[Node]:
    """The many-to-many relationships of a table."""
    return [many_node(relation) for relation in model.many_to_many if table in {relation.table1, relation.table2}]


def key_node(key: Key) -> Node:
    """An alternate key as a document."""
    return Node(KEY, key)


def _of(name: str, field: str, kind: str = "Edm.String") -> Member:
    return Member(name, kind, lambda subject: getattr(subject, field))


def _menu(name: str) -> Member:
    return fixed(name, "mscrm.AssociatedMenuConfiguration", _MENU)


_MENU: dict[str, Any] = {
    "Behavior": "UseCollectionName",
    "Group": "Details",
    "Order": None,
    "IsCustomizable": True,
    "Icon": None,
    "ViewId": "00000000-0000-0000-0000-000000000000",
    "AvailableOffline": True,
    "MenuId": None,
    "QueryApi": None,
    "Label": label(None),
}


def _cascades(relation: ManyToOne) -> dict[str, str]:
    cascade = relation.cascade
    return {
        "Assign": cascade.assign,
        "Delete": cascade.delete,
        "Archive": cascade.delete,
        "Merge": cascade.merge,
        "Reparent": cascade.reparent,
        "Share": cascade.share,
        "Unshare": cascade.unshare,
        "RollupView": "NoCascade",
    }


RELATIONSHIP = MetadataType(
    "RelationshipMetadataBase",
    own=(
        _of("IsCustomRelationship", "is_custom", "Edm.Boolean"),
        managed("IsCustomizable", value=True),
        flag("IsValidForAdvancedFind", value=True),
        _of("SchemaName", "schema_name"),
        fixed("SecurityTypes", "mscrm.SecurityTypes", "Append"),
        Member("IsManaged", "Edm.Boolean", lambda relation: not relation.is_custom),
        Member(
            "RelationshipType",
            "mscrm.RelationshipType",
            lambda item: "OneToManyRelationship" if isinstance(item, ManyToOne) else "ManyToManyRelationship",
        ),
        fixed("IntroducedVersion", "Edm.String", "5.0.0.0"),
        _of("MetadataId", "metadata_id", "Edm.Guid"),
        fixed("HasChanged", "Edm.Boolean", None),
    ),
)
ONE_TO_MANY = MetadataType(
    "OneToManyRelationshipMetadata",
    RELATIONSHIP,
    own=(
        _menu("AssociatedMenuConfiguration"),
        Member("CascadeConfiguration", "mscrm.CascadeConfiguration", _cascades),
        _of("ReferencedAttribute", "target_column"),
        _of("ReferencedEntity", "target"),
        _of("ReferencingAttribute", "column"),
        _of("ReferencingEntity", "table"),
        _of("IsHierarchical", "is_hierarchical", "Edm.Boolean"),
        fixed("EntityKey", "Edm.String", None),
        flag("IsRelationshipAttributeDenormalized", value=False),
        fixed("RelationshipBehavior", "Edm.Int32", 1),
        flag("IsDenormalizedLookup", value=False),
        fixed("DenormalizedAttributeName", "Edm.String", None),
        _of("ReferencedEntityNavigationPropertyName", "collection"),
        _of("ReferencingEntityNavigationPropertyName", "navigation"),
        fixed("RelationshipAttributes", "Collection(mscrm.RelationshipAttribute)", []),
    ),
)
MANY_TO_MANY = MetadataType(
    "ManyToManyRelationshipMetadata",
    RELATIONSHIP,
    own=(
        _menu("Entity1AssociatedMenuConfiguration"),
        _menu("Entity2AssociatedMenuConfiguration"),
        _of("Entity1LogicalName", "table1"),
        _of("Entity2LogicalName", "table2"),
        _of("IntersectEntityName", "intersect"),
        _of("Entity1IntersectAttribute", "column1"),
        _of("Entity2IntersectAttribute", "column2"),
        _of("Entity1NavigationPropertyName", "navigation1"),
        _of("Entity2NavigationPropertyName", "navigation2"),
    ),
)
KEY = MetadataType(
    "EntityKeyMetadata",
    own=(
        Member("DisplayName", "mscrm.Label", lambda key: label_of(key, "display_name")),
        _of("LogicalName", "logical_name"),
        _of("SchemaName", "schema_name"),
        _of("EntityLogicalName", "table"),
        Member("KeyAttributes", "Collection(Edm.String)", lambda key: list(key.columns)),
        managed("IsCustomizable", value=True),
        flag("IsManaged", value=False),
        fixed("IntroducedVersion", "Edm.String", "1.0.0.0"),
        _of("EntityKeyIndexStatus", "status", "mscrm.EntityKeyIndexStatus"),
        flag("IsSynchronous", value=False),
        flag("IsExportKey", value=False),
        flag("IsSecondaryKey", value=False),
        _of("MetadataId", "metadata_id", "Edm.Guid"),
        fixed("HasChanged", "Edm.Boolean", None),
    ),
)
RELATIONSHIP_TYPES = (RELATIONSHIP, ONE_TO_MANY, MANY_TO_MANY, KEY)
