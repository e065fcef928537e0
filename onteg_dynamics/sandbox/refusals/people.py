"""Callers who may not."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import Refusal


def not_authenticated(challenge: str) -> Refusal:
    """No token, or not a good one."""
    return Refusal(401, "", "Authorization failed: a valid bearer token is required.", {"WWW-Authenticate": challenge})


def not_a_member() -> Refusal:
    """A good token of an application that has no application user."""
    return Refusal(403, "0x80072560", "The user is not a member of the organization.")


def no_roles(user_id: str) -> Refusal:
    """An application user without a security role."""
    return Refusal(403, "0x80042f09", f"The user (Id = {user_id}) has not been assigned any roles.")


def user_disabled(user_id: str) -> Refusal:
    """A user whom an administrator has switched off."""
    message = f"The specified user(Id = {user_id}) is disabled. Consider enabling this user."
    return Refusal(403, "0x80040225", message)
