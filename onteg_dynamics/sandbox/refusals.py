"""THE catalogue: every refusal of the sandbox, one function each, with the real service's status, code and message.

Codes and texts follow the Web API's error list (https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes)
and "Compose HTTP requests and handle errors".
"""

from __future__ import annotations

PAYLOAD_CODE = "0x80048d19"
ODATA_CODE = "0x80060888"
SEGMENT_CODE = "0x8006088a"


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """An answer that says no.

    Args:
        status: The HTTP status.
        code: The Dataverse code: ``0x8…``, ``0x0`` or empty.
        message: The text for people.
        headers: Extra response headers, such as ``Retry-After`` or ``WWW-Authenticate``.
    """

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


# --- addresses ---------------------------------------------------------------------------------------------------


def no_such_segment(segment: str) -> Refusal:
    """The path names something that does not exist."""
    return Refusal(404, SEGMENT_CODE, f"Resource not found for the segment '{segment}'.")


def no_http_resource(url: str) -> Refusal:
    """The path exists, but not for this verb (a POST to a function)."""
    return Refusal(404, "", f"No HTTP resource was found that matches the request URI '{url}'.")


def method_not_allowed(method: str, resource: str) -> Refusal:
    """PATCH or DELETE on a collection, PUT on a row and the like."""
    message = f"The requested resource does not support http method '{method}'."
    return Refusal(405, "0x0", message, {"Allow": "OPTIONS,GET,HEAD,POST"} if resource else {})


def key_not_valid(type_name: str) -> Refusal:
    """The key names no primary or alternate key of the table."""
    return Refusal(
        400,
        "0x80060888",
        f"The key in the request URI is not valid for resource '{type_name}'. Ensure that the names and number of key "
        f"properties match the declared or alternate key properties for the resource '{type_name}'.",
    )


def bad_request_uri(detail: str) -> Refusal:
    """A path or key that cannot be read."""
    return Refusal(400, ODATA_CODE, f"Bad Request - Error in query syntax. {detail}".strip())


def url_too_long() -> Refusal:
    """A GET URL above 32 KB."""
    return Refusal(414, "", "The request URI is too long.")


def not_covered(what: str) -> Refusal:
    """Something the real service has and this sandbox does not."""
    return Refusal(501, "0x80040219", f"The sandbox does not cover this: {what}.")


# --- rows --------------------------------------------------------------------------------------------------------


def no_such_row(table: str, row_id: str) -> Refusal:
    """No row with that primary key."""
    return Refusal(404, "0x80040217", f"Entity '{table}' With Id = {row_id} Does Not Exist")


def no_such_rows(display_name: str, row_ids: str) -> Refusal:
    """No rows with these primary keys, in a bulk message."""
    return Refusal(404, "0x80040217", f"{display_name} With Ids = {row_ids} Do Not Exist")


def no_row_for_key(table: str) -> Refusal:
    """No row with that alternate key."""
    message = f"A record with the specified key values does not exist in {table} entity"
    return Refusal(404, "0x80060891", message)


def duplicate_row() -> Refusal:
    """The primary key is taken."""
    return Refusal(412, "0x80040237", "A record with matching key values already exists.")


def duplicate_insert() -> Refusal:
    """The primary key is taken, as bulk messages and associations word it."""
    return Refusal(412, "0x80040237", "Cannot insert duplicate key.")


def duplicate_key(key: str, columns: str) -> Refusal:
    """An alternate key is taken."""
    return Refusal(
        412,
        "0x80060892",
        f"Entity Key {key} violated. A record with the same value for {columns} already exists. "
        "A duplicate record cannot be created. Select one or more unique values and try again.",
    )


def duplicate_detected() -> Refusal:
    """A published duplicate rule matches."""
    message = "A record was not created or updated because a duplicate of the current record already exists."
    return Refusal(412, "0x80040333", message)


def version_mismatch() -> Refusal:
    """If-Match names another version."""
    message = "The version of the existing record doesn't match the RowVersion property provided."
    return Refusal(412, "0x80060882", message)


def concurrency_not_enabled(table: str) -> Refusal:
    """Optimistic concurrency is off for the table."""
    return Refusal(400, "0x8006088D", f"Optimistic concurrency isn't enabled for entity type {table}.")


