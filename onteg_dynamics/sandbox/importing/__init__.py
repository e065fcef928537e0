"""Metadata of a real environment → tables of the sandbox: CSDL (``$metadata``) or definitions in JSON."""

from __future__ import annotations

from onteg_dynamics.sandbox.importing.complete import import_metadata
from onteg_dynamics.sandbox.importing.described import MetadataFileError

__all__ = ["MetadataFileError", "import_metadata"]
