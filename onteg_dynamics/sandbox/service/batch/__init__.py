"""``$batch``: many operations in one multipart request (OData protocol 4.0, section 11.7)."""

from __future__ import annotations

from onteg_dynamics.sandbox.service.batch.run import run_batch

__all__ = ["run_batch"]