def delete_restricted(table: str, row_id: str, relationship: str) -> Refusal:
    """A relationship with Restrict still has rows."""
    return Refusal(
        405,
        "0x80040227",
        f"The object cannot be deleted because it is associated with another object. Entity: {table}, Id: {row_id}, "
        f"relationship: {relationship}.",
    )


def abstract_table(table: str) -> Refusal:
    """Rows of base types and intersect tables are made through other tables."""
    return Refusal(405, "0x80040800", f"The method does not support entities of type '{table}'.")


# --- payload -----------------------------------------------------------------------------------------------------


def payload_error(entity_set: str, inner: str) -> Refusal:
    """The general refusal of a body, with the OData reader's own words inside."""
    return Refusal(
        400,
        PAYLOAD_CODE,
        f"Error identified in Payload provided by the user for Entity :'{entity_set}', For more information on this "
        "error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : "
        f"{inner}",
    )


def unreadable_json(entity_set: str) -> Refusal:
    """The body is not JSON."""
    inner = "Microsoft.OData.ODataException: Invalid JSON. An unexpected token was found in the payload."
    return payload_error(entity_set, inner)


def no_body(entity_set: str) -> Refusal:
    """A body is needed and there is none."""
    return payload_error(entity_set, "System.ArgumentException: Stream was not readable.")


def unknown_payload_property(name: str, type_name: str, entity_set: str) -> Refusal:
    """The body names a column that does not exist."""
    return payload_error(
        entity_set,
        f"Microsoft.Crm.CrmException: Invalid property '{name}' was found in entity '{type_name}'. ---> "
        "Microsoft.OData.ODataException: Does not support untyped value in non-open type.",
    )


def undeclared_navigation(name: str, entity_set: str) -> Refusal:
    """The body binds through a navigation property that does not exist."""
    return payload_error(
        entity_set,
        f"Microsoft.OData.ODataException: An undeclared property '{name}' which only has property annotations in the "
        "payload but no property value was found in the payload. In OData, only declared navigation properties and "
        "declared named streams can be represented as properties without values.",
    )


def cannot_convert(value: object, edm_type: str, entity_set: str) -> Refusal:
    """A literal of the wrong type."""
    shown = str(value)[:100]
    return payload_error(
        entity_set,
        f"Microsoft.OData.ODataException: Cannot convert the literal '{shown}' to the expected type '{edm_type}'. ---> "
        "System.FormatException: Input string was not in a correct format.",
    )


def too_long(column: str, table: str, limit: int) -> Refusal:
    """Text above MaxLength."""
    return Refusal(
        400,
        "0x80044331",
        f"A validation error occurred.  The length of the '{column}' attribute of the '{table}' entity exceeded the "
        f"maximum allowed length of '{limit}'.",
    )


def out_of_range(column: str, value: object, low: object, high: object, *, whole: bool) -> Refusal:
    """A number outside MinValue and MaxValue."""
    code = "0x8004432f" if whole else "0x80044330"
    return Refusal(
        400,
        code,
        f"A validation error occurred.  The value {value} of '{column}' is outside the valid range. "
        f"Accepted Values: {low} to {high}.",
    )


def bad_option(column: str, table: str, value: object) -> Refusal:
    """A choice value that the column does not have."""
    return Refusal(
        400,
        "0x8004431a",
        f"A validation error occurred. The value '{value}' of '{column}' on record of type '{table}' is outside the "
        "valid range.",
    )


def too_many_options(column: str, limit: int) -> Refusal:
    """More than 150 values in a multi-select column."""
    message = f"The number of selected values of '{column}' exceeds the maximum allowed number of '{limit}'."
    return Refusal(400, "0x80040203", message)


def bad_state(state: int, table: str, row_id: str) -> Refusal:
    """A state that the table does not have."""
    return Refusal(400, "0x80048408", f"{state} is not a valid state code on {table} with Id {row_id}.")


def bad_status(status: int, state: str, table: str, row_id: str) -> Refusal:
    """A status reason that does not belong to the state."""
    message = f"{status} is not a valid status code for state code {table}State.{state} on {table} with Id {row_id}."
    return Refusal(400, "0x80048408", message)


