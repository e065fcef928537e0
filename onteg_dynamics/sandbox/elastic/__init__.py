"""Elastic tables: partitions, session tokens, rows that expire, many rows at once. Definitions stand in schema/."""

PARTITION, LIFE = "partitionid", "ttlinseconds"
"""The two columns that every elastic table has."""
