"""FetchXML that cannot be carried out: the QueryBuilder family of "Web service error codes"."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import Refusal


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
