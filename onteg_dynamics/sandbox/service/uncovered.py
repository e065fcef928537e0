"""What the real service has and this sandbox does not: it is said, so that nobody takes silence for success."""

from __future__ import annotations

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
