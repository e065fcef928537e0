"""Rows into files: Parquet, CSV, JSON Lines; in parallel, and on from where an earlier run was stopped."""
