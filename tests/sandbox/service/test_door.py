from __future__ import annotations

import logging

import pytest

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from tests.sandbox.service.client import ROOT, USER, Client


def test_every_answer_carries_the_service_headers(client: Client) -> None:
    for answer in (client.get("WhoAmI"), client.get("nope")):
        assert answer.header("OData-Version") == "4.0"
        assert answer.header("Cache-Control") == "no-cache"
        assert answer.header("Content-Type") == "application/json; odata.metadata=minimal"
        assert answer.header("REQ_ID") == answer.header("x-ms-service-request-id")


def test_identity_functions_answer_with_and_without_parentheses(client: Client) -> None:
    who = client.get("WhoAmI").json()
    assert who == client.get("WhoAmI()").json()
    assert who["@odata.context"] == f"{ROOT}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse"
    assert (who["UserId"], who["OrganizationId"]) == (USER, client.world.organization.id)
    assert client.get("RetrieveVersion()").json()["Version"] == client.world.organization.version


@pytest.mark.parametrize(
    "url",
    [
        "RetrieveCurrentOrganization(AccessType=@p1)?@p1=Microsoft.Dynamics.CRM.EndpointAccessType'Default'",
        "RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType%27Default%27)",
    ],
)
def test_the_organization_tells_its_addresses(client: Client, url: str) -> None:
    detail = client.get(url).json()["Detail"]
    assert detail["EnvironmentId"] == client.world.organization.environment_id
    assert detail["Endpoints"]["Count"] == 3
    assert detail["Endpoints"]["Values"][0] == "https://sandbox.test/"


def test_functions_want_their_own_arguments_and_verb(client: Client) -> None:
    assert client.get("RetrieveCurrentOrganization()").status == 404
    assert client.get("WhoAmI(A=1)").status == 404
    answer = client.post("WhoAmI")
    assert (answer.status, answer.code) == (404, "")
    assert answer.message == f"No HTTP resource was found that matches the request URI '{ROOT}WhoAmI'."


def test_counts_tables(client: Client) -> None:
    client.create("accounts", name="A")
    found = client.get('RetrieveTotalRecordCount(EntityNames=@p1)?@p1=["account","task"]').json()
    assert found["EntityRecordCountCollection"] == {
        "Count": 2,
        "IsReadOnly": False,
        "Keys": ["account", "task"],
        "Values": [1, 0],
    }


@pytest.mark.parametrize("version", ["v9.0", "v9.1", "v9.2"])
def test_all_versions_answer_below_their_own_root(client: Client, version: str) -> None:
    context = client.get(f"/api/data/{version}/").json()["@odata.context"]
    assert context == f"https://sandbox.test/api/data/{version}/$metadata"


@pytest.mark.parametrize(
    ("url", "segment"),
    [("Accounts", "Accounts"), ("nope/name", "nope"), ("accounts/nope", "nope"), ("accounts(x=1)/Nope", "Nope")],
)
def test_names_are_case_sensitive(client: Client, url: str, segment: str) -> None:
    answer = client.get(url)
    assert (answer.status, answer.code) == (404, "0x8006088a")
    assert answer.message == f"Resource not found for the segment '{segment}'."


@pytest.mark.parametrize("url", ["/api/data/v8.2/accounts", "/api/data/", "/nope"])
def test_other_roots_are_not_there(client: Client, url: str) -> None:
    assert client.get(url).status == 404


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("DELETE", "accounts"),
        ("PATCH", "accounts"),
        ("PUT", "accounts(11111111-1111-1111-1111-111111111111)"),
        ("POST", "accounts(11111111-1111-1111-1111-111111111111)"),
        ("POST", "accounts/$count"),
        ("POST", "$metadata"),
        ("GET", "$batch"),
        ("BREW", "accounts"),
    ],
)
def test_wrong_verbs_are_405(client: Client, method: str, url: str) -> None:
    answer = client.send(method, url, {"name": "x"})
    assert (answer.status, answer.code) == (405, "0x0")
    assert method in answer.message