def required_missing(column: str, table: str) -> Refusal:
    """A system-required column is absent on create or null on update."""
    return Refusal(400, "0x80040203", f"Attribute: {column} cannot be null on entity {table}.")


def customer_missing() -> Refusal:
    """A case without a customer."""
    return Refusal(400, "0x80040203", "You should specify a parent contact or account.")


def date_out_of_range(column: str) -> Refusal:
    """A date before 1753."""
    return Refusal(
        400,
        "0x80040203",
        f"The date-time format for {column} is invalid, or value is outside the supported range. The minimum is "
        "01/01/1753 00:00:00.",
    )


def worth_too_much(column: str, limit: int) -> Refusal:
    """An exchange rate that makes an amount greater than the base currency can say."""
    return Refusal(
        400,
        "0x80048cec",
        f"The exchange rate set for the currency specified in this record has generated a value for {column} that is "
        f"larger than the maximum allowed for the base currency ({limit}).",
    )


def bad_reference(uri: str, entity_set: str) -> Refusal:
    """A bind or reference that is no address of a row."""
    inner = f"Microsoft.OData.ODataException: Resource not found for the segment '{uri[:200]}'."
    return payload_error(entity_set, inner)


def wrong_reference_type(name: str, expected: str, actual: str, entity_set: str) -> Refusal:
    """A bind to a row of another table."""
    return payload_error(
        entity_set,
        f"Microsoft.OData.ODataException: A resource with type '{actual}' was found, but it is not assignable to the "
        f"expected type '{expected}' of the property '{name}'.",
    )


def bind_value_null_in_collection(name: str, entity_set: str) -> Refusal:
    """A collection bind needs an array of addresses."""
    return payload_error(
        entity_set,
        f"Microsoft.OData.ODataException: The property '{name}@odata.bind' is a collection navigation property; an "
        "array of entity reference links was expected.",
    )


def collection_on_update(name: str, entity_set: str) -> Refusal:
    """Collections cannot be written by an update."""
    return payload_error(
        entity_set,
        f"Microsoft.OData.ODataException: Collection navigation property '{name}' is not supported in an update.",
    )


def file_in_payload(column: str) -> Refusal:
    """File columns are written by upload only."""
    return Refusal(400, "0x80048d19", f"The file column '{column}' cannot be set in the body of a create or update.")


def image_on_create(column: str) -> Refusal:
    """Only the primary image may be set on create."""
    message = f"Cannot upload non primary image attribute on create: '{column}'."
    return Refusal(400, "0x80090487", message)


def bad_image(column: str) -> Refusal:
    """The bytes are no image that the service knows."""
    return Refusal(400, "0x80072553", f"Failed to process the image of '{column}'.")


# --- query -------------------------------------------------------------------------------------------------------


def unknown_property(name: str, type_name: str) -> Refusal:
    """$select, $filter, $orderby name a property that does not exist."""
    return Refusal(400, ODATA_CODE, f"Could not find a property named '{name}' on type '{type_name}'.")


def query_error(message: str) -> Refusal:
    """An OData query option that cannot be read or is not supported."""
    return Refusal(400, ODATA_CODE, message)


def metadata_function(name: str) -> Refusal:
    """String functions do not exist on metadata."""
    return Refusal(501, SEGMENT_CODE, f'The "{name}" function isn\'t supported for Metadata Entities')


# --- FetchXML (the QueryBuilder family of "Web service error codes") ------------------------------------------------


def fetch_not_xml() -> Refusal:
    """The text is no well-formed XML."""
    return Refusal(400, "0x80040201", "Invalid XML.")


def fetch_bad_node(name: str) -> Refusal:
    """An element that FetchXML does not have, or has elsewhere."""
    return Refusal(400, "0x8004111c", f"The element node encountered is invalid. Element: {name[:100]}")


def fetch_element_missing(name: str) -> Refusal:
    """A fetch without its entity."""
    return Refusal(400, "0x80041123", f"A required element was not specified. Element: {name}")


def fetch_attribute_missing(element: str, name: str) -> Refusal:
    """An element without an attribute that it needs."""
    return Refusal(400, "0x8004111e", f"A required attribute was not specified. Element: {element}, attribute: {name}")


