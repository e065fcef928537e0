"""Dataverse search: one index over many tables ("Search for Dataverse records"), on SQLite's full text."""
