"""Changing metadata: definitions become new models, and the changes are kept with the rows."""

from __future__ import annotations

from onteg_dynamics.sandbox.schema.addresses import find_place
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.changes import retrieve_changes
from onteg_dynamics.sandbox.schema.keep import kept_model
from onteg_dynamics.sandbox.schema.keys import retry_key
from onteg_dynamics.sandbox.schema.lookups import create_customer, create_polymorphic
from onteg_dynamics.sandbox.schema.names import check_solution
from onteg_dynamics.sandbox.schema.operations import change_definition, create, delete
from onteg_dynamics.sandbox.schema.tables import create_table
from onteg_dynamics.sandbox.schema.values import (
    delete_option,
    insert_option,
    insert_status,
    order_options,
    update_option,
    update_state,
)

__all__ = [
    "Change",
    "change_definition",
    "check_solution",
    "create",
    "create_customer",
    "create_polymorphic",
    "create_table",
    "delete",
    "delete_option",
    "find_place",
    "insert_option",
    "insert_status",
    "kept_model",
    "order_options",
    "retrieve_changes",
    "retry_key",
    "update_option",
    "update_state",
]
