"""Every action as a Dagster op, and failures in Dagster's terms.

Implements "Ops" and "Op retries" of Dagster's documentation.
"""

# Annotations are types here, not texts: Dagster looks at that of a context.
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from dagster import Any as AnyType
from dagster import Failure, Field, In, Noneable, OpDefinition, OpExecutionContext, Out, RetryRequested, Shape, op

from onteg_dynamics.engines.failures import Verdict, judge
from onteg_dynamics.engines.shared import registry
from onteg_dynamics.errors import OntegError
from onteg_dynamics.registry import Registered

__all__ = ["OPS", "action_op", "trying_again"]

RETRIES = 3
RESOURCE = "dynamics"
"""The key under which ops look for the connection."""

_WAIT = 10.0
_OUTPUT_PATH, _DEADLINE = "output_path", "deadline"


def action_op(action: str, name: str = "", **options: Any) -> OpDefinition:
    """An action as an op, with the options that are known beforehand.

    The op looks for the connection in the resource ``dynamics``. Its one input ``options`` takes what an earlier op has
    made, by name; what is left is configured in the run. Its output is the action's.

    Args:
        action: machine name or title.
        name: of the op; by default the action's.
        options: by key; also ``output_path`` (a file for the rows) and ``deadline`` (seconds).

    Raises:
        UnknownNameError: there is no such action.
    """
    made = OPS[registry().action(action).spec.name]
    configured: OpDefinition = made.configured(options, name=name or made.name)
    return configured if options or name else made


@contextmanager
def trying_again(retries: int = RETRIES) -> Iterator[None]:
    """Our errors as Dagster's: what can help is tried again when the service says, what is wrong is not.

    Args:
        retries: how often at most.

    Raises:
        RetryRequested: another try may help.
        Failure: it would not; Dagster's own retry policies leave it alone.
    """
    try:
        yield
    except OntegError as exc:
        judgement = judge(exc)
        if judgement.verdict is Verdict.AGAIN:
            raise RetryRequested(max_retries=retries, seconds_to_wait=judgement.wait or _WAIT) from exc
        if judgement.verdict is Verdict.GIVE_UP:
            raise Failure(str(exc), allow_retries=False) from exc
        raise


def _made(entry: Registered) -> OpDefinition:
    spec = entry.spec

    def run(context: OpExecutionContext, options: dict[str, Any]) -> dict[str, Any]:
        given = {key: value for key, value in context.op_config.items() if value is not None} | options
        path, deadline = given.pop(_OUTPUT_PATH, ""), given.pop(_DEADLINE, None)
        with trying_again():
            output: dict[str, Any] = context.resources.dynamics.run(
                spec.name, given, output_path=path, deadline=deadline
            )
            return output

    made: OpDefinition = op(
        name=spec.name,
        description=spec.description,
        ins={"options": In(dict, default_value={}, description="Options by name, from earlier ops.")},
        out=Out(dict, description=f"The output of {spec.title}."),
        config_schema=_config(entry),
        required_resource_keys={RESOURCE},
        tags={"dagster/kind/dynamics365": ""},
    )(run)
    return made


def _config(entry: Registered) -> Shape:
    """All options; none is required here, since earlier ops may bring it. The executor checks what arrives."""
    fields = {
        key: Field(Noneable(AnyType), default_value=None, is_required=False, description=field["description"])
        for key, field in entry.spec.input_schema["properties"].items()
    }
    own = {
        _OUTPUT_PATH: Field(Noneable(str), default_value=None, description="A file for the rows: a path or a URL."),
        _DEADLINE: Field(Noneable(float), default_value=None, description="Seconds after which nothing more is sent."),
    }
    return Shape({**fields, **own})


OPS: Mapping[str, OpDefinition] = MappingProxyType({name: _made(entry) for name, entry in registry().actions.items()})
"""By the action's machine name."""
