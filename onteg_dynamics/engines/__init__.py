"""Adapters to workflow engines, each imported where it is used; the executor validates, retries and hides secrets."""
