"""The complex and enumeration types that metadata members and messages name, for the CSDL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onteg_dynamics.sandbox.people.access import ACCESS

_GUID, _TEXT, _INT, _BOOL = "Edm.Guid", "Edm.String", "Edm.Int32", "Edm.Boolean"


@dataclass(frozen=True)
class Message:
    """A function or action as the CSDL shows it.

    Attributes:
        name: The name without its namespace.
        is_function: True for a function (GET), False for an action (POST).
        binding: The logical name of the table that it is bound to, or None.
        on_collection: True where it is bound to the whole entity set.
        parameters: Types by parameter name, the binding one left out.
        returns: The type of the answer, or None where there is none.
        result: The members of the answer where it is a complex type of its own: types by name.
        optional: The parameters that a call of a function may leave out.
    """

    name: str
    is_function: bool
    binding: str | None = None
    on_collection: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    returns: str | None = None
    result: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()


_MANAGED = {"Value": _BOOL, "CanBeChanged": _BOOL, "ManagedPropertyLogicalName": _TEXT}
_OPTION = {
    "Value": _INT,
    "Color": _TEXT,
    "IsManaged": _BOOL,
    "ExternalValue": _TEXT,
    "ParentValues": f"Collection({_INT})",
    "Tag": _TEXT,
    "IsHidden": _BOOL,
    "MetadataId": _GUID,
    "HasChanged": _BOOL,
    "Label": "mscrm.Label",
    "Description": "mscrm.Label",
}
_LEVEL = {"Properties": "mscrm.MetadataPropertiesExpression", "Criteria": "mscrm.MetadataFilterExpression"}
COMPLEX_TYPES: Mapping[str, Mapping[str, str]] = {
    "LocalizedLabel": {
        "Label": _TEXT,
        "LanguageCode": _INT,
        "IsManaged": _BOOL,
        "MetadataId": _GUID,
        "HasChanged": _BOOL,
    },
    "Label": {
        "LocalizedLabels": "Collection(mscrm.LocalizedLabel)",
        "UserLocalizedLabel": "mscrm.LocalizedLabel",
    },
    "BooleanManagedProperty": _MANAGED,
    "AttributeRequiredLevelManagedProperty": {**_MANAGED, "Value": "mscrm.AttributeRequiredLevel"},
    "AttributeSetting": {"Name": _TEXT, "Value": _TEXT, "Id": _GUID, "Type": _TEXT, "OverridableLevel": _TEXT},
    "AttributeTypeDisplayName": {"Value": _TEXT},
    "StringFormatName": {"Value": _TEXT},
    "DateTimeBehavior": {"Value": _TEXT},
    "AssociatedMenuConfiguration": {
        "Behavior": "mscrm.AssociatedMenuBehavior",
        "Group": "mscrm.AssociatedMenuGroup",
        "Order": _INT,
        "IsCustomizable": _BOOL,
        "Icon": _TEXT,
        "ViewId": _GUID,
        "AvailableOffline": _BOOL,
        "MenuId": _TEXT,
        "QueryApi": _TEXT,
        "Label": "mscrm.Label",
    },
    "CascadeConfiguration": dict.fromkeys(
        ("Assign", "Delete", "Archive", "Merge", "Reparent", "Share", "Unshare", "RollupView"),
        "mscrm.CascadeType",
    ),
    "OptionMetadata": _OPTION,
    "RelationshipAttribute": {"AttributeName": _TEXT, "Value": _TEXT},
    "SecurityPrivilegeMetadata": {
        "CanBeBasic": _BOOL,
        "CanBeEntityReference": _BOOL,
        "CanBeParentEntityReference": _BOOL,
        "CanBeDeep": _BOOL,
        "CanBeGlobal": _BOOL,
        "CanBeLocal": _BOOL,
        "Name": _TEXT,
        "PrivilegeId": _GUID,
        "PrivilegeType": _TEXT,
    },
    "Object": {"Type": _TEXT, "Value": _TEXT},
    "MetadataPropertiesExpression": {"AllProperties": _BOOL, "PropertyNames": f"Collection({_TEXT})"},
    "MetadataConditionExpression": {
        "PropertyName": _TEXT,
        "ConditionOperator": "mscrm.MetadataConditionOperator",
        "Value": "mscrm.Object",
    },
    "MetadataFilterExpression": {
        "FilterOperator": "mscrm.LogicalOperator",
        "Conditions": "Collection(mscrm.MetadataConditionExpression)",
        "Filters": "Collection(mscrm.MetadataFilterExpression)",
    },
    "LabelQueryExpression": {"FilterLanguages": f"Collection({_INT})", "MissingLabelBehavior": _INT},
    **dict.fromkeys(("AttributeQueryExpression", "EntityKeyQueryExpression", "RelationshipQueryExpression"), _LEVEL),
    "EntityQueryExpression": {
        **_LEVEL,
        "AttributeQuery": "mscrm.AttributeQueryExpression",
        "KeyQuery": "mscrm.EntityKeyQueryExpression",
        "RelationshipQuery": "mscrm.RelationshipQueryExpression",
        "LabelQuery": "mscrm.LabelQueryExpression",
    },
    "GuidCollection": {"Items": f"Collection({_GUID})"},
    "DeletedMetadataCollection": {
        "Count": _INT,
        "IsReadOnly": _BOOL,
        "Keys": "Collection(mscrm.DeletedMetadataFilters)",
        "Values": "Collection(mscrm.GuidCollection)",
    },
    "EndpointCollection": {
        "Count": _INT,
        "IsReadOnly": _BOOL,
        "Keys": f"Collection({_TEXT})",
        "Values": f"Collection({_TEXT})",
    },
    "EntityRecordCountCollection": {
        "Count": _INT,
        "IsReadOnly": _BOOL,
        "Keys": f"Collection({_TEXT})",
        "Values": "Collection(Edm.Int64)",
    },
    "PrincipalAccess": {"AccessMask": "mscrm.AccessRights", "Principal": "mscrm.principal"},
    "RolePrivilege": {
        "Depth": "mscrm.PrivilegeDepth",
        "PrivilegeId": _GUID,
        "BusinessUnitId": _GUID,
        "PrivilegeName": _TEXT,
    },
    "OrganizationDetail": {
        **dict.fromkeys(("OrganizationId", "EnvironmentId", "DatacenterId"), _GUID),
        **dict.fromkeys(
            ("FriendlyName", "OrganizationVersion", "Geo", "TenantId", "UrlName", "UniqueName"),
            _TEXT,
        ),
        "State": "mscrm.OrganizationState",
        "Endpoints": "mscrm.EndpointCollection",
    },
}
DERIVED_COMPLEX: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "StateOptionMetadata": ("OptionMetadata", {"DefaultStatus": _INT, "InvariantName": _TEXT}),
    "StatusOptionMetadata": ("OptionMetadata", {"State": _INT, "TransitionData": _TEXT}),
}
ENUM_TYPES: Mapping[str, tuple[str, ...]] = {
    "AttributeTypeCode": (
        "Boolean",
        "Customer",
        "DateTime",
        "Decimal",
        "Double",
        "Integer",
        "Lookup",
        "Memo",
        "Money",
        "Owner",
        "PartyList",
        "Picklist",
        "State",
        "Status",
        "String",
        "Uniqueidentifier",
        "CalendarRules",
        "Virtual",
        "BigInt",
        "ManagedProperty",
        "EntityName",
    ),
    "AttributeRequiredLevel": ("None", "SystemRequired", "ApplicationRequired", "Recommended"),
    "AssociatedMenuBehavior": ("UseCollectionName", "UseLabel", "DoNotDisplay"),
    "AssociatedMenuGroup": ("Details", "Sales", "Service", "Marketing"),
    "CascadeType": ("NoCascade", "Cascade", "Active", "UserOwned", "RemoveLink", "Restrict"),
    "DateTimeFormat": ("DateOnly", "DateAndTime"),
    "DeletedMetadataFilters": ("Default", "Attribute", "Relationship", "Label", "OptionSet", "All"),
    "EndpointAccessType": ("Default", "Internet", "Intranet"),
    "EntityKeyIndexStatus": ("Pending", "InProgress", "Active", "Failed"),
    "ImeMode": ("Auto", "Inactive", "Active", "Disabled"),
    "IntegerFormat": ("None", "Duration", "TimeZone", "Language", "Locale"),
    "LogicalOperator": ("And", "Or"),
    "LookupFormat": ("None", "Connection", "Regarding", "Text"),
    "MetadataConditionOperator": ("Equals", "NotEquals", "In", "NotIn", "GreaterThan", "LessThan"),
    "OptionSetType": ("Picklist", "State", "Status", "Boolean"),
    "TargetFieldType": ("All", "ValidForCreate", "ValidForUpdate", "ValidForRead"),
    "OrganizationState": ("Enabled", "Disabled"),
    "OwnershipTypes": ("None", "UserOwned", "TeamOwned", "BusinessOwned", "OrganizationOwned", "BusinessParented"),
    "PrivilegeDepth": ("Basic", "Local", "Deep", "Global"),
    "RelationshipType": ("OneToManyRelationship", "ManyToManyRelationship"),
    "SecurityTypes": ("None", "Append", "ParentChild", "Pointer", "Inheritance"),
    "StringFormat": ("Email", "Text", "TextArea", "Url", "TickerSymbol", "PhoneticGuide", "VersionNumber", "Phone"),
}
FLAG_TYPES: Mapping[str, Mapping[str, int]] = {"AccessRights": {"None": 0, **ACCESS}}
"""Enumerations whose members can be joined, with their bits."""
