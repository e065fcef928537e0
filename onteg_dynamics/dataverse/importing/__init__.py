"""Rows of files and earlier steps into a table."""
