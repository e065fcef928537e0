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


def privilege_missing(who: str, caller: str, privilege: tuple[str, str], table: tuple[int, str, str] | None) -> Refusal:
    """No role gives the privilege.

    Args:
        who: The principal as the service describes it.
        caller: Its id.
        privilege: The privilege's name and id.
        table: Type code, logical name and display name of the table, or None.
    """
    name, own = privilege
    where = "" if table is None else f" on OTC={table[0]} for entity '{table[1]}' (LocalizedName='{table[2]}')"
    return Refusal(
        403,
        "0x80040220",
        f"Principal {who}, is missing {name} privilege (Id={own}){where}. context.Caller={caller}. "
        "Consider adding missed privilege to one of the principal (user/team) roles.",
    )


def access_denied(principal: str, right: str, row_id: str, table: str) -> Refusal:
    """The privilege is there, but the row belongs to others and is not shared."""
    return Refusal(
        403,
        "0x80048306",
        f"Principal with id {principal} does not have {right} right(s) for record with id {row_id} of entity {table}",
    )


def no_such_object_id(object_id: str) -> Refusal:
    """The header ``CallerObjectId`` names nobody in the environment."""
    return Refusal(
        403, "0x80072560", f"The user is not a member of the organization. No user has the object id {object_id}."
    )


def two_callers() -> Refusal:
    """``CallerObjectId`` and ``MSCRMCallerID`` name different users."""
    message = "The headers CallerObjectId and MSCRMCallerID name different users; only one of them can be impersonated."
    return Refusal(400, "0x80040203", message)


def abstract_argument(name: str) -> Refusal:
    """An argument of an abstract type that does not say what it is."""
    return Refusal(
        400,
        "0x80048d19",
        f"The parameter '{name}' is of an abstract type; the annotation '@odata.type' must name the type of the row.",
    )


def share_with_owner() -> Refusal:
    """A row is shared with the user or team that owns it."""
    return Refusal(400, "0x80040214", "An item cannot be shared with the owning user.")


def merge_identical() -> Refusal:
    """Target and subordinate of a merge are one row."""
    return Refusal(400, "0x80045305", "Merge cannot be performed on master and sub-entities that are identical.")


def merge_inactive() -> Refusal:
    """One of the rows of a merge is inactive."""
    return Refusal(400, "0x80045304", "Merge cannot be performed on entity that is inactive.")


def merge_parents(*, lost: bool) -> Refusal:
    """The rows of a merge have different parents, and the caller wants to know."""
    if lost:
        return Refusal(400, "0x80045317", "Merge warning: sub-entity might lose parenting")
    return Refusal(400, "0x80045316", "Merge warning: sub-entity will be differently parented.")


def no_such_privilege(name: str) -> Refusal:
    """There is no privilege of that name or id."""
    return Refusal(400, "0x80040203", f"Privilege with name or id '{name}' does not exist.")
