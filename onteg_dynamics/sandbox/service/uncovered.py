"""What the real service has and this sandbox does not: it is said, so that nobody takes silence for success."""

from __future__ import annotations

from collections.abc import Mapping

from onteg_dynamics.sandbox import refusals

# Messages of the service that a client may well call; those that the sandbox has are found before this is asked.
MESSAGES = frozenset(
    [
        "AddItemCampaign",
        "AddListMembersList",
        "AddMemberList",
        "AddToQueue",
        "CalculateRollupField",
        "CloseIncident",
        "CloseQuote",
        "ConvertQuoteToSalesOrder",
        "ConvertSalesOrderToInvoice",
        "CopyDynamicListToStatic",
        "DeleteMultiple",
        "DeliverIncomingEmail",
        "ExportSolution",
        "FulfillSalesOrder",
        "GenerateInvoiceFromOpportunity",
        "GenerateQuoteFromOpportunity",
        "GenerateSalesOrderFromOpportunity",
        "ImportSolution",
        "InitializeFrom",
        "LoseOpportunity",
        "PickFromQueue",
        "QualifyLead",
        "ReleaseToQueue",
        "RemoveFromQueue",
        "RemoveMemberList",
        "RetrieveDuplicates",
        "ReviseQuote",
        "SendEmail",
        "SetLocLabels",
        "WinOpportunity",
        "WinQuote",
    ],
)
_HEADERS = {
    "mscrm.sessiontoken": "session tokens of elastic tables",
}


def refuse_uncovered(headers: Mapping[str, str]) -> None:
    """Refuses a request that counts on something that is not here.

    Args:
        headers: Request headers by lowercase name.

    Raises:
        Refusal: 501, naming what is not covered.
    """
    for name, what in _HEADERS.items():
        if headers.get(name):
            raise refusals.not_covered(what)
