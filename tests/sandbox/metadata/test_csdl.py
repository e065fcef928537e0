from __future__ import annotations

from collections import Counter
from typing import Any

from defusedxml import ElementTree

from onteg_dynamics.sandbox.metadata import Message, csdl, service_document
from onteg_dynamics.sandbox.model import load_model

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
MESSAGES = (
    Message("WhoAmI", is_function=True, returns="mscrm.WhoAmIResponse", result={"UserId": "Edm.Guid"}),
    Message("Close", is_function=False, binding="account", parameters={"Reason": "Edm.String"}),
)
PLAIN = csdl(load_model(), MESSAGES, annotated=False)
SCHEMA: Any = ElementTree.fromstring(PLAIN).find(f".//{EDM}Schema")


def named(tag: str) -> dict[str, Any]:
    return {element.get("Name"): element for element in SCHEMA.findall(f"{EDM}{tag}")}


def test_every_type_that_is_named_exists() -> None:
    known = {name for tag in ("EntityType", "ComplexType", "EnumType") for name in named(tag)}
    used = {element.get(key, "") for element in SCHEMA.iter() for key in ("Type", "BaseType", "EntityType")}
    bare = {name.removeprefix("Collection(").removesuffix(")") for name in used if "mscrm." in name}
    assert {name.removeprefix("mscrm.") for name in bare} <= known


def test_no_name_stands_twice_in_a_type() -> None:
    for entity in SCHEMA.findall(f"{EDM}EntityType"):
        names = Counter(child.get("Name") for child in entity if child.get("Name"))
        assert names.most_common(1)[0][1] == 1 if names else True, entity.get("Name")


def test_a_table_shows_properties_lookups_and_partners() -> None:
    account = named("EntityType")["account"]
    assert account.find(f"{EDM}Key/{EDM}PropertyRef").get("Name") == "accountid"
    properties = {item.get("Name"): item.get("Type") for item in account.findall(f"{EDM}Property")}
    assert properties["name"] == "Edm.String"
    assert properties["_primarycontactid_value"] == "Edm.Guid"
    navigations = {item.get("Name"): item for item in account.findall(f"{EDM}NavigationProperty")}
    assert navigations["primarycontactid"].get("Partner") == "account_primary_contact"
    constraint = navigations["primarycontactid"].find(f"{EDM}ReferentialConstraint")
    assert constraint.get("Property") == "_primarycontactid_value"
    assert navigations["Account_Tasks"].get("Type") == "Collection(mscrm.task)"


def test_messages_have_their_imports() -> None:
    container = named("EntityContainer")["System"]
    assert [item.get("Name") for item in container.findall(f"{EDM}FunctionImport")] == ["WhoAmI"]
    assert container.findall(f"{EDM}ActionImport") == []
    assert named("Action")["Close"].find(f"{EDM}Parameter").get("Type") == "mscrm.account"


def test_annotations_mark_what_cannot_be_written() -> None:
    annotated = csdl(load_model(), MESSAGES, annotated=True)
    assert b"Org.OData.Core.V1.Computed" in annotated
    assert b"Org.OData.Core.V1.Computed" not in PLAIN
    ElementTree.fromstring(annotated)


def test_the_service_document_lists_sets_once() -> None:
    names = [item["name"] for item in service_document(load_model(), "https://x/")["value"]]
    assert {"accounts", "EntityDefinitions"} <= set(names)
    assert len(names) == len(set(names))
