"""Handlers of the actions, one module per family."""
