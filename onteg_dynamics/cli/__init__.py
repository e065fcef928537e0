"""The command line. Tables and colour for people, ``--json`` for machines, exit codes that mean something."""

from __future__ import annotations

from onteg_dynamics.cli.main import commands

__all__ = ["commands"]