def fetch_bad_flag(name: str, code: str) -> Refusal:
    """A yes or no that is neither."""
    return Refusal(400, code, f"The only valid values for {name} attribute are 'true', 'false', '1', and '0'.")


def fetch_bad_value(name: str, value: str) -> Refusal:
    """An attribute with a value that it does not take."""
    return Refusal(400, "0x80041139", f"The attribute value provided is invalid. {name}='{value[:100]}'")


def fetch_not_positive() -> Refusal:
    """A count, page or top of nought."""
    return Refusal(400, "0x8004110c", "A value greater than zero must be specified.")


def fetch_top_too_high(limit: int) -> Refusal:
    """A top above what one page holds."""
    return Refusal(400, "0x80040203", f"The value of the top attribute can't exceed {limit}.")


def fetch_top_with_paging(name: str) -> Refusal:
    """Top and paging together."""
    return Refusal(400, "0x80040203", f"The top attribute can't be specified with paging attribute {name}")


def fetch_bad_mapping() -> Refusal:
    """A mapping that does not exist."""
    text = "The only valid values for mapping are 'logical' or 'internal' which is deprecated."
    return Refusal(400, "0x80041116", text)


def fetch_utc_offset() -> Refusal:
    """An attribute that older versions had."""
    return Refusal(400, "0x8004111d", "The utc-offset attribute is not supported for deserialization.")


def fetch_bad_filter_type() -> Refusal:
    """A filter that is neither and nor or."""
    return Refusal(400, "0x80041122", "Unsupported filter type. Valid values are 'and', or 'or'.")


def fetch_bad_link_type() -> Refusal:
    """A kind of link that does not exist, or not in this place."""
    return Refusal(
        400,
        "0x80041117",
        "The only valid values for link-type attribute are 'natural', 'inner','in','exists',"
        "'matchfirstrowusingcrossapply' and 'outer'.",
    )


def fetch_bad_operator(name: str) -> Refusal:
    """An operator that does not exist, or not for this use."""
    return Refusal(400, "0x80041120", f"Unsupported condition operator. Operator: {name[:100]}")


def fetch_value_count(operator: str, needed: int, given: int, column: str) -> Refusal:
    """Too many or too few values for an operator; the misspelling is the service's."""
    text = f"The ConditonOperator.{operator} requires {needed} value/s, not {given}. Parameter Name: {column}"
    return Refusal(400, "0x80040203", text)


def fetch_not_convertible(value: str, column: str, kind: str) -> Refusal:
    """A value that is none of the column's type."""
    return Refusal(
        400,
        "0x80040203",
        f"An exception System.FormatException was thrown while trying to convert input value '{value[:100]}' to "
        f"attribute '{column}'. Expected type of attribute value: {kind}.",
    )


def fetch_no_table(name: str) -> Refusal:
    """No table of that name."""
    text = f"The entity with a name = '{name[:100]}' with namemapping = 'Logical' was not found in the MetadataCache."
    return Refusal(400, "0x80041102", text)


def fetch_no_column(table: str, name: str) -> Refusal:
    """No column of that name in the table."""
    text = f"'{table}' entity doesn't contain attribute with Name = '{name[:100]}' and NameMapping = 'Logical'."
    return Refusal(400, "0x80041103", text)


def fetch_no_relationship(parent: str, table: str) -> Refusal:
    """A link that does not say how, between tables that do not tell it either."""
    return Refusal(
        400,
        "0x80041102",
        f"No system many-to-many relationship exists between {parent} and {table}.  If attempting to link through a "
        "custom many-to-many relationship ensure that you provide the from and to attributes.",
    )


def fetch_no_alias(name: str) -> Refusal:
    """A condition or order that names no linked table."""
    return Refusal(400, "0x8004110b", f"No alias for the given entity in the condition was found. Alias: {name[:100]}")


def fetch_bad_alias(name: str) -> Refusal:
    """An alias with other than letters, digits and underscores, or none where one is needed."""
    if not name:
        return Refusal(400, "0x80041109", "Invalid alias for aggregate operation.")
    return Refusal(
        400,
        "0x80041109",
        f"Invalid character specified for alias: {name[:100]}. Only characters within the ranges [A-Z], [a-z] or [0-9] "
        "or _ are allowed.  The first character may only be in the ranges [A-Z], [a-z] or _.",
    )


