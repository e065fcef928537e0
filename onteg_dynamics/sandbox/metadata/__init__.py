"""Metadata on the wire: EntityDefinitions and its kin as JSON, the service document, and the CSDL."""

from __future__ import annotations

from onteg_dynamics.sandbox.metadata.csdl import csdl
from onteg_dynamics.sandbox.metadata.paths import SETS, Raw, Step, read_metadata
from onteg_dynamics.sandbox.metadata.service_document import service_document
from onteg_dynamics.sandbox.metadata.shapes import Message

__all__ = ["SETS", "Message", "Raw", "Step", "csdl", "read_metadata", "service_document"]
