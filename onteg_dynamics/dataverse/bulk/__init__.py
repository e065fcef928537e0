"""Many rows written to one table: each once, as fast as the service allows."""
