"""A client for the Dataverse Web API. Useful alone."""