def test_head_has_the_headers_of_get_and_options_names_the_verbs(client: Client) -> None:
    head = client.send("HEAD", "WhoAmI")
    assert (head.status, head.body) == (200, b"")
    assert head.header("Content-Length") == str(len(client.get("WhoAmI").body))
    assert client.send("OPTIONS", "accounts").header("Allow") == "OPTIONS,GET,HEAD,POST"


def test_large_answers_are_packed_for_those_who_can_read_them(client: Client) -> None:
    packed = client.get("EntityDefinitions", Accept_Encoding="gzip, deflate")
    assert packed.header("Content-Encoding") == "gzip"
    assert packed.body == client.get("EntityDefinitions").body
    assert client.get("WhoAmI", Accept_Encoding="gzip").header("Content-Encoding") is None


def test_metadata_is_xml_and_made_once(client: Client) -> None:
    first = client.get("$metadata")
    assert first.header("Content-Type") == "application/xml"
    assert first.body.startswith(b"<?xml")
    assert b'Name="WhoAmI"' in first.body
    assert client.get("$metadata").body == first.body
    annotated = client.get("$metadata?annotations=true").body
    assert annotated != first.body
    assert client.get("$metadata", Prefer='odata.include-annotations="*"').body == annotated


def test_definitions_answer_over_http(client: Client) -> None:
    url = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')?$select=LogicalName"
    assert client.get(url).json()["LogicalName"] == "name"
    assert client.get("EntityDefinitions/$count").body.startswith(b"\xef\xbb\xbf")
    assert client.get("EntityDefinitions(LogicalName='account')/ObjectTypeCode/$value").body == b"1"
    assert client.get("EntityDefinitions(LogicalName='account')/DataProviderId").status == 204
    assert client.get("EntityDefinitions(LogicalName='nope')").code == "0x80041102"


def test_a_long_address_is_refused(client: Client) -> None:
    assert client.get("accounts?$filter=" + "a" * 32_768).status == 414


def test_a_fault_is_logged_and_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("onteg_dynamics.sandbox.service.resources.find", broken)
    with caplog.at_level(logging.ERROR):
        answer = client.get("accounts", Authorization="Bearer secret-token")
    assert (answer.status, answer.code) == (500, "0x80040216")
    assert "ZeroDivisionError" in caplog.text
    assert "secret-token" not in caplog.text


def test_strangers_are_turned_away_at_the_door(client: Client) -> None:
    def refuse(_headers: object) -> None:
        raise refusals.not_authenticated('Bearer authorization_uri="x"')

    client.world.authenticate = refuse  # type: ignore[assignment]
    answer = client.get("nope")
    assert answer.status == 401
    assert answer.header("WWW-Authenticate") == 'Bearer authorization_uri="x"'
    assert answer.header("OData-Version") == "4.0"


def test_errors_carry_the_details_that_are_asked_for(client: Client) -> None:
    plain = client.get("nope").json()["error"]
    assert set(plain) == {"code", "message"}
    detailed = client.get("nope", Prefer='odata.include-annotations="*"').json()["error"]
    assert detailed["@Microsoft.PowerApps.CDS.InnerError.Message"] == detailed["message"]
    assert detailed["@Microsoft.PowerApps.CDS.HelpLink"].startswith("http://go.microsoft.com/fwlink/")


def test_a_row_is_written_whole_or_not_at_all(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(world: object, caller: object, table: Table, payload: object) -> str:  # noqa: ARG001
        client.world.store.insert("account", {"accountid": "1"})
        raise refusals.duplicate_row()

    monkeypatch.setattr("onteg_dynamics.sandbox.service.collections.create_row", half)
    assert client.post("accounts", {"name": "x"}).status == 412
    assert client.world.store.count("account") == 0