def fetch_duplicate_alias(name: str) -> Refusal:
    """An alias given twice."""
    return Refusal(400, "0x80041130", f"FetchXML should have unique aliases. Alias: {name[:100]}")


def fetch_wrong_table() -> Refusal:
    """A query of another table than the address names."""
    text = "The entity name specified in fetchxml does not match the entity name specified in the Entity or Query "
    return Refusal(400, "0x80041128", f"{text}Expression.")


def fetch_bad_join(first: str, second: str) -> Refusal:
    """Columns that cannot be joined or compared."""
    text = f"Data Types don't match for the link-entity join attributes '{first}', '{second}'."
    return Refusal(400, "0x80041104", text)


def fetch_too_many_links() -> Refusal:
    """More than 15 linked tables."""
    return Refusal(400, "0x8004430D", "Number of link entities in query exceeded maximum limit.")


def fetch_too_many_conditions() -> Refusal:
    """More than 500 conditions."""
    return Refusal(400, "0x8004430C", "Number of conditions in query exceeded maximum limit.")


def fetch_bad_cookie_page() -> Refusal:
    """A paging cookie without its page."""
    return Refusal(400, "0x8004112A", "Invalid page number in paging cookie.")


def fetch_cookie_mismatch() -> Refusal:
    """A paging cookie of another query."""
    return Refusal(400, "0x80041129", "Paging Cookie And Query Do Not Match")


def fetch_too_deep(limit: int) -> Refusal:
    """Simple paging beyond what it reaches."""
    text = f"Paging without a paging cookie can't go beyond {limit} records."
    return Refusal(400, "0x80040203", text)


def fetch_order_needs_alias() -> Refusal:
    """An order of groups that names no alias."""
    return Refusal(400, "0x80041134", "An alias is required for an order clause for an aggregate Query.")


def fetch_order_by_attribute() -> Refusal:
    """An order of groups by a column."""
    text = "An attribute cannot be specified for an order clause for an aggregate Query. Use an alias."
    return Refusal(400, "0x80041131", text)


def fetch_order_by_alias() -> Refusal:
    """An order of rows by an alias."""
    text = "An alias cannot be specified for an order clause for a non-aggregate Query. Use an attribute."
    return Refusal(400, "0x80041132", text)


def fetch_order_needs_attribute() -> Refusal:
    """An order of rows that names no column."""
    return Refusal(400, "0x80041133", "An attribute is required for an order clause for a non-aggregate Query.")


def fetch_attribute_with_aggregate() -> Refusal:
    """A plain column among aggregates."""
    return Refusal(400, "0x80041107", "Attributes can not be returned when aggregate operation is specified.")


def fetch_group_and_aggregate() -> Refusal:
    """A column that is grouped by and aggregated."""
    return Refusal(400, "0x80041137", "An attribute can either be an aggregate or a Group By but not both")


def fetch_bad_aggregate(name: str, kind: str) -> Refusal:
    """An aggregate that a column's type does not have."""
    return Refusal(400, "0x8004112F", f"Aggregate {name[:100]} is not supported for attribute of type {kind}.")


def fetch_bad_date_grouping() -> Refusal:
    """A part of a date that is none, or none where one is needed."""
    return Refusal(400, "0x80041135", "An invalid value was specified for dategrouping.")


def aggregate_limit() -> Refusal:
    """More rows under an aggregate than the service counts."""
    return Refusal(400, "0x8004E023", "AggregateQueryRecordLimit exceeded. Cannot perform this operation.")


# --- people ------------------------------------------------------------------------------------------------------


def not_authenticated(challenge: str) -> Refusal:
    """No token, or not a good one."""
    return Refusal(401, "", "Authorization failed: a valid bearer token is required.", {"WWW-Authenticate": challenge})


def not_a_member() -> Refusal:
    """A good token of an application that has no application user."""
    return Refusal(403, "0x80072560", "The user is not a member of the organization.")


def no_roles(user_id: str) -> Refusal:
    """An application user without a security role."""
    return Refusal(403, "0x80042f09", f"The user (Id = {user_id}) has not been assigned any roles.")


def user_disabled(user_id: str) -> Refusal:
    """A user whom an administrator has switched off."""
    message = f"The specified user(Id = {user_id}) is disabled. Consider enabling this user."
    return Refusal(403, "0x80040225", message)


