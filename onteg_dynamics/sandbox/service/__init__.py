"""The Web API over HTTP: addresses, verbs, headers, bodies, batches."""

from __future__ import annotations

from onteg_dynamics.sandbox.service.app import create_app
from onteg_dynamics.sandbox.service.messages import Messages, Registered

__all__ = ["Messages", "Registered", "create_app"]
