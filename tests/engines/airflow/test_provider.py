"""Airflow finds the provider, and takes what it says."""

from __future__ import annotations

import importlib
import json
from importlib.resources import files

import pytest
from jsonschema import Draft7Validator

from onteg_dynamics.engines.airflow.provider import get_provider_info
from tests.engines.airflow.running import Airflow
from tests.engines.test_airflow_form import SENSITIVE

pytestmark = pytest.mark.airflow


def test_it_is_listed(airflow: Airflow) -> None:
    found = json.loads(airflow.command("airflow", "providers", "list", "--output", "json"))
    (ours,) = [one for one in found if one["package_name"] == "onteg-dynamics"]
    assert "Dynamics 365" in ours["description"]


def test_no_dag_is_broken(airflow: Airflow) -> None:
    assert airflow.api("GET", "importErrors")["import_errors"] == []


def test_its_description_fits_airflows_schema() -> None:
    schema = json.loads((files("airflow") / "provider_info.schema.json").read_text("utf-8"))
    assert list(Draft7Validator(schema).iter_errors(get_provider_info())) == []


def test_the_classes_it_names_are_there() -> None:
    info = get_provider_info()
    for name in [*info["extra-links"], info["connection-types"][0]["hook-class-name"]]:
        module, _, one = name.rpartition(".")
        assert hasattr(importlib.import_module(module), one)


def test_airflow_hides_what_our_list_says() -> None:
    from airflow.sdk._shared.secrets_masker.secrets_masker import DEFAULT_SENSITIVE_FIELDS

    assert {word for word in DEFAULT_SENSITIVE_FIELDS if "proxy_password" not in word} == set(SENSITIVE)


def test_operators_check_their_options_when_a_dag_is_parsed() -> None:
    from onteg_dynamics.engines.airflow.operators import DynamicsJobOperator, DynamicsOperator
    from onteg_dynamics.errors import InputError, UnknownNameError

    with pytest.raises(InputError, match="tabel"):
        DynamicsOperator(task_id="x", action="list_records", options={"tabel": "account"})
    with pytest.raises(UnknownNameError, match="list_records"):
        DynamicsOperator(task_id="x", action="list_recods")
    with pytest.raises(InputError, match="starts no job"):
        DynamicsJobOperator(task_id="x", action="list_records", options={"table": "account"})


def test_triggers_are_made_again_elsewhere_without_secrets() -> None:
    from onteg_dynamics.engines.airflow.triggers import ChangesTrigger, JobTrigger

    for one in (
        ChangesTrigger("c", "lead", "2026-01-01T00:00:00Z", "x eq 1", 5),
        JobTrigger("c", "11111111-2222-3333-4444-555555555555", 5),
    ):
        path, arguments = one.serialize()
        module, _, name = path.rpartition(".")
        assert vars(getattr(importlib.import_module(module), name)(**arguments)).items() >= arguments.items()


def test_the_retry_policy_is_made_again() -> None:
    from datetime import timedelta

    from onteg_dynamics.engines.airflow.policy import DynamicsRetryPolicy
    from onteg_dynamics.errors import ErrorDetails, InputError, ThrottledError

    policy = DynamicsRetryPolicy.deserialize(DynamicsRetryPolicy().serialize())
    slow = policy.evaluate(ThrottledError("slow", ErrorDetails(retryable=True, retry_after=42)), 1, 3)
    assert slow.retry_delay == timedelta(seconds=42)
    assert policy.evaluate(InputError(()), 1, 3).action != slow.action
    assert policy.evaluate(ValueError(), 1, 3).action not in (slow.action, policy.evaluate(InputError(()), 1, 3).action)
