from __future__ import annotations

from typing import Any

from tests.sandbox.processes.custom.conftest import Declare
from tests.sandbox.processes.desk import CRM, Desk


def _sample(desk: Desk, *, is_function: bool = False) -> str:
    """The custom API of "Create a Custom API with code"."""
    return desk.create(
        "customapis",
        allowedcustomprocessingsteptype=0,
        bindingtype=0,
        description="A simple example of a Custom API",
        displayname="Custom API Example",
        executeprivilegename=None,
        isfunction=is_function,
        isprivate=False,
        name="sample_CustomAPIExample",
        uniquename="sample_CustomAPIExample",
    )


def _part(desk: Desk, entity_set: str, api: str, name: str, **more: Any) -> str:
    link = {"CustomAPIId@odata.bind": f"customapis({api})"}
    full = f"sample_CustomAPIExample.{name}"
    return desk.create(
        entity_set, description=name, displayname=name, name=full, type=10, uniquename=name, **link, **more
    )


def test_a_message_is_made_over_the_wire(desk: Desk) -> None:
    api = _sample(desk)
    _part(desk, "customapirequestparameters", api, "StringParameter", isoptional=False)
    _part(desk, "customapiresponseproperties", api, "StringProperty")
    answer = desk.do("sample_CustomAPIExample", {"StringParameter": "x"}, status=200).json()
    assert answer["StringProperty"] is None
    assert desk.do("sample_CustomAPIExample", {}, status=400).message
    assert b"sample_CustomAPIExampleResponse" in desk.get("$metadata").body


def test_a_message_goes_with_its_row(desk: Desk) -> None:
    api = _sample(desk)
    parameter = _part(desk, "customapirequestparameters", api, "StringParameter", isoptional=True)
    assert b"sample_CustomAPIExample" in desk.get("$metadata").body
    assert desk.delete(f"customapis({api})").status == 204
    assert desk.get(f"customapirequestparameters({parameter})").status == 404
    assert desk.post("sample_CustomAPIExample", {}).code == "0x8006088a"
    assert b"sample_CustomAPIExample" not in desk.get("$metadata").body


def test_a_function_that_gives_nothing_is_not_there(desk: Desk) -> None:
    api = _sample(desk, is_function=True)
    assert desk.get("sample_CustomAPIExample()").code == "0x8006088a"
    assert b"sample_CustomAPIExample" not in desk.get("$metadata").body
    _part(desk, "customapiresponseproperties", api, "StringProperty")
    assert desk.get("sample_CustomAPIExample()").status == 200


def test_what_a_file_declares_is_rows(declared: Declare) -> None:
    desk = declared(
        {
            "name": "new_Greet",
            "bound_to": "contact",
            "parameters": {"Greeting": {"type": "String", "optional": True}},
            "response": {"Text": "String"},
        }
    )
    select = "uniquename,allowedcustomprocessingsteptype,bindingtype,boundentitylogicalname,isfunction,isprivate"
    parts = "$select=uniquename,type,logicalentityname"
    url = (
        f"customapis?$select={select}&$expand=CustomAPIRequestParameters({parts},isoptional),"
        f"CustomAPIResponseProperties({parts}),PluginTypeId($select=plugintypeid)"
    )
    (row,) = desk.get(url).json()["value"]
    assert (row["uniquename"], row["bindingtype"], row["boundentitylogicalname"]) == ("new_Greet", 1, "contact")
    (parameter,) = row["CustomAPIRequestParameters"]
    assert (parameter["uniquename"], parameter["type"], parameter["isoptional"]) == ("Greeting", 10, True)
    assert [one["uniquename"] for one in row["CustomAPIResponseProperties"]] == ["Text"]


def test_a_file_replaces_what_it_declared_before(declared: Declare) -> None:
    api = {"name": "new_Tell", "response": {"Text": "String"}, "answer": {"Text": "one"}}
    declared(api)
    desk = declared({**api, "answer": {"Text": "two"}})
    assert desk.do("new_Tell", {}, status=200).json()["Text"] == "two"
    assert len(desk.all("customapis")) == 1
    assert len(desk.all("customapiresponseproperties")) == 1


def test_a_bound_message_needs_its_namespace(declared: Declare) -> None:
    desk = declared({"name": "new_Greet", "bound_to": "contact"})
    own = desk.create("contacts", lastname="x")
    assert desk.do(f"contacts({own})/{CRM}.new_Greet").status == 204
    assert desk.post(f"contacts({own})/new_Greet", {}).status == 400
