"""Cases: resolve, cancel, reactivate.

Implements the action CloseIncident of the Web API reference, and "State and status reason" of the table incident.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.standing import CRM, Standing, move, post, reason, standing, written

__all__ = ["cancel", "reactivate", "resolve"]

_ACTIVE, _RESOLVED, _CANCELED = 0, 1, 2
_AGAIN = "Reactivate Case makes it active again."
_RESOLUTION = {
    "subject": "subject",
    "description": "description",
    "minutes": "timespent",
    "case": "incidentid",
}


def resolve(link: Link, case: Any, options: Mapping[str, Any]) -> Standing:
    """Resolve a case, with the activity that tells how.

    Args:
        link: the client at work.
        case: what names it; see `row_meant`.
        options: ``status``, ``subject``, ``description``, ``minutes``; all may be missing.

    Returns:
        The case as it stood.

    Raises:
        InputError: the case is not active, or options do not fit. Nothing was sent.
    """
    at = standing(link, link.table("incident"), case, "case")
    at.must_be({_ACTIVE}, "resolved", _AGAIN)
    status = reason(link, at.table, _RESOLVED, options.get("status"))
    about = {"subject": "Case resolved", **options, "case": {"table": "incident", "id": at.id}}
    told = written(link, link.table("incidentresolution"), about, _RESOLUTION)
    resolution = {"@odata.type": f"{CRM}incidentresolution", **told}
    post(link, "CloseIncident", {"Status": status, "IncidentResolution": resolution})
    return at


def cancel(link: Link, case: Any, status: Any = None) -> Standing:
    """Cancel a case.

    Args:
        link: the client at work.
        case: what names it; see `row_meant`.
        status: label or value of the status reason; None for the state's own.

    Returns:
        The case as it stood.

    Raises:
        InputError: the case is not active. Nothing was sent.
    """
    at = standing(link, link.table("incident"), case, "case")
    at.must_be({_ACTIVE}, "canceled", _AGAIN)
    move(link, at, _CANCELED, reason(link, at.table, _CANCELED, status))
    return at


def reactivate(link: Link, case: Any, status: Any = None) -> Standing:
    """Make a resolved or canceled case active again; see `cancel`."""
    at = standing(link, link.table("incident"), case, "case")
    at.must_be({_RESOLVED, _CANCELED}, "reactivated")
    move(link, at, _ACTIVE, reason(link, at.table, _ACTIVE, status))
    return at
