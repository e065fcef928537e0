"""The RemoteExecutionContext of a step: what an endpoint is sent ("Use webhooks").

What the page leaves open follows the SDK: a create's output is its id, a delete's target is a reference; the calling
context of all but the first stage is that of the main operation.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.webhooks.happening import Happening
from onteg_dynamics.sandbox.webhooks.registry import ASYNCHRONOUS, POST_OPERATION, PRE_VALIDATION, STEP, Image, Step
from onteg_dynamics.sandbox.webhooks.values import attributes, date, entity, pair, reference, typed

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.world import Organization

NOBODY = "00000000-0000-0000-0000-000000000000"
_MAIN_OPERATION = 30
_PRIMARY_NAME = "AsynchronousStepPrimaryName"


def execution_context(
    happening: Happening, step: Step, organization: Organization, moment: datetime, job_id: str = NOBODY
) -> dict[str, Any]:
    """The context that a step's endpoint is sent.

    Args:
        happening: What happens.
        step: The step.
        organization: The environment.
        moment: The present.
        job_id: The system job of an asynchronous step.
    """
    own = _context(happening, step, organization, moment, job_id)
    own["InputParameters"] = _inputs(happening, is_over=step.stage == POST_OPERATION)
    own["IsInTransaction"] = step.mode != ASYNCHRONOUS and step.stage != PRE_VALIDATION
    own["OutputParameters"] = _outputs(happening, step)
    if step.stage != PRE_VALIDATION:
        own["ParentContext"] = _parent(own, happening)
    own["PreEntityImages"], own["PostEntityImages"] = _before(happening, step), _after(happening, step)
    return own


def _context(
    happening: Happening, step: Step, organization: Organization, moment: datetime, job_id: str
) -> dict[str, Any]:
    caller, tag = happening.caller, happening.circumstances.tag
    return {
        "BusinessUnitId": caller.business_unit_id,
        "CorrelationId": happening.circumstances.correlation_id,
        "Depth": 1,
        "InitiatingUserId": caller.on_behalf_by or caller.user_id,
        "InputParameters": [],
        "IsExecutingOffline": False,
        "IsInTransaction": False,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": happening.message,
        "Mode": step.mode,
        "OperationCreatedOn": date(moment, "+0000"),
        "OperationId": job_id,
        "OrganizationId": organization.id,
        "OrganizationName": organization.unique_name,
        "OutputParameters": [],
        "OwningExtension": reference(STEP, step.id, is_typed=False),
        "ParentContext": None,
        "PostEntityImages": [],
        "PreEntityImages": [],
        "PrimaryEntityId": happening.row_id,
        "PrimaryEntityName": happening.table.logical_name,
        "RequestId": None,
        "SecondaryEntityName": "none",
        "SharedVariables": [] if tag is None else [pair("tag", tag)],
        "Stage": step.stage,
        "UserId": step.user_id or caller.user_id,
    }


def _parent(own: dict[str, Any], happening: Happening) -> dict[str, Any]:
    """The main operation, as the caller asked for it."""
    quiet = [pair("SuppressDuplicateDetection", value=False)] if happening.message in {"Create", "Update"} else []
    inputs = [*_inputs(happening, is_over=False), *quiet]
    return {**own, "InputParameters": inputs, "OutputParameters": [], "Stage": _MAIN_OPERATION}


def _inputs(happening: Happening, *, is_over: bool) -> list[dict[str, Any]]:
    table, row_id = happening.table, happening.row_id
    if happening.message in {"Create", "Update"}:
        values = happening.written if is_over else happening.given
        return [pair("Target", entity(table, row_id, attributes(table, row_id, values)))]
    target = pair("Target", reference(table.logical_name, row_id))
    if happening.link is None:
        return [target]
    relationship, other, other_id = happening.link
    named = typed("Relationship", {"PrimaryEntityRole": None, "SchemaName": relationship})
    related = reference(other.logical_name, other_id, is_typed=False)
    return [target, pair("Relationship", named), pair("RelatedEntities", [related])]


def _outputs(happening: Happening, step: Step) -> list[dict[str, Any]]:
    if happening.message == "Create" and step.stage == POST_OPERATION:
        return [pair("id", happening.row_id)]
    return []


def _before(happening: Happening, step: Step) -> list[dict[str, Any]]:
    if happening.before is None:
        return []
    wanted = [image for image in step.images if image.is_before]
    if step.mode == ASYNCHRONOUS and happening.message == "Delete":
        wanted.append(_primary_name(happening))
    return [_image(happening, image, happening.before) for image in wanted]


def _after(happening: Happening, step: Step) -> list[dict[str, Any]]:
    if happening.after is None or step.stage != POST_OPERATION:
        return []
    wanted = [image for image in step.images if image.is_after]
    if step.mode == ASYNCHRONOUS:
        wanted.append(_primary_name(happening))
    return [_image(happening, image, happening.after) for image in wanted]


def _primary_name(happening: Happening) -> Image:
    """The small copy that every asynchronous step is sent."""
    name = happening.table.primary_name or happening.table.primary_id
    return Image(_PRIMARY_NAME, frozenset({name}), is_before=True, is_after=True)


def _image(happening: Happening, image: Image, values: Any) -> dict[str, Any]:
    told = attributes(happening.table, happening.row_id, _filled(values), image.columns)
    return pair(image.alias, entity(happening.table, happening.row_id, told, is_typed=False))


def _filled(values: Any) -> dict[str, Any]:
    """A row without its empty columns, as an image has it."""
    return {name: value for name, value in values.items() if value is not None}
