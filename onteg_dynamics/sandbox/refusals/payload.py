"""Bodies that do not fit."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import ODATA_CODE, PAYLOAD_CODE, Refusal


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


def image_on_create(column: str, table: str) -> Refusal:
    """Only the primary image may be set on create."""
    image = f"Non-primary image attribute {column} of entity {table}"
    return Refusal(400, "0x80090487", f"{image} is not allowed to upload during Create operation.")


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


def body_too_large() -> Refusal:
    """A body above what the service takes."""
    return Refusal(413, "", "The request entity is too large.")


def key_value_missing() -> Refusal:
    """A row in a message that does not say which row it is."""
    return Refusal(400, ODATA_CODE, "EdmEntityObject passed should have the key property value set.")
