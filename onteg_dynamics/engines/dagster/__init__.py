"""Dagster: a resource for the connection, and an op for every action. Needs the extra ``dagster``."""

from onteg_dynamics.engines.dagster.ops import OPS, action_op, trying_again
from onteg_dynamics.engines.dagster.resource import DynamicsResource

__all__ = ["OPS", "DynamicsResource", "action_op", "trying_again"]
