"""Faults on order, for tests of anyone's client: errors, dropped connections, broken bodies, delays.

A rule says what goes wrong and with which requests; the same seed and the same requests give the same faults.
"""

from __future__ import annotations

from onteg_dynamics.sandbox.faults.app import Surroundings, faulty
from onteg_dynamics.sandbox.faults.control import CONTROL, create_control
from onteg_dynamics.sandbox.faults.faults import Faults
from onteg_dynamics.sandbox.faults.files import open_faults
from onteg_dynamics.sandbox.faults.names import reads_names
from onteg_dynamics.sandbox.faults.rule import Rule

__all__ = [
    "CONTROL",
    "Faults",
    "Rule",
    "Surroundings",
    "create_control",
    "faulty",
    "open_faults",
    "reads_names",
]
