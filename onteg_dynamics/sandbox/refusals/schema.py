"""Changes of metadata that are refused."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import Refusal
from onteg_dynamics.sandbox.refusals.payload import payload_error


def bad_definition(detail: str) -> Refusal:
    """A definition that says what cannot be."""
    return Refusal(400, "0x80040203", detail)


def required_field(name: str) -> Refusal:
    """A definition without a member that it needs."""
    return Refusal(400, "0x80040203", f"Required field '{name}' is missing")


def bad_schema_name(name: str, kind: str) -> Refusal:
    """A schema name without a customization prefix, or with letters that do not belong there."""
    return Refusal(
        400,
        "0x80040203",
        f"The name '{name[:100]}' of the {kind} is invalid or missing. It must start with a valid customization "
        "prefix: two to eight letters and digits, and an underscore; letters, digits and underscores may follow.",
    )


def name_taken(name: str, kind: str) -> Refusal:
    """A table or global choice of that name exists."""
    message = f"The schema name {name} for type {kind} is not unique. An {name} with same name already exists."
    return Refusal(400, "0x80044363", message)


def column_exists(name: str, table: str) -> Refusal:
    """The table has a column of that name."""
    message = f"An attribute with the specified name {name} already exists for entity {table}."
    return Refusal(400, "0x80047013", message)


def relationship_exists() -> Refusal:
    """There is a relationship of that name."""
    message = "A relationship with the specified name already exists. Please specify a unique name."
    return Refusal(400, "0x8004432b", message)


def navigation_not_unique(name: str) -> Refusal:
    """A table has that navigation property."""
    return Refusal(400, "0x80072551", f"NavigationPropertyName {name} is not unique within an entity")


def wrong_ownership() -> Refusal:
    """An ownership that a table cannot be made with."""
    return Refusal(400, "0x8004700d", "The specified ownership type mask is not valid for this operation")


def wrong_primary_type() -> Refusal:
    """A primary name column that is no text."""
    return Refusal(400, "0x8004700e", "Primary UI Attribute has to be of type String")


def activity_needs_subject() -> Refusal:
    """An activity table whose primary name is not its subject."""
    message = "A custom entity defined as an activity cannot have primary attribute other than subject."
    return Refusal(400, "0x8004f127", message)


def second_primary_name(first: str, table: str, second: str) -> Refusal:
    """Two columns that want to be the primary name."""
    return Refusal(
        400,
        "0x8004701e",
        f"The new {second} attribute is set as the primary name attribute for the {table} entity. The {table} entity "
        f"already has the {first} attribute set as the primary name attribute. An entity can only have one primary "
        "name attribute.",
    )


def type_not_creatable(type_name: str) -> Refusal:
    """Columns that come with relationships or with the platform only."""
    return Refusal(400, "0x80040203", f"Attribute of type {type_name} cannot be created through the SDK.")


def bad_text_format(name: str, column: str) -> Refusal:
    """A format that text does not have."""
    message = f"Invalid string format {name} for column {column}. Please use a correct format."
    return Refusal(400, "0x80090485", message)


def limits_out_of_range(
    column: str, low: object, high: object, *, lowest: object, highest: object, kind: str
) -> Refusal:
    """MinValue and MaxValue that the column's type does not allow, or that are the wrong way round."""
    code = {"Decimal": "0x8009049c", "Double": "0x8009049d"}.get(kind, "0x80040203")
    return Refusal(
        400,
        code,
        f"Min/max values are out of range for '{column}' attribute. MinValue: {low}, MaxValue: {high}, "
        f"ValueLowerLimit:{lowest}, ValueUpperLimit: {highest}.",
    )


def not_customizable() -> Refusal:
    """A table, column or relationship of the platform that stays as it is."""
    return Refusal(400, "0x80047008", "The specified entity is not customizable")


def table_is_intersect() -> Refusal:
    """The table of a many-to-many relationship goes with it."""
    return Refusal(400, "0x8004830f", "The specified entity is intersect entity")


def cannot_delete_metadata(name: str, metadata_id: str) -> Refusal:
    """A definition that came with the environment."""
    return Refusal(
        400,
        "0x8004f032",
        f"The 'Delete' operation on the current component(name='{name}', id='{metadata_id}') failed during managed "
        "property evaluation of condition: 'IsCustomizable'",
    )


def component_in_use(kind: str, metadata_id: str, count: int) -> Refusal:
    """A definition that others need."""
    return Refusal(
        400,
        "0x8004f01f",
        f"The {kind}({metadata_id}) component cannot be deleted because it is referenced by {count} other components. "
        "For a list of referenced components, use the RetrieveDependenciesForDeleteRequest.",
    )


def cannot_delete_primary_name() -> Refusal:
    """The primary name column."""
    return Refusal(400, "0x80047002", "The Primary UI Attribute is not valid for deletion")


def cannot_delete_base_money() -> Refusal:
    """A money column's value in the base currency."""
    return Refusal(400, "0x80048cfe", "The base money calculation Attribute is not valid for deletion")


def cannot_delete_child_column() -> Refusal:
    """A column that belongs to another one."""
    return Refusal(400, "0x80047016", "The Child Attribute is not valid for deletion")


