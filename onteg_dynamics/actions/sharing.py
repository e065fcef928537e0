"""Who may do what with a row: Share Record, Unshare Record, List Record Access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onteg_dynamics.actions.targets import row_of
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

Options = Mapping[str, Any]


def share_record(context: Context, options: Options) -> Outcome:
    """Give a user or team rights to a row."""
    from onteg_dynamics.dataverse.sharing import find_principal, grant

    table, own = row_of(context, options)
    principal = find_principal(context.dataverse, table, options["principal"])
    grant(context.dataverse, table, own, principal, options["rights"], replace=options.get("replace", False))
    return Outcome({"table": table.name, "id": own, "principal": vars(principal), "rights": options["rights"]})


def unshare_record(context: Context, options: Options) -> Outcome:
    """Take a user's or team's rights to a row away that came from sharing it."""
    from onteg_dynamics.dataverse.sharing import find_principal, revoke

    table, own = row_of(context, options)
    principal = find_principal(context.dataverse, table, options["principal"])
    revoke(context.dataverse, table, own, principal)
    return Outcome({"table": table.name, "id": own, "principal": vars(principal)})


def list_record_access(context: Context, options: Options) -> Outcome:
    """List to whom a row is shared, and the rights that one user or team has to it."""
    from onteg_dynamics.dataverse.sharing import access_of, find_principal, shares

    table, own = row_of(context, options)
    found: dict[str, Any] = {
        "table": table.name,
        "id": own,
        "shares": shares(context.dataverse, table, own),
        "rights": None,
    }
    if options.get("principal"):
        principal = find_principal(context.dataverse, table, options["principal"])
        found["rights"] = access_of(context.dataverse, table, own, principal)
    return Outcome(found)


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("share_record", share_record, Annotations(idempotent=True)),
        Action("unshare_record", unshare_record, Annotations(destructive=True, idempotent=True)),
        Action("list_record_access", list_record_access, Annotations(read_only=True, idempotent=True)),
    )