# --- bodies that are batches -------------------------------------------------------------------------------------


def missing_content_id() -> Refusal:
    """A change-set part without its Content-ID."""
    return Refusal(400, ODATA_CODE, "Content-ID header not present in the changeset request part.")


def duplicate_content_id(value: str) -> Refusal:
    """Two parts of a batch share a Content-ID."""
    return Refusal(400, ODATA_CODE, f"The content ID '{value}' was found more than once in the same batch.")


def unknown_content_id(value: str) -> Refusal:
    """A ``$n`` that no earlier part of the change set carries."""
    return Refusal(400, ODATA_CODE, f"Content-ID Reference: '{value}' does not exist in the batch context.")


def bad_batch(detail: str) -> Refusal:
    """A batch envelope that cannot be read."""
    return Refusal(400, PAYLOAD_CODE, f"Error identified in Payload provided by the user for Entity :'', {detail}")


def too_many_operations(limit: int) -> Refusal:
    """More operations than one batch may hold."""
    return Refusal(400, "0x80060888", f"The number of operations in the batch exceeds the limit of {limit}.")


# --- references in payloads and state changes ----------------------------------------------------------------------


def lookup_value_in_payload() -> Refusal:
    """The body sets ``_x_value``; lookups are set through navigation properties."""
    message = "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."
    return Refusal(400, PAYLOAD_CODE, message)


def primitive_for_navigation(name: str, entity_set: str) -> Refusal:
    """The body gives a plain value for a navigation property."""
    return payload_error(
        entity_set,
        "Microsoft.OData.ODataException: A 'PrimitiveValue' node with non-null value was found when trying to read the "
        f"value of the property '{name}'; however, a 'StartArray' node, a 'StartObject' node, or a 'PrimitiveValue' "
        "node with null value was expected.",
    )


def wrong_odata_type(given: str, expected: str, entity_set: str) -> Refusal:
    """The body says it is another type than the address."""
    return payload_error(
        entity_set,
        f"Microsoft.OData.ODataException: A resource with type '{given}' was found, but it is not assignable to the "
        f"expected type '{expected}'.",
    )


def state_needs_message(table: str, state: str, message: str) -> Refusal:
    """States that are reached through an action only (a won opportunity, a resolved case)."""
    text = (
        f"This message can not be used to set the state of {table} to {state}. In order to set state of {table} to "
        f"{state}, use the {message} message instead."
    )
    return Refusal(400, "0x80048408", text)


def deep_update(name: str, entity_set: str) -> Refusal:
    """A nested row in an update."""
    return payload_error(
        entity_set,
        f"Microsoft.OData.ODataException: Deep update of the navigation property '{name}' is not supported.",
    )


# --- metadata ----------------------------------------------------------------------------------------------------


def no_such_table(member: str, wanted: str) -> Refusal:
    """No table of that name or metadata id."""
    if member == "MetadataId":
        return Refusal(404, "0x80040217", f"Could not find an entity with specified metadata id: {wanted}.")
    message = f"The entity with a name = '{wanted}' with namemapping = 'Logical' was not found in the MetadataCache."
    return Refusal(404, "0x80041102", message)


def no_such_column(table: str, wanted: str) -> Refusal:
    """No column of that name or metadata id in the table."""
    message = f"'{table}' entity doesn't contain attribute with Name = '{wanted}' and NameMapping = 'Logical'."
    return Refusal(404, "0x80041103", message)


def no_such_definition(kind: str, wanted: str) -> Refusal:
    """No key, relationship or global choice of that name or metadata id."""
    return Refusal(404, "0x80040217", f"Could not find {kind} with key {wanted}.")


# --- changing metadata -------------------------------------------------------------------------------------------


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


# --- sizes -------------------------------------------------------------------------------------------------------


def body_too_large() -> Refusal:
    """A body above what the service takes."""
    return Refusal(413, "", "The request entity is too large.")


# --- bulk messages -----------------------------------------------------------------------------------------------


def key_value_missing() -> Refusal:
    """A row in a message that does not say which row it is."""
    return Refusal(400, ODATA_CODE, "EdmEntityObject passed should have the key property value set.")
