"""Microsoft Dynamics 365 connector."""
