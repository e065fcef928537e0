"""What is kept with the rows, so that a sandbox with a file finds its tables again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onteg_dynamics.sandbox.model import load_model
from onteg_dynamics.sandbox.schema import kept_model
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import World
from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client, fresh_world

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"


def fill(client: Client) -> None:
    bodies_by_url: list[tuple[str, dict[str, Any]]] = [
        ("GlobalOptionSetDefinitions", bodies.colors()),
        ("EntityDefinitions", bodies.table(HasNotes=True, DisplayName=bodies.label("Bank Account", l1036="Compte"))),
        (f"{TABLE}/Attributes", bodies.column("Money", "new_Balance")),
        (f"{TABLE}/Attributes", bodies.column("Integer", "new_Code")),
        (f"{TABLE}/Attributes", bodies.column("Boolean", "new_Flag", OptionSet=bodies.yes_and_no())),
        (f"{TABLE}/Keys", {"SchemaName": "new_ByCode", "KeyAttributes": ["new_code"]}),
        ("RelationshipDefinitions", bodies.one_to_many()),
        ("RelationshipDefinitions", bodies.many_to_many()),
        ("EntityDefinitions(LogicalName='account')/Attributes", bodies.column("String", "new_BankName")),
    ]
    for url, body in bodies_by_url:
        assert client.post(url, body).status == 204, url


def reopened(path: Path) -> World:
    store = Store(path)
    store.build(load_model())
    return World(kept_model(store), store, fresh_world().authenticate)


def test_without_changes_it_is_the_standard_model() -> None:
    world = fresh_world()
    assert kept_model(world.store) is load_model()
    world.store.close()


def test_the_kept_model_is_the_changed_one(client: Client) -> None:
    fill(client)
    kept, now = kept_model(client.world.store), client.world.model
    assert kept.version == now.version
    assert dict(kept.tables) == dict(now.tables)
    assert set(kept.many_to_one) == set(now.many_to_one) or sorted(map(str, kept.many_to_one)) == sorted(
        map(str, now.many_to_one)
    )
    assert sorted(map(str, kept.many_to_many)) == sorted(map(str, now.many_to_many))
    assert dict(kept.option_sets) == dict(now.option_sets)


def test_what_was_taken_away_is_not_kept(client: Client) -> None:
    fill(client)
    for address in (
        "RelationshipDefinitions(SchemaName='new_accounts_campaigns')",
        "RelationshipDefinitions(SchemaName='new_contact_new_bankaccount')",
        f"{TABLE}/Keys(LogicalName='new_bycode')",
        TABLE,
        "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='new_bankname')",
        "GlobalOptionSetDefinitions(Name='sample_colors')",
    ):
        assert client.delete(address).status == 204, address
    kept, standard = kept_model(client.world.store), load_model()
    assert dict(kept.tables) == dict(standard.tables)
    assert len(kept.many_to_one) == len(standard.many_to_one)
    assert len(kept.many_to_many) == len(standard.many_to_many)
    assert dict(kept.option_sets) == dict(standard.option_sets)
    assert kept.version > standard.version


def test_a_file_has_tables_and_rows_when_it_is_opened_again(tmp_path: Path) -> None:
    first = Client(reopened(tmp_path / "rows.db"))
    fill(first)
    row = first.create("new_bankaccounts", new_accountname="A", new_code=7, new_balance=1.5)
    definition = first.get(TABLE).json()
    first.world.store.close()
    second = Client(reopened(tmp_path / "rows.db"))
    assert second.get(TABLE).json() == definition
    assert second.get("new_bankaccounts(new_code=7)").json()["new_bankaccountid"] == row
    assert second.post("new_bankaccounts", {"new_code": 7}).status == 412
    person = second.create("contacts", lastname="Ito")
    link = {"new_AccountOwner@odata.bind": f"contacts({person})"}
    assert second.patch(f"new_bankaccounts({row})", link).status == 204
    assert second.post(f"{TABLE}/Attributes", bodies.column("Integer", "new_More")).status == 204
    second.world.store.close()
    third = reopened(tmp_path / "rows.db")
    assert "new_more" in third.model.tables["new_bankaccount"].columns
    third.store.close()


def test_a_refused_change_is_not_kept(client: Client) -> None:
    client.post("EntityDefinitions", bodies.table(Attributes=[]))
    assert kept_model(client.world.store) is load_model()