def required_level_is_fixed() -> Refusal:
    """A column that the system requires."""
    return Refusal(400, "0x8004d293", "An attribute's required level cannot be changed from SystemRequired")


def cannot_change_format(old: str, new: str, column: str, table: str) -> Refusal:
    """A format that a column cannot go over to."""
    message = f"You cannot change the format {old} to format {new} on column {column} of table {table}."
    return Refusal(400, "0x80090482", message)


def second_parent() -> Refusal:
    """A table that would be the child of two."""
    return Refusal(
        400,
        "0x8004432d",
        "This entity is either not valid as a child in a custom parental relationship or is already a child in a "
        "parental relationship",
    )


def wrong_cascade_for_ownership() -> Refusal:
    """Cascade User-Owned on rows that no user owns."""
    message = "Cascade User-Owned is not a valid cascade link type for org-owned entity relationships."
    return Refusal(400, "0x80044156", message)


def twice_in_lookup(target: str, table: str, column: str) -> Refusal:
    """A lookup of many tables that names one of them twice."""
    return Refusal(
        400,
        "0x80090424",
        f"The entity '{target}' cannot be referenced more than once in a polymorphic lookup. Referencing entity "
        f"'{table}', attribute '{column}'.",
    )


def lookup_of_itself(table: str) -> Refusal:
    """A lookup of many tables that names its own."""
    return Refusal(
        400,
        "0x80090423",
        f"Relationship for polymorphic lookup cannot be self referential. The entity '{table}' cannot be the "
        "referencing and referenced entity.",
    )


def last_of_lookup(relationship: str, column: str) -> Refusal:
    """The last relationship of a lookup of many tables."""
    return Refusal(
        400,
        "0x80090420",
        f"The relationship '{relationship}' is required by the '{column}' polymorphic lookup attribute and can't be "
        "deleted. The relationship will be removed when the polymorphic lookup attribute is deleted.",
    )


def key_name_taken(name: str, table: str) -> Refusal:
    """The table has an alternate key of that name."""
    return Refusal(400, "0x80060893", f"An entity key with the name {name} already exists on entity {table}.")


def key_columns_taken() -> Refusal:
    """The table has an alternate key of these columns."""
    return Refusal(400, "0x80060894", "An entity key with the selected attributes already exists on entity.")


def key_column_not_valid(name: str, metadata_id: str) -> Refusal:
    """A column that a row cannot be given in a create."""
    message = f"Attribute of an entity key must be valid for create. Atribute Name = '{name}' Id = '{metadata_id}'"
    return Refusal(400, "0x80090110", message)


def key_is_not_failed() -> Refusal:
    """Only a key whose index could not be made is tried again."""
    message = "Entity key can only be reactivated when its index job has failed."
    return Refusal(400, "0x80060897", message)


def choice_in_use(tables: str) -> Refusal:
    """A global choice that columns use."""
    return Refusal(
        400,
        "0x80048417",
        f"This option set cannot be deleted. The current set of entities that reference this option set are: {tables}. "
        "These references must be removed before this option set can be deleted",
    )


def bad_options(detail: str) -> Refusal:
    """Options that do not fit together."""
    return Refusal(400, "0x80048403", f"Invalid OptionSet. {detail}")


def boolean_has_two_options() -> Refusal:
    """A third option for yes and no."""
    return Refusal(400, "0x8004431d", "You cannot add an option to a Boolean attribute.")


def states_are_fixed() -> Refusal:
    """A new state."""
    return Refusal(400, "0x8004431e", "You cannot add state options to a State attribute.")


def options_are_fixed() -> Refusal:
    """Taking an option from a column whose options are fixed."""
    return Refusal(400, "0x80044323", "You can delete options only from picklist and status attributes.")


def default_status_is_fixed() -> Refusal:
    """The status reason that a state begins with."""
    return Refusal(400, "0x80044341", "Default Status options cannot be deleted.")


def no_state_code() -> Refusal:
    """A table without states."""
    return Refusal(400, "0x80047015", "Specified entity does not have a statecode.")


def bad_solution_name() -> Refusal:
    """A solution whose name cannot be one."""
    return Refusal(
        400,
        "0x8004f002",
        "Invalid character specified for solution unique name. Only characters within the ranges [A-Z], [a-z], [0-9] "
        "or _ are allowed. The first character may only be in the ranges [A-Z], [a-z] or _.",
    )


def stamp_expired() -> Refusal:
    """A version stamp from before what the service remembers."""
    message = "Version stamp associated with the client has expired. Please perform a full sync."
    return Refusal(400, "0x80044352", message)


def relationship_query_alone() -> Refusal:
    """A RelationshipQuery for tables whose relationships nobody asked for."""
    return Refusal(
        400,
        "0x80072528",
        "Atleast one of the relationship properties must be part of the requested EntityMetadata properties when a "
        "RelationshipQuery is specified.Expect atleast one of property = OneToManyRelationships, "
        "ManyToOneRelationships or ManyToManyRelationships in requested entity properties list.",
    )


def unknown_parameter(name: str, message: str) -> Refusal:
    """The body of an action names a parameter that it does not have."""
    return payload_error(
        message,
        f"Microsoft.OData.ODataException: The parameter '{name}' in the request payload is not a valid parameter for "
        f"the operation '{message}'.",
    )
