"""Change tracking that is not on, or asked for in a way that it does not take."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import ODATA_CODE, Refusal


def tracking_off(table: str) -> Refusal:
    """Changes of a table whose ChangeTrackingEnabled is false."""
    return Refusal(
        400,
        ODATA_CODE,
        f"Change tracking is not enabled for the entity '{table}'. Enable change tracking for the entity to use the "
        "odata.track-changes preference.",
    )


def tracking_with(option: str) -> Refusal:
    """A query option beside change tracking."""
    return Refusal(400, ODATA_CODE, f'The "{option}" query parameter isn\'t supported when Change Tracking is enabled.')


def tracking_collection(name: str) -> Refusal:
    """Changes are tracked of whole tables only."""
    return Refusal(400, ODATA_CODE, f"Change tracking is not supported for the navigation property '{name}'.")


def bad_delta_token() -> Refusal:
    """A ``$deltatoken`` that the service has not given out."""
    return Refusal(400, ODATA_CODE, "The delta token in the request URI is not valid.")
