"""An operator's options, checked when the DAG is parsed. Imports nothing of Airflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from onteg_dynamics.engines.shared import registry
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.validation import Form

__all__ = ["check_options"]


def check_options(action: str, options: Mapping[str, Any], is_late: Callable[[Any], bool]) -> str:
    """Check what can be checked before a task runs; the executor checks everything when it does.

    Args:
        action: machine name or title.
        options: by key or label.
        is_late: tells a value that is known only when the task runs: a template, another task's result.

    Returns:
        The action's machine name.

    Raises:
        UnknownNameError: there is no such action.
        InputError: holds everything that is wrong.
    """
    entry = registry().action(action)
    late = {entry.form.key(name) for name, value in options.items() if is_late(value)}
    known = {name: value for name, value in options.items() if entry.form.key(name) not in late}
    problems = _problems(entry.form, {**known, **_strangers(entry.form, late)}, late)
    if problems:
        raise InputError(tuple(problems))
    return entry.spec.name


def _problems(form: Form, values: Mapping[str, Any], late: set[str]) -> list[Problem]:
    """What is wrong with `values`, apart from what comes later."""
    try:
        form.read(values)
    except InputError as exc:
        return [problem for problem in exc.problems if problem.path.partition(".")[0] not in late & form.fields.keys()]
    return []


def _strangers(form: Form, names: set[str]) -> dict[str, str]:
    """Options that do not exist are wrong whatever their value will be."""
    return {name: "?" for name in names if name not in form.fields}
