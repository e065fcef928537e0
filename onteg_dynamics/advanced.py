"""The options that every action has beside its own: whom to act for, what to pass over, a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.limits import Call

__all__ = ["NAMES", "READ_NAMES", "call_with", "is_dry_run", "own_options"]

READ_NAMES = ("impersonate", "strong_consistency", "partition_id", "tag", "bypass_plugins")
NAMES = (*READ_NAMES, "bypass_flows", "detect_duplicates", "solution", "dry_run")

# Detection runs where it is not suppressed; without the header the service decides.
_SUPPRESSED: Mapping[bool | None, str] = {True: "false", False: "true"}
_BYPASSED = {"Synchronous": "CustomSync", "Asynchronous": "CustomAsync", "Both": "CustomSync,CustomAsync"}


def own_options(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are the action's own."""
    return {name: value for name, value in typed.items() if name not in NAMES}


def is_dry_run(typed: Mapping[str, Any]) -> bool:
    """Whether nothing is to be changed."""
    return bool(typed.get("dry_run"))


def call_with(call: Call, typed: Mapping[str, Any], impersonate: str | None) -> Call:
    """`call` with the headers and URL parameters that the options ask for.

    Implements "Use optional parameters" and "Bypass custom Dataverse logic".

    Args:
        call: the call as it is.
        typed: an action's options, typed.
        impersonate: the connection's own impersonated user.
    """
    if not impersonate and typed.keys().isdisjoint(NAMES):
        return call
    from dataclasses import replace

    from onteg_dynamics.dataverse.rehearsal import Rehearsal

    parameters = {"tag": typed.get("tag"), "partitionId": typed.get("partition_id")}
    return replace(
        call,
        headers=dict(_headers(typed, impersonate)),
        parameters={name: value for name, value in parameters.items() if value},
        rehearsal=Rehearsal() if is_dry_run(typed) else None,
    )


def _headers(typed: Mapping[str, Any], impersonate: str | None) -> list[tuple[str, str]]:
    user = typed.get("impersonate") or impersonate
    headers = {
        "CallerObjectId": user.strip("{} ") if user else None,
        "Consistency": "Strong" if typed.get("strong_consistency") else None,
        "MSCRM.BypassBusinessLogicExecution": _BYPASSED.get(typed.get("bypass_plugins", "")),
        "MSCRM.SuppressCallbackRegistrationExpanderJob": "true" if typed.get("bypass_flows") else None,
        "MSCRM.SuppressDuplicateDetection": _SUPPRESSED.get(typed.get("detect_duplicates")),
        "MSCRM.SolutionUniqueName": typed.get("solution"),
    }
    return [(name, value) for name, value in headers.items() if value]
