"""Tables as metadata: EntityMetadata."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.metadata.attributes import attribute_nodes
from onteg_dynamics.sandbox.metadata.members import (
    Member,
    MetadataType,
    NavigationMember,
    Node,
    fixed,
    flag,
    label_of,
    managed,
)
from onteg_dynamics.sandbox.metadata.relationships import key_node, many_of, one_node
from onteg_dynamics.sandbox.model import Model, Table
from onteg_dynamics.sandbox.people.catalogue import privileges_of
from onteg_dynamics.sandbox.search.columns import is_indexed


def table_node(table: Table) -> Node:
    """A table as a document."""
    return Node(ENTITY, table)


def table_nodes(model: Model) -> list[Node]:
    """Every table."""
    return [table_node(table) for table in model.tables.values()]


def _of(name: str, field: str, kind: str = "Edm.String") -> Member:
    return Member(name, kind, lambda table: getattr(table, field))


def _label_of(name: str, field: str) -> Member:
    return Member(name, "mscrm.Label", lambda table: label_of(table, field))


def _privileges(table: Table) -> list[dict[str, Any]]:
    """SecurityPrivilegeMetadata of a table."""
    return [
        {
            "CanBeBasic": one.is_owned,
            "CanBeDeep": one.is_owned,
            "CanBeGlobal": True,
            "CanBeLocal": one.is_owned,
            "CanBeEntityReference": False,
            "CanBeParentEntityReference": False,
            "Name": one.name,
            "PrivilegeId": one.id,
            "PrivilegeType": one.verb,
        }
        for one in privileges_of(table)
    ]


def _read_only(table: Table) -> bool:
    return table.is_intersect or table.is_view


def _nullable(name: str) -> Member:
    return fixed(name, "Edm.String", None)


_NAVIGATIONS = (
    NavigationMember("Attributes", "AttributeMetadata", is_collection=True, get=lambda _model, it: attribute_nodes(it)),
    NavigationMember(
        "Keys", "EntityKeyMetadata", is_collection=True, get=lambda _model, it: [key_node(key) for key in it.keys]
    ),
    NavigationMember(
        "ManyToManyRelationships",
        "ManyToManyRelationshipMetadata",
        is_collection=True,
        get=lambda model, it: many_of(model, it.logical_name),
    ),
    NavigationMember(
        "ManyToOneRelationships",
        "OneToManyRelationshipMetadata",
        is_collection=True,
        get=lambda model, it: [one_node(relation) for relation in model.lookups_of(it.logical_name)],
    ),
    NavigationMember(
        "OneToManyRelationships",
        "OneToManyRelationshipMetadata",
        is_collection=True,
        get=lambda model, it: [one_node(relation) for relation in model.pointing_at(it.logical_name)],
    ),
)

ENTITY = MetadataType(
    "EntityMetadata",
    own=(
        Member("ActivityTypeMask", "Edm.Int32", lambda table: int(table.is_activity)),
        flag("AutoCreateAccessTeams", value=False),
        flag("AutoRouteToOwnerQueue", value=False),
        managed("CanBeInCustomEntityAssociation", value=True),
        managed("CanBeInManyToMany", value=True),
        managed("CanBePrimaryEntityInRelationship", value=True),
        managed("CanBeRelatedEntityInRelationship", value=True),
        managed("CanChangeHierarchicalRelationship", value=True),
        managed("CanChangeTrackingBeEnabled", value=True),
        managed("CanCreateAttributes", value=True),
        managed("CanCreateCharts", value=True),
        managed("CanCreateForms", value=True),
        managed("CanCreateViews", value=True),
        managed("CanEnableSyncToExternalSearchIndex", value=True),
        managed("CanModifyAdditionalSettings", value=True),
        flag("CanTriggerWorkflow", value=True),
        _of("ChangeTrackingEnabled", "change_tracking", "Edm.Boolean"),
        _of("CollectionSchemaName", "collection_schema_name"),
        fixed("DataProviderId", "Edm.Guid", None),
        fixed("DataSourceId", "Edm.Guid", None),
        fixed("DaysSinceRecordLastModified", "Edm.Int32", 0),
        _label_of("Description", "description"),
        _label_of("DisplayCollectionName", "display_collection_name"),
        _label_of("DisplayName", "display_name"),
        flag("EnforceStateTransitions", value=False),
        fixed("EntityColor", "Edm.String", ""),
        _nullable("EntityHelpUrl"),
        flag("EntityHelpUrlEnabled", value=False),
        _of("EntitySetName", "entity_set_name"),
        _nullable("ExternalCollectionName"),
        _nullable("ExternalName"),
        _of("HasActivities", "has_activities", "Edm.Boolean"),
        fixed("HasChanged", "Edm.Boolean", None),
        flag("HasEmailAddresses", value=False),
        flag("HasFeedback", value=False),
        _of("HasNotes", "has_notes", "Edm.Boolean"),
        _nullable("IconLargeName"),
        _nullable("IconMediumName"),
        _nullable("IconSmallName"),
        _nullable("IconVectorName"),
        fixed("IntroducedVersion", "Edm.String", "5.0.0.0"),
        _of("IsActivity", "is_activity", "Edm.Boolean"),
        Member("IsActivityParty", "Edm.Boolean", lambda table: table.logical_name == "activityparty"),
        flag("IsAIRUpdated", value=False),
        managed("IsAuditEnabled", value=False, logical_name="canmodifyauditsettings"),
        flag("IsAvailableOffline", value=True),
        flag("IsBPFEntity", value=False),
        flag("IsBusinessProcessEnabled", value=False),
        Member("IsChildEntity", "Edm.Boolean", lambda table: table.ownership == "None" and not table.is_intersect),
        managed("IsConnectionsEnabled", value=True, logical_name="canmodifyconnectionsettings"),
        _of("IsCustomEntity", "is_custom", "Edm.Boolean"),
        managed("IsCustomizable", value=True),
        flag("IsDocumentManagementEnabled", value=False),
        managed("IsDuplicateDetectionEnabled", value=False, logical_name="canmodifyduplicatedetectionsettings"),
        flag("IsEnabledForCharts", value=True),
        flag("IsEnabledForExternalChannels", value=False),
        flag("IsEnabledForTrace", value=False),
        Member("IsImportable", "Edm.Boolean", lambda table: not _read_only(table)),
        flag("IsInteractionCentricEnabled", value=False),
        _of("IsIntersect", "is_intersect", "Edm.Boolean"),
        flag("IsKnowledgeManagementEnabled", value=False),
        flag("IsLogicalEntity", value=False),
        managed("IsMailMergeEnabled", value=True),
        Member("IsManaged", "Edm.Boolean", lambda table: not table.is_custom),
        managed("IsMappable", value=True),
        managed("IsOfflineInMobileClient", value=True, logical_name="canmodifymobileclientoffline"),
        flag("IsOneNoteIntegrationEnabled", value=False),
        Member("IsOptimisticConcurrencyEnabled", "Edm.Boolean", lambda table: "versionnumber" in table.columns),
        Member("IsPrivate", "Edm.Boolean", _read_only),
        flag("IsQuickCreateEnabled", value=False),
        flag("IsReadingPaneEnabled", value=True),
        managed("IsReadOnlyInMobileClient", value=False, logical_name="canmodifymobileclientreadonly"),
        managed("IsRenameable", value=True),
        flag("IsSLAEnabled", value=False),
        flag("IsSolutionAware", value=False),
        Member("IsStateModelAware", "Edm.Boolean", lambda table: "statecode" in table.columns),
        Member("IsValidForAdvancedFind", "Edm.Boolean", lambda table: not _read_only(table)),
        managed("IsValidForQueue", value=False, logical_name="canmodifyqueuesettings"),
        managed("IsVisibleInMobile", value=True, logical_name="canmodifymobilevisibility"),
        managed("IsVisibleInMobileClient", value=True, logical_name="canmodifymobileclientvisibility"),
        _of("LogicalCollectionName", "logical_collection_name"),
        _of("LogicalName", "logical_name"),
        _of("MetadataId", "metadata_id", "Edm.Guid"),
        _nullable("MobileOfflineFilters"),
        _of("ObjectTypeCode", "object_type_code", "Edm.Int32"),
        _of("OwnershipType", "ownership", "mscrm.OwnershipTypes"),
        _of("PrimaryIdAttribute", "primary_id"),
        _of("PrimaryImageAttribute", "primary_image"),
        _of("PrimaryNameAttribute", "primary_name"),
        Member("Privileges", "Collection(mscrm.SecurityPrivilegeMetadata)", _privileges),
        _nullable("RecurrenceBaseEntityLogicalName"),
        Member("ReportViewName", "Edm.String", lambda table: f"Filtered{table.schema_name}"),
        _of("SchemaName", "schema_name"),
        Member("SyncToExternalSearchIndex", "Edm.Boolean", is_indexed, is_kept=True),
        fixed("TableType", "Edm.String", "Standard"),
        flag("UsesBusinessDataLabelTable", value=False),
    ),
    own_navigations=_NAVIGATIONS,
)
