"""What the real service has and this sandbox does not: it is said, so that nobody takes silence for success."""

from __future__ import annotations

# Messages of the service that a client may well call; those that the sandbox has are found before this is asked.
MESSAGES = frozenset(
    [
        "AddItemCampaign",
        "CopyDynamicListToStatic",
        "DeliverIncomingEmail",
        "ExportSolution",
        "ImportSolution",
        "SetLocLabels",
        "TriggerServiceEndpointCheck",
    ],
)
