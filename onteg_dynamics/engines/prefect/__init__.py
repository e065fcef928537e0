"""Prefect 3: a block for the connection, and a task for every action. Needs the extra ``prefect``."""

from onteg_dynamics.engines.prefect.block import DynamicsBlock
from onteg_dynamics.engines.prefect.tasks import TASKS, action_task

__all__ = ["TASKS", "DynamicsBlock", "action_task"]
