"""Definitions in JSON: everything that they tell, in whole answers and in parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.sandbox.importing import MetadataFileError
from onteg_dynamics.sandbox.importing.definitions import read_definitions
from tests.sandbox.importing.conftest import Start, of
from tests.sandbox.importing.samples import CSDL, attribute, definitions, label, options
from tests.sandbox.service.client import Client


def test_a_table_with_labels_lengths_and_choices(defined: Client) -> None:
    table = defined.world.model.tables["contoso_depot"]
    assert (table.display_name, table.display_collection_name, table.schema_name) == (
        "Depot",
        "Depots",
        "contoso_Depot",
    )
    assert table.object_type_code >= 10_000
    assert table.columns["contoso_name"].required_level == "ApplicationRequired"
    own = defined.create("contoso_depots", contoso_name="North")
    asked = defined.get(f"contoso_depots({own})", Prefer='odata.include-annotations="*"').json()
    assert asked["contoso_size@OData.Community.Display.V1.FormattedValue"] == "Small"
    assert defined.post("contoso_depots", {"contoso_name": "Too long"}).status == 400
    assert defined.post("contoso_depots", {"contoso_name": "A", "contoso_size": 3}).status == 400
    assert defined.patch("contoso_depots(contoso_name='North')", {"contoso_size": 2}).status == 204


def test_lookups_reach_their_targets_even_where_no_relationship_is_told(defined: Client) -> None:
    lead, depot = defined.create("leads", lastname="L", subject="S"), defined.create("contoso_depots", contoso_name="A")
    row = {"contoso_Parent@odata.bind": f"/contoso_depots({depot})", "contoso_For_lead@odata.bind": f"/leads({lead})"}
    own = defined.create("contoso_depots", contoso_name="B", **row)
    found = defined.get(f"contoso_depots({own})").json()
    assert (found["_contoso_parent_value"], found["_contoso_for_value"]) == (depot, lead)
    note = {"subject": "N", "objectid_contoso_depot@odata.bind": f"/contoso_depots({own})"}
    assert defined.post("annotations", note).status == 204


def test_many_to_many(defined: Client) -> None:
    lead, depot = defined.create("leads", lastname="L", subject="S"), defined.create("contoso_depots", contoso_name="A")
    link = {"@odata.id": f"https://sandbox.test/api/data/v9.2/leads({lead})"}
    assert defined.post(f"contoso_depots({depot})/contoso_depot_lead/$ref", link).status == 204
    (found,) = defined.get(f"leads({lead})/contoso_depot_lead").json()["value"]
    assert found["contoso_depotid"] == depot


def test_choices_that_nobody_told_take_any_number(defined: Client) -> None:
    own = defined.create("contoso_depots", contoso_name="A", contoso_tags="7,8", contoso_kind=99)
    found = defined.get(f"contoso_depots({own})").json()
    assert (found["contoso_tags"], found["contoso_kind"]) == ("7,8", 99)


def test_choices_of_standard_columns_become_those_of_the_file(defined: Client) -> None:
    assert defined.post("accounts", {"name": "A", "customertypecode": 100}).status == 204
    assert defined.post("accounts", {"name": "A", "customertypecode": 3}).status == 400
    assert defined.post("accounts", {"name": "A", "contoso_tier": 1}).status == 204


def test_parts_come_together(start: Start) -> None:
    kind = "Microsoft.Dynamics.CRM.MultiSelectPicklistAttributeMetadata"
    context = f"$metadata#EntityDefinitions('contoso_depot')/Attributes/{kind}(LogicalName)"
    tags = {"@odata.context": context, "value": [{"LogicalName": "contoso_tags", "OptionSet": options(Dry=7)}]}
    kinds = {"value": [{"Name": "contoso_kinds", "DisplayName": label("Kinds"), **options(Cold=5)}]}
    printed = {"ok": True, "output": {"status": 200, "headers": {}, "body": kinds}}
    client = of(start(definitions(), tags, printed))
    assert client.post("contoso_depots", {"contoso_name": "A", "contoso_tags": "7", "contoso_kind": 5}).status == 204
    assert client.post("contoso_depots", {"contoso_name": "A", "contoso_tags": "8"}).status == 400
    assert client.post("contoso_depots", {"contoso_name": "A", "contoso_kind": 6}).status == 400
    assert client.world.model.option_sets["contoso_kinds"].display_name == "Kinds"


def test_relationships_of_their_own_file(start: Start) -> None:
    relation = {
        "SchemaName": "contoso_depot_parent",
        "ReferencingEntity": "contoso_depot",
        "ReferencingAttribute": "contoso_parent",
        "ReferencedEntity": "contoso_depot",
        "ReferencedAttribute": "contoso_depotid",
        "ReferencingEntityNavigationPropertyName": "contoso_Parent",
        "ReferencedEntityNavigationPropertyName": "contoso_depot_children",
        "CascadeConfiguration": {"Delete": "Restrict", "Archive": "RemoveLink"},
    }
    client = of(start(definitions(), {"value": [relation]}))
    depot = client.create("contoso_depots", contoso_name="A")
    client.create("contoso_depots", contoso_name="B", **{"contoso_Parent@odata.bind": f"/contoso_depots({depot})"})
    assert len(client.get(f"contoso_depots({depot})/contoso_depot_children").json()["value"]) == 1
    assert client.delete(f"contoso_depots({depot})").status == 405


def test_json_is_believed_before_csdl(start: Start) -> None:
    table = start(CSDL, definitions()).world.model.tables["contoso_depot"]
    assert (table.display_name, table.columns["contoso_name"].max_length) == ("Depot", 5)
    assert {"contoso_rent", "contoso_size"} <= table.columns.keys()


def test_doing_it_again_changes_nothing(start: Start, tmp_path: Path) -> None:
    first = start(CSDL, definitions(), db=tmp_path / "rows.sqlite")
    version = first.world.model.version
    of(first).create("contoso_depots", contoso_name="Kept")
    first.stop()
    second = start(CSDL, definitions(), db=tmp_path / "rows.sqlite")
    assert second.world.model.version == version
    assert [row["contoso_name"] for row in second.world.store.select("contoso_depot", {})] == ["Kept"]
    second.stop()
    third = start(db=tmp_path / "rows.sqlite")
    assert third.world.model.tables["contoso_depot"].display_name == "Depot"


def test_a_file_that_has_rows_gets_new_tables(start: Start, tmp_path: Path) -> None:
    start(db=tmp_path / "rows.sqlite").stop()
    assert "contoso_depot" in start(CSDL, db=tmp_path / "rows.sqlite").world.model.tables


def test_a_reset_keeps_them_and_takes_their_rows(start: Start) -> None:
    sandbox = start(definitions())
    of(sandbox).create("contoso_depots", contoso_name="Gone")
    sandbox.reset()
    assert sandbox.world.store.count("contoso_depot") == 0
    of(sandbox).create("contoso_depots", contoso_name="Next")


def test_data_files_may_fill_them(start: Start, tmp_path: Path) -> None:
    (tmp_path / "contoso_depots.csv").write_text("contoso_name,contoso_size\nNorth,2\n")
    sandbox = start(definitions(), data=tmp_path / "contoso_depots.csv")
    assert sandbox.world.store.select("contoso_depot", {})[0]["contoso_size"] == 2
    assert sandbox.save(tmp_path / "out") == {"contoso_depot": 1}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "d.json, line 1, character 2: is not valid JSON"),
        ("[1]", "d.json: [0] is no definition"),
        ({"value": [{"a": 1}]}, "d.json: value[0] is no definition"),
        ({"a": 1}, "d.json: the document is no definition"),
        ([{"LogicalName": 1, "Attributes": []}], "d.json: [0] has no LogicalName."),
        ([{"LogicalName": "a", "Attributes": [1]}], "d.json: [0] (a), Attributes[0] is no definition"),
        ([{"LogicalName": "a", "Attributes": [{}]}], "d.json: [0] (a), Attributes[0] has no LogicalName."),
        ([{"LogicalName": "a", "Attributes": [{"LogicalName": "b"}]}], "d.json: a.b has no member AttributeType."),
        ([attribute("a", "b", "String", Targets=5)], "d.json: a.b has a member of another shape"),
        ([{"SchemaName": "r", "ReferencingAttribute": "x"}], "d.json: r has no member ReferencingEntity."),
        ([{"Name": "c", "Options": [{"Value": "x"}]}], "d.json: c has a member of another shape"),
        ("[" * 100_000, "d.json: is nested too deeply."),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: Any, told: str) -> None:
    path = tmp_path / "d.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(MetadataFileError) as caught:
        read_definitions(path)
    assert str(caught.value).startswith(told)


def test_the_sandboxes_own_definitions_come_back_the_same(start: Start) -> None:
    first = start(definitions())
    ways = "Attributes,Keys,ManyToOneRelationships,OneToManyRelationships,ManyToManyRelationships"
    name = "EntityDefinitions(LogicalName='contoso_depot')"
    exported = of(first).get(f"{name}?$expand={ways}").json()
    table = start(exported).world.model.tables["contoso_depot"]
    before = first.world.model.tables["contoso_depot"]
    assert {one.logical_name: (one.type, one.max_length, one.targets) for one in before.columns.values()} == {
        one.logical_name: (one.type, one.max_length, one.targets) for one in table.columns.values()
    }
    assert [key.columns for key in table.keys] == [key.columns for key in before.keys]


def test_alternate_keys_have_an_index(defined: Client) -> None:
    plan = "EXPLAIN QUERY PLAN SELECT * FROM contoso_depot WHERE contoso_name = 'x' LIMIT 1"
    told = [row[3] for row in defined.world.store.db.execute(plan)]
    assert told == ["SEARCH contoso_depot USING INDEX contoso_depot.key.contoso_name (contoso_name=?)"]
