"""Actions and the function that change and watch metadata.

Follows "Create and update choices", "Create a customer lookup column", "Use multi-table lookup columns", "Work with
alternate keys", "Publish customizations" and "Query schema definitions".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.schema import (
    Change,
    check_solution,
    create_customer,
    create_polymorphic,
    create_table,
    delete_option,
    insert_option,
    insert_status,
    order_options,
    retrieve_changes,
    retry_key,
    update_option,
    update_state,
)
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.service.schema import open_change

_TEXT, _INT, _LABEL, _BOOL, _GUID = "Edm.String", "Edm.Int32", "mscrm.Label", "Edm.Boolean", "Edm.Guid"
_WHERE = {"OptionSetName": _TEXT, "AttributeLogicalName": _TEXT, "EntityLogicalName": _TEXT}
_SOLUTION = {"SolutionUniqueName": _TEXT}
_LOOKS = {"Label": _LABEL, "Description": _LABEL, "Color": _TEXT, "ExternalValue": _TEXT}
_LOOKUP = {
    "OneToManyRelationships": "Collection(mscrm.ComplexOneToManyRelationshipMetadata)",
    "Lookup": "mscrm.ComplexLookupAttributeMetadata",
    **_SOLUTION,
}
_MADE = {"RelationshipIds": f"Collection({_GUID})", "AttributeId": _GUID}
_NEW_VALUE = {"NewOptionValue": _INT}

Work = Callable[[Change, dict[str, Any]], dict[str, Any] | None]


def retrieve_metadata_changes(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Definitions that a query asks for, or what has changed of them since a stamp."""
    for name in ("AppModuleId", "RetrieveAllSettings"):
        if arguments.get(name) is not None:
            raise refusals.not_covered(f"the parameter {name} of RetrieveMetadataChanges")
    found = retrieve_changes(
        request.world,
        arguments.get("Query"),
        arguments.get("ClientVersionStamp"),
        arguments.get("DeletedMetadataFilters"),
    )
    return result(request, "RetrieveMetadataChangesResponse", found)


def publish_xml(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Publishes what an ``importexportxml`` names; changes are seen at once here, so only the text is looked at."""
    del request
    text = arguments.get("ParameterXml")
    if not isinstance(text, str):
        raise refusals.required_field("ParameterXml")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, DefusedXmlException) as error:
        raise refusals.bad_definition("The ParameterXml is no XML.") from error
    if root.tag != "importexportxml":
        raise refusals.bad_definition("The ParameterXml must be an importexportxml element.")
    return Response(204)


def publish_all_xml(_request: Request, _arguments: dict[str, Any], _target: Target) -> Response:
    """Publishes everything."""
    return Response(204)


def _create_entities(change: Change, arguments: dict[str, Any]) -> None:
    entities = arguments.get("Entities")
    if not isinstance(entities, list) or not entities:
        raise refusals.required_field("Entities")
    for entity in entities:
        create_table(change, entity, declared="EntityMetadata")


def _customer(change: Change, arguments: dict[str, Any]) -> dict[str, Any]:
    column, relations = create_customer(change, arguments.get("OneToManyRelationships"), arguments.get("Lookup"))
    return {"RelationshipIds": [one.metadata_id for one in relations], "AttributeId": column.metadata_id}


def _polymorphic(change: Change, arguments: dict[str, Any]) -> dict[str, Any]:
    column, relations = create_polymorphic(change, arguments.get("OneToManyRelationships"), arguments.get("Lookup"))
    return {"RelationshipIds": [one.metadata_id for one in relations], "AttributeId": column.metadata_id}


def _retry_key(change: Change, arguments: dict[str, Any]) -> None:
    table = change.table(str(arguments.get("EntityLogicalName")))
    name = str(arguments.get("EntityKeyLogicalName"))
    key = next((key for key in table.keys if key.logical_name == name), None)
    if key is None:
        raise refusals.no_such_definition("EntityKeyMetadata", name)
    retry_key(change, table, key)


def _insert(change: Change, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"NewOptionValue": insert_option(change, arguments)}


def _insert_status(change: Change, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"NewOptionValue": insert_status(change, arguments)}


def _action(
    name: str, work: Work, parameters: Mapping[str, str], members: Mapping[str, str] | None = None
) -> Registered:
    """An unbound action that changes metadata; with ``members`` it answers with them."""
    returns = f"mscrm.{name}Response" if members else None
    message = Message(name, is_function=False, parameters=parameters, returns=returns, result=members or {})

    def run(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
        given = {key: value for key, value in arguments.items() if not key.startswith("@")}
        for key in given.keys() - parameters.keys():
            raise refusals.unknown_parameter(key, name)
        change = open_change(request)
        check_solution(given.pop("SolutionUniqueName", None))
        found = work(change, given)
        change.finish()
        return Response(204) if found is None else result(request, f"{name}Response", found)

    return Registered(message, run)


_OPTIONAL = ("Query", "ClientVersionStamp", "DeletedMetadataFilters", "AppModuleId", "RetrieveAllSettings")
SCHEMA = (
    _action("CreateEntities", _create_entities, {"Entities": "Collection(mscrm.ComplexEntityMetadata)", **_SOLUTION}),
    _action("CreateCustomerRelationships", _customer, _LOOKUP, _MADE),
    _action("CreatePolymorphicLookupAttribute", _polymorphic, _LOOKUP, _MADE),
    _action("ReactivateEntityKey", _retry_key, {"EntityLogicalName": _TEXT, "EntityKeyLogicalName": _TEXT}),
    _action(
        "InsertOptionValue",
        _insert,
        {**_WHERE, "Value": _INT, **_LOOKS, "ParentValues": f"Collection({_INT})", **_SOLUTION},
        _NEW_VALUE,
    ),
    _action(
        "InsertStatusValue",
        _insert_status,
        {**_WHERE, "Value": _INT, **_LOOKS, "StateCode": _INT, **_SOLUTION},
        _NEW_VALUE,
    ),
    _action(
        "UpdateOptionValue",
        update_option,
        {
            **_WHERE,
            "Value": _INT,
            **_LOOKS,
            "MergeLabels": _BOOL,
            "ParentValues": f"Collection({_INT})",
            **_SOLUTION,
        },
    ),
    _action(
        "UpdateStateValue",
        update_state,
        {**_WHERE, "Value": _INT, **_LOOKS, "MergeLabels": _BOOL, "DefaultStatusCode": _INT, **_SOLUTION},
    ),
    _action("OrderOption", order_options, {**_WHERE, "Values": f"Collection({_INT})", **_SOLUTION}),
    _action("DeleteOptionValue", delete_option, {**_WHERE, "Value": _INT, **_SOLUTION}),
    Registered(Message("PublishXml", is_function=False, parameters={"ParameterXml": _TEXT}), publish_xml),
    Registered(Message("PublishAllXml", is_function=False), publish_all_xml),
    Registered(
        Message(
            "RetrieveMetadataChanges",
            is_function=True,
            parameters={
                "Query": "mscrm.EntityQueryExpression",
                "ClientVersionStamp": _TEXT,
                "DeletedMetadataFilters": "mscrm.DeletedMetadataFilters",
                "AppModuleId": _GUID,
                "RetrieveAllSettings": _BOOL,
            },
            optional=frozenset(_OPTIONAL),
            returns="mscrm.RetrieveMetadataChangesResponse",
            result={
                "ServerVersionStamp": _TEXT,
                "EntityMetadata": "Collection(mscrm.ComplexEntityMetadata)",
                "DeletedMetadata": "mscrm.DeletedMetadataCollection",
            },
        ),
        retrieve_metadata_changes,
    ),
)
