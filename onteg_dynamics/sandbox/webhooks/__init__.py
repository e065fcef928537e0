"""Webhooks: service endpoints and their steps, and callback registrations, which really post."""

from __future__ import annotations

from onteg_dynamics.sandbox.webhooks.alarm import Alarm
from onteg_dynamics.sandbox.webhooks.circumstances import during, quietly
from onteg_dynamics.sandbox.webhooks.hooks import Hooks
from onteg_dynamics.sandbox.webhooks.outbox import give_up, send_posts
from onteg_dynamics.sandbox.webhooks.registration import settle_registration

__all__ = ["Alarm", "Hooks", "during", "give_up", "quietly", "send_posts", "settle_registration"]
