"""Custom APIs: messages that an environment declares for itself, by file or by rows ("Create and use Custom APIs")."""

from __future__ import annotations

from onteg_dynamics.sandbox.processes.custom.files import CustomApiFileError, read_file
from onteg_dynamics.sandbox.processes.custom.keep import declare
from onteg_dynamics.sandbox.processes.custom.registry import custom_messages

__all__ = ["CustomApiFileError", "custom_messages", "declare", "read_file"]
