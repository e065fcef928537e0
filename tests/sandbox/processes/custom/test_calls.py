from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.sandbox.processes.custom.conftest import Declare
from tests.sandbox.processes.desk import CRM, MISSING
from tests.sandbox.service.client import ROOT

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
UNBOUND = {
    "name": "myapi_CustomUnboundAPI",
    "parameters": {"InputParameter": "String"},
    "response": {"OutputProperty": "String"},
    "answer": {"OutputProperty": "You sent {InputParameter} {{so}}"},
}
EVERYTHING = {
    "name": "sample_Everything",
    "parameters": {
        name: {"type": name, "optional": True}
        for name in ("Boolean", "DateTime", "Decimal", "EntityReference", "Float", "Integer", "Guid", "StringArray")
    },
    "response": {
        "Integer": "Integer",
        "Guid": "Guid",
        "StringArray": "StringArray",
        "Fixed": "Boolean",
        "Free": "Money",
    },
    "answer": {"Integer": "{Integer}", "Guid": "{Guid}", "StringArray": "{StringArray}", "Fixed": True},
}


def test_an_action_echoes_what_it_got(declared: Declare) -> None:
    desk = declared(UNBOUND)
    answer = desk.do("myapi_CustomUnboundAPI", {"InputParameter": "Value"}, status=200)
    assert answer.json() == {
        "@odata.context": f"{ROOT}$metadata#{CRM}.myapi_CustomUnboundAPIResponse",
        "OutputProperty": "You sent Value {so}",
    }


def test_an_action_that_gives_nothing(declared: Declare) -> None:
    desk = declared({"name": "sample_Silent"})
    assert desk.do("sample_Silent").body == b""
    assert desk.get("sample_Silent").status == 404


def test_values_keep_their_types(declared: Declare) -> None:
    desk = declared(EVERYTHING)
    sent = {"Integer": 7, "Guid": MISSING, "StringArray": ["a", "b"]}
    found = desk.do("sample_Everything", sent, status=200).json()
    assert {name: found[name] for name in sent} == sent
    assert (found["Fixed"], found["Free"]) == (True, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Boolean", "yes"), ("Integer", "7"), ("Integer", True), ("Guid", "7"), ("StringArray", "a"), ("DateTime", 1)],
)
def test_wrong_types_are_refused(declared: Declare, name: str, value: object) -> None:
    answer = declared(EVERYTHING).post("sample_Everything", {name: value})
    assert (answer.status, answer.code) == (400, "0x80048d19")


def test_unknown_and_missing_parameters_are_refused(declared: Declare) -> None:
    desk = declared(UNBOUND)
    assert "Nobody" in desk.do("myapi_CustomUnboundAPI", {"InputParameter": "x", "Nobody": 1}, status=400).message
    assert "InputParameter" in desk.do("myapi_CustomUnboundAPI", {}, status=400).message


def test_a_function_of_a_row_tells_of_the_row(declared: Declare) -> None:
    desk = declared(
        {
            "name": "myapi_CustomBoundAPI",
            "function": True,
            "bound_to": "account",
            "response": {"Text": "String", "Revenue": "Money"},
            "answer": {"Text": "{entity.name}", "Revenue": "{entity.revenue}"},
        }
    )
    own = desk.create("accounts", name="Contoso", revenue=12.5)
    found = desk.get(f"accounts({own})/{CRM}.myapi_CustomBoundAPI()").json()
    assert (found["Text"], found["Revenue"]) == ("Contoso", 12.5)
    assert desk.get(f"accounts({MISSING})/{CRM}.myapi_CustomBoundAPI()").status == 404
    assert desk.get("myapi_CustomBoundAPI()").code == "0x8006088a"


def test_a_function_of_all_rows(declared: Declare) -> None:
    desk = declared(
        {
            "name": "myapi_CustomEntityCollectionBoundAPI",
            "function": True,
            "bound_to": "account",
            "collection": True,
            "parameters": {"Least": "Integer"},
            "response": {"Count": "Integer"},
            "answer": {"Count": "{Least}"},
        }
    )
    url = f"accounts/{CRM}.myapi_CustomEntityCollectionBoundAPI"
    assert desk.get(f"{url}(Least=@p)?@p=4").json()["Count"] == 4
    assert desk.get(f"{url}()").code == "0x8006088a"


def test_rows_are_the_answer_themselves(declared: Declare) -> None:
    desk = declared(
        {
            "name": "sample_One",
            "function": True,
            "response": {"Row": {"type": "Entity", "table": "account"}},
            "answer": {"Row": {"accountid": MISSING, "name": "A"}},
        },
        {
            "name": "sample_Some",
            "function": True,
            "response": {"Rows": "EntityCollection"},
            "answer": {"Rows": [{"@odata.type": f"#{CRM}.expando", "x": 1}]},
        },
    )
    assert desk.row("sample_One()") == {
        "@odata.context": f"{ROOT}$metadata#accounts/$entity",
        "accountid": MISSING,
        "name": "A",
    }
    assert desk.row("sample_Some()")["value"] == [{"@odata.type": f"#{CRM}.expando", "x": 1}]


def test_the_csdl_shows_what_a_form_needs(declared: Declare) -> None:
    reference = {"type": "EntityReference", "table": "account", "optional": True}
    desk = declared(
        {"name": "sample_Bound", "bound_to": "contact", "parameters": {"To": reference, "Text": "String"}},
        UNBOUND,
        {"name": "sample_Private", "private": True},
    )
    root = ET.fromstring(desk.get("$metadata").body)  # noqa: S314 - the sandbox itself wrote it
    bound = root.find(f".//{EDM}Action[@Name='sample_Bound']")
    assert bound is not None
    assert [(one.get("Name"), one.get("Type")) for one in bound.iter(f"{EDM}Parameter")] == [
        ("entity", "mscrm.contact"),
        ("To", "mscrm.account"),
        ("Text", "Edm.String"),
    ]
    given = root.find(f".//{EDM}ComplexType[@Name='myapi_CustomUnboundAPIResponse']/{EDM}Property")
    assert given is not None
    assert given.attrib == {"Name": "OutputProperty", "Type": "Edm.String"}
    assert root.find(f".//{EDM}ActionImport[@Name='myapi_CustomUnboundAPI']") is not None
    assert root.find(f".//{EDM}Action[@Name='sample_Private']") is None
    assert desk.do("sample_Private").status == 204
