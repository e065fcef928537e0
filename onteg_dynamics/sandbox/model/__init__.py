"""Metadata as data: tables, columns, relationships; loaded once, replaced as a whole when it changes."""

from __future__ import annotations

from onteg_dynamics.sandbox.model.load import load_model
from onteg_dynamics.sandbox.model.model import Model, Navigation
from onteg_dynamics.sandbox.model.types import (
    Cascade,
    Column,
    Key,
    ManyToMany,
    ManyToOne,
    Option,
    OptionSet,
    Table,
    Words,
    stable_id,
)

__all__ = [
    "Cascade",
    "Column",
    "Key",
    "ManyToMany",
    "ManyToOne",
    "Model",
    "Navigation",
    "Option",
    "OptionSet",
    "Table",
    "Words",
    "load_model",
    "stable_id",
]
