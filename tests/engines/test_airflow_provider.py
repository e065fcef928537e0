"""The provider's description."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points

from onteg_dynamics.engines.airflow.form import CONNECTION_TYPE, conn_fields
from onteg_dynamics.engines.airflow.provider import get_provider_info
from onteg_dynamics.manifest import declaration_folder, own_manifest

INFO = get_provider_info()


def test_it_is_read_without_airflow_and_without_anything_heavy() -> None:
    code = "import sys; from onteg_dynamics.engines.airflow.provider import get_provider_info as get; get()"
    code += "; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"airflow", "requests", "msal", "jsonschema"} & set(loaded)


def test_airflow_finds_it() -> None:
    (found,) = (one for one in entry_points(group="apache_airflow_provider") if one.value.startswith("onteg_dynamics"))
    assert found.load() is get_provider_info


def test_it_is_json_and_carries_the_distributions_name() -> None:
    assert json.loads(json.dumps(INFO)) == INFO
    assert f'name = "{INFO["package-name"]}"' in (declaration_folder() / "pyproject.toml").read_text("utf-8")
    assert INFO["description"] == own_manifest().description


def test_the_connection_type_has_the_forms_fields() -> None:
    (kind,) = INFO["connection-types"]
    assert kind["connection-type"] == CONNECTION_TYPE
    assert kind["hook-name"] == "MS Dynamics 365"
    assert kind["conn-fields"] == conn_fields()


def test_the_modules_it_names_are_there() -> None:
    names = [name for kind in ("hooks", "operators", "sensors", "triggers") for name in INFO[kind][0]["python-modules"]]
    names += [INFO["connection-types"][0]["hook-class-name"].rpartition(".")[0]]
    names += [link.rpartition(".")[0] for link in INFO["extra-links"]]
    for name in names:
        assert (declaration_folder() / f"{name.replace('.', '/')}.py").is_file()
