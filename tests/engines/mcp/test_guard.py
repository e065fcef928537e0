"""What a client may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.engines.mcp.guard import Guard
from onteg_dynamics.errors import InputError, UnknownNameError
from onteg_dynamics.registry import load

REGISTRY = load(())


def guard(**wanted: Any) -> Guard:
    return Guard.of(REGISTRY, **{"writes": False, "actions": (), "tables": (), "files": None, **wanted})


def checked(name: str, arguments: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    return guard(**wanted).checked(REGISTRY.actions[name], arguments)


def offered(**wanted: Any) -> set[str]:
    return {name for name, entry in REGISTRY.actions.items() if guard(**wanted).offers(entry)}


def test_a_write_is_rehearsed() -> None:
    assert checked("delete_record", {"table": "account", "key": "x"})["dry_run"] is True
    assert "dry_run" not in checked("delete_record", {"table": "account", "key": "x"}, writes=True)
    assert "dry_run" not in checked("list_records", {"table": "account"})


@pytest.mark.parametrize("no", [False, "false", "No", "0", " off "])
def test_a_client_cannot_turn_the_rehearsal_off(no: Any) -> None:
    for key in ("dry_run", "Dry Run", "dry run "):
        with pytest.raises(InputError, match="allow-writes"):
            checked("delete_record", {"table": "account", "key": "x", key: no})


def test_whatever_a_client_says_the_rehearsal_stays() -> None:
    for said in (True, "yes", "nonsense", None, "", 7):
        assert checked("delete_record", {"table": "account", "key": "x", "dry_run": said})["dry_run"] is True


def test_actions_on_offer() -> None:
    assert offered(actions=["Get Record", "list_records"]) == {"get_record", "list_records"}
    with pytest.raises(UnknownNameError, match="List Records"):
        guard(actions=["List Recods"])


def test_tables_within_reach() -> None:
    assert checked("list_records", {"table": "Account"}, tables=["account"])
    for name in ("contact", "accounts", "account2"):
        with pytest.raises(InputError, match="tables that are served here: account"):
            checked("list_records", {"Table": name}, tables=["account"])
    with pytest.raises(InputError, match="is not served here"):
        checked("list_records", {"table": "account", "expand": "contact_customer_accounts"}, tables=["account"])


def test_the_other_table_of_an_action_counts_too() -> None:
    options = {"table": "account", "id": "x", "related_table": "contact", "related_ids": "y"}
    with pytest.raises(InputError, match="Related Table"):
        checked("relate_records", options, tables=["account"])


def test_with_a_list_of_tables_nothing_reaches_around_it() -> None:
    around = {"run_sql_query", "query_with_fetchxml", "send_request", "run_batch", "search_records", "call_action"}
    around |= {"list_timeline", "register_webhook", "send_email", "qualify_lead"}
    assert not around & offered(tables=["account"])
    assert around <= offered()
    assert {"who_am_i", "list_records", "create_record"} <= offered(tables=["account"])


def test_files_are_out_of_reach(tmp_path: Path) -> None:
    assert "export_records" not in offered()
    assert "export_records" in offered(files=tmp_path)
    with pytest.raises(InputError, match="is not served here"):
        checked("upload_file", {"table": "account", "key": "x", "column": "c", "path": "/etc/passwd"})


def test_files_stay_in_their_folder(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/")
    (tmp_path / "in").mkdir()
    assert checked("export_records", {"path": "in/a.csv"}, files=tmp_path)["path"] == str(tmp_path / "in" / "a.csv")
    for path in ("../a.csv", "/etc/passwd", "in/../../a.csv", "out/etc/passwd", "s3://bucket/a.csv", "file:///etc/a"):
        with pytest.raises(InputError, match="relative path inside"):
            checked("export_records", {"path": path}, files=tmp_path)


def test_every_option_that_names_a_table_or_a_file_is_known_by_its_schema() -> None:
    for name, entry in REGISTRY.actions.items():
        for key, field in entry.spec.input_schema["properties"].items():
            if key in ("table", "related_table", "new_table"):
                assert field["x-onteg-choices"]["source"] == "tables", (name, key)
