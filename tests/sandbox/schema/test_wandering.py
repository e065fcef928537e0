"""Long walks through changes of metadata: whatever happens, model, store and what is kept agree."""

from __future__ import annotations

import random

import pytest

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.schema import kept_model
from onteg_dynamics.sandbox.store import Store
from tests.sandbox.schema import bodies
from tests.sandbox.schema.wandering import customs, jobs, spoiled
from tests.sandbox.service.client import Client


@pytest.mark.parametrize("seed", range(3))
def test_model_store_and_notes_agree_after_many_changes(bank: Client, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(60):
        if dice.random() < 0.4:
            address = dice.choice(customs(bank.world.model))
            assert bank.delete(address).status in {204, 400}
        else:
            url, body = dice.choice(jobs(dice))
            assert bank.post(url, body).status < 500
        if "new_bankaccount" not in bank.world.model.tables:
            assert bank.post("EntityDefinitions", bodies.table()).status == 204
    agree(bank)
    assert bank.get("$metadata").status == 200


@pytest.mark.parametrize("seed", range(3))
def test_spoiled_definitions_are_refused_and_break_nothing(bank: Client, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(100):
        url, body = dice.choice(jobs(dice))
        try:
            answer = bank.post(url, spoiled(body, dice))
        except TypeError:  # a number that JSON cannot write
            continue
        assert answer.status < 500, answer.body
    agree(bank)


def agree(client: Client) -> None:
    model, kept = client.world.model, kept_model(client.world.store)
    assert kept.version == model.version
    assert dict(kept.tables) == dict(model.tables)
    assert dict(kept.option_sets) == dict(model.option_sets)
    assert sorted(map(str, kept.many_to_one)) == sorted(map(str, model.many_to_one))
    assert sorted(map(str, kept.many_to_many)) == sorted(map(str, model.many_to_many))
    for table in model.tables.values():
        assert stored(client.world.store, table) == expected(table)
        if table.is_custom:
            rows_live_in(client, table)


def stored(store: Store, table: Table) -> set[str]:
    return {str(row[1]) for row in store.db.execute(f'PRAGMA table_info("{table.logical_name}")')}


def expected(table: Table) -> set[str]:
    names = {column.logical_name for column in table.stored}
    return names | {f"{column.logical_name}__table" for column in table.stored if column.is_lookup}


def rows_live_in(client: Client, table: Table) -> None:
    assert client.get(f"{table.entity_set_name}?$top=1", Prefer='odata.include-annotations="*"').status == 200
    if not table.is_intersect:
        assert client.post(table.entity_set_name, {}).status == 204
