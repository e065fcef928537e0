"""CSDL: what it tells of tables, and what names tell where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.importing import MetadataFileError
from onteg_dynamics.sandbox.importing.csdl import read_csdl
from tests.sandbox.importing.conftest import Start, of
from tests.sandbox.importing.samples import CSDL
from tests.sandbox.service.client import Client

PICTURE = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def test_types_are_told_by_their_names_too(client: Client) -> None:
    columns = client.world.model.tables["contoso_depot"].columns
    found = {name: column.type for name, column in columns.items()}
    assert (
        found.items()
        >= {
            "contoso_name": "String",
            "contoso_opened": "DateTime",
            "contoso_rent": "Money",
            "contoso_rent_base": "Money",
            "exchangerate": "Decimal",
            "contoso_width": "Decimal",
            "contoso_plan": "File",
            "contoso_photo": "Image",
            "contoso_heated": "Boolean",
            "contoso_tenant": "Customer",
            "ownerid": "Owner",
            "statecode": "State",
            "contoso_heatedname": "Virtual",
            "contoso_tenantname": "String",
            "owneridname": "String",
        }.items()
    )
    assert "contoso_strange" not in found
    assert columns["contoso_opened"].is_date_only
    assert not columns["contoso_rating"].valid_for_create
    assert columns["contoso_photo_url"].attribute_of == "contoso_photoid"


def test_rows_live_in_a_new_table(client: Client) -> None:
    account = client.create("accounts", name="Tenant")
    row = {
        "contoso_name": "North",
        "contoso_opened": "2020-01-02",
        "contoso_rent": 12.5,
        "contoso_width": 1.23456789,
        "contoso_heated": True,
        "contoso_Tenant_account@odata.bind": f"/accounts({account})",
    }
    own = client.create("contoso_depots", **row)
    found = client.get(f"contoso_depots({own})", Prefer='odata.include-annotations="*"').json()
    assert found["contoso_width"] == 1.23456789
    assert (found["contoso_opened"], found["contoso_rent_base"], found["statuscode"]) == ("2020-01-02", 12.5, 1)
    assert found["_contoso_tenant_value"] == account
    assert found["_contoso_tenant_value@OData.Community.Display.V1.FormattedValue"] == "Tenant"
    assert found["_ownerid_value"]
    table = client.world.model.tables["contoso_depot"]
    assert (table.primary_name, table.description) == ("contoso_name", "Where goods are kept.")
    assert (table.display_name, table.ownership, table.object_type_code >= 10_000) == ("Depot", "UserOwned", True)


def test_standard_tables_get_their_custom_columns(client: Client) -> None:
    depot = client.create("contoso_depots", contoso_name="North")
    home = {"contoso_Home@odata.bind": f"/contoso_depots({depot})"}
    account = client.create("accounts", name="A", contoso_tier=7, **home)
    (found,) = client.get(f"contoso_depots({depot})/contoso_depot_accounts?$select=contoso_tier").json()["value"]
    assert (found["accountid"], found["contoso_tier"]) == (account, 7)
    table = client.world.model.tables["account"]
    assert table.display_name == "Account"
    assert table.columns["contoso_home"].schema_name == "contoso_Home"
    assert len(table.columns["customertypecode"].options) > 5
    assert [option.label for option in table.columns["statecode"].options] == ["Active", "Inactive"]


def test_many_to_many(client: Client) -> None:
    depot, account = client.create("contoso_depots", contoso_name="N"), client.create("accounts", name="A")
    link = {"@odata.id": f"https://sandbox.test/api/data/v9.2/accounts({account})"}
    assert client.post(f"contoso_depots({depot})/contoso_depot_visitors/$ref", link).status == 204
    (found,) = client.get(f"accounts({account})/contoso_depot_visitors").json()["value"]
    assert found["contoso_depotid"] == depot
    assert client.world.model.tables["contoso_depot_visitors"].is_intersect


def test_activities_inherit(client: Client) -> None:
    own = client.create("contoso_inspections", subject="Roof", contoso_score=3)
    (found,) = client.get("activitypointers?$select=subject,activitytypecode").json()["value"]
    assert (found["activityid"], found["activitytypecode"]) == (own, "contoso_inspection")


def test_files_and_pictures(client: Client) -> None:
    own = client.create("contoso_depots", contoso_name="N")
    assert client.patch(f"contoso_depots({own})", {"contoso_photo": PICTURE}).status == 204
    assert client.get(f"contoso_depots({own})?$select=contoso_photo").json()["contoso_photo"]


def test_what_is_exported_comes_back_the_same(start: Start) -> None:
    first = start(CSDL)
    exported = of(first).get("$metadata?annotations=true").body.decode()
    second = start(exported)
    assert second.world.model.tables.keys() == first.world.model.tables.keys()
    for name, table in first.world.model.tables.items():
        other = second.world.model.tables[name]
        assert {one.logical_name: one.edm_type for one in table.stored} == {
            one.logical_name: one.edm_type for one in other.stored
        }
        assert first.world.model.navigations(name).keys() == second.world.model.navigations(name).keys()


def test_a_standard_environments_own_export_changes_nothing(start: Start) -> None:
    plain = start()
    exported = of(plain).get("$metadata").body.decode()
    assert start(exported).world.model.version == plain.world.model.version


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<edmx:Edmx", "line 1, character 1: is not valid XML."),
        ("", "is not valid XML."),
        ("<a/>", "is no CSDL of OData 4.0 with entity types"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type or entities"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "declares a document type or entities"),
        ('<Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm"><EntityType Name="a"/></Schema>', "is no CSDL"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "metadata.xml"
    path.write_text(text)
    with pytest.raises(MetadataFileError, match=r"^metadata.xml") as caught:
        read_csdl(path)
    assert told in str(caught.value)


def test_types_that_inherit_from_each_other_are_no_trap(start: Start) -> None:
    loop = CSDL.replace(
        'Name="contoso_depot" BaseType="mscrm.crmbaseentity"', 'Name="contoso_depot" BaseType="mscrm.contoso_depot"'
    )
    assert "contoso_depot" in start(loop).world.model.tables


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MetadataFileError, match="There is no such file"):
        Sandbox("empty", metadata=tmp_path / "none.xml").start()
