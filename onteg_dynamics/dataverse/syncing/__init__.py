"""A table kept as a file: first all rows, then what changed, by change tracking."""
