"""Every action as a Prefect task, with its options as parameters; failures are tried again where that can help.

Implements "Write and run tasks" and "Retries" of Prefect's documentation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from inspect import Parameter, Signature
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from onteg_dynamics.engines.failures import Judgement, Verdict, judge
from onteg_dynamics.engines.prefect.block import ConnectionBlock
from onteg_dynamics.engines.shared import registry
from onteg_dynamics.registry import Registered

__all__ = ["TASKS", "action_task", "parameter_name", "worth_another_try"]

RETRIES = 3
_DELAYS = [2.0, 10.0, 30.0]
_OF_THE_TASK = {"output_path": "", "deadline": None}


def action_task(action: str) -> Task[..., dict[str, Any]]:
    """An action as a task: ``connection``, the action's options by name, ``output_path``, ``deadline``.

    Args:
        action: machine name or title.

    Raises:
        UnknownNameError: there is no such action.
    """
    return TASKS[registry().action(action).spec.name]


def parameter_name(option: str) -> str:
    """What a task calls an option: as the action does, but for Python's own words (``from_``)."""
    return f"{option}_" if iskeyword(option) else option


async def worth_another_try(_task: Any, _run: Any, state: Any) -> bool:
    """Whether Prefect tries a task again; has waited as long as the service asks for. For ``retry_condition_fn``.

    What is wrong stays wrong and is not tried again. Prefect's own delay comes on top; it cannot depend on the error.
    """
    judgement = judge(state.data) if isinstance(state.data, BaseException) else Judgement(Verdict.UNDECIDED)
    if judgement.verdict is Verdict.AGAIN and judgement.wait:
        await asyncio.sleep(judgement.wait)
    return judgement.verdict is not Verdict.GIVE_UP


def _made(entry: Registered) -> Task[..., dict[str, Any]]:
    name = entry.spec.name
    options_of = {parameter_name(key): key for key in entry.spec.input_schema["properties"]}

    def run(connection: ConnectionBlock, **given: Any) -> dict[str, Any]:
        how = {key: given.pop(key) for key in _OF_THE_TASK if key in given}
        options = {options_of[key]: value for key, value in given.items() if value is not None}
        return connection.run(name, options, **how)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = entry.spec.description
    run.__signature__ = _signature(entry)  # type: ignore[attr-defined]
    return task(
        run,
        name=entry.spec.title,
        description=entry.spec.description,
        tags=["dynamics-365"],
        retries=RETRIES,
        retry_delay_seconds=_DELAYS,
        retry_condition_fn=worth_another_try,
        cache_policy=NO_CACHE,  # a read must see what is there now, a write must be done
    )


def _signature(entry: Registered) -> Signature:
    """``(connection, *, option=…, output_path="", deadline=None)``."""
    schema = entry.spec.input_schema
    required = schema.get("required", ())
    options = [
        Parameter(
            parameter_name(key),
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if key in required else None,
            annotation=Any,
        )
        for key in schema["properties"]
    ]
    own = [Parameter(key, Parameter.KEYWORD_ONLY, default=default) for key, default in _OF_THE_TASK.items()]
    first = Parameter("connection", Parameter.POSITIONAL_OR_KEYWORD, annotation=ConnectionBlock)
    return Signature([first, *options, *own], return_annotation=dict[str, Any])


TASKS: Mapping[str, Task[..., dict[str, Any]]] = MappingProxyType(
    {name: _made(entry) for name, entry in registry().actions.items()}
)
"""By the action's machine name."""
