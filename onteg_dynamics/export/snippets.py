"""One step as a person would write it elsewhere: in the shell, in Python, in an Airflow DAG. It holds no secret."""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.manifest import ActionSpec

__all__ = ["Snippet", "snippets"]

PREFIX = "ONTEG_DYNAMICS_"
_WIDTH = 92


@dataclass(frozen=True)
class Snippet:
    """A piece of code.

    Attributes:
        title: where it is used.
        language: ``sh`` or ``python``.
        code: ready to paste.
    """

    title: str
    language: str
    code: str


def snippets(
    spec: ActionSpec, options: Mapping[str, Any], settings: Mapping[str, Any], hidden: Sequence[str]
) -> list[Snippet]:
    """The step in each notation.

    Args:
        spec: the action.
        options: its options.
        settings: of the connection, without secrets.
        hidden: keys of the secrets that the connection has; they are read from the environment.
    """
    return [
        Snippet("Command line", "sh", shell(spec, options, settings, hidden)),
        Snippet("Python", "python", python(spec, options, settings, hidden)),
        Snippet("Airflow", "python", airflow(spec, options)),
    ]


def shell(spec: ActionSpec, options: Mapping[str, Any], settings: Mapping[str, Any], hidden: Iterable[str]) -> str:
    """The command ``onteg-dynamics run``, with the connection's file before it."""
    form = json.dumps(settings, indent=2, ensure_ascii=False)
    secrets = "".join(map(_asked, hidden))
    command = ["onteg-dynamics run", spec.name, "--connection connection.json"]
    if options:
        command.append(f"\\\n  --input {shlex.quote(json.dumps(options, ensure_ascii=False))}")
    return f"cat > connection.json <<'END'\n{form}\nEND\n{secrets}{' '.join(command)}\n"


def _asked(key: str) -> str:
    """A secret is typed, not written into the shell's history."""
    name, label = PREFIX + key.upper(), key.replace("_", " ").capitalize()
    return f"printf '{label}: ' && IFS= read -rs {name} && export {name}\n"


def python(spec: ActionSpec, options: Mapping[str, Any], settings: Mapping[str, Any], hidden: Iterable[str]) -> str:
    """A script that runs the step with the executor."""
    secrets = "".join(f'    "{key}": os.environ["{PREFIX}{key.upper()}"],\n' for key in hidden)
    form = "".join(f"    {key!r}: {value!r},\n" for key, value in settings.items())
    return (
        f"{'import os' + chr(10) * 2 if secrets else ''}"
        "from onteg_dynamics.executor import Executor\n\n"
        f"connection = {{\n{form}{secrets}}}\n"
        f"options = {_literal(options)}\n"
        "with Executor() as executor:\n"
        f"    output = executor.run({spec.title!r}, options, connection).unwrap()\n"
        "print(output)\n"
    )


def airflow(spec: ActionSpec, options: Mapping[str, Any]) -> str:
    """A DAG with the step as its one task."""
    return (
        "from datetime import datetime\n\n"
        "from airflow.sdk import DAG\n\n"
        "from onteg_dynamics.engines.airflow.operators import DynamicsOperator\n\n"
        f"options = {_literal(options)}\n"
        f'with DAG("{spec.name}", schedule=None, start_date=datetime(2026, 1, 1)):\n'
        "    DynamicsOperator(\n"
        f'        task_id="{spec.name}",\n'
        f"        action={spec.title!r},\n"
        "        options=options,\n"
        '        dynamics_conn_id="dynamics_default",\n'
        "    )\n"
    )


def _literal(options: Mapping[str, Any]) -> str:
    return pprint.pformat(dict(options), width=_WIDTH, sort_dicts=False)
