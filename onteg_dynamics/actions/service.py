"""Customer service: Resolve, Cancel, Reactivate Case; Add to Queue, Pick from Queue; Add to Marketing List."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onteg_dynamics.actions.targets import row_of, was
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

Options = Mapping[str, Any]


def resolve_case(context: Context, options: Options) -> Outcome:
    """Resolve a case."""
    from onteg_dynamics.dataverse.cases import resolve

    return Outcome(was(resolve(context.dataverse, options["case"], options)))


def cancel_case(context: Context, options: Options) -> Outcome:
    """Cancel a case."""
    from onteg_dynamics.dataverse.cases import cancel

    return Outcome(was(cancel(context.dataverse, options["case"], options.get("status"))))


def reactivate_case(context: Context, options: Options) -> Outcome:
    """Make a resolved or canceled case active again."""
    from onteg_dynamics.dataverse.cases import reactivate

    return Outcome(was(reactivate(context.dataverse, options["case"], options.get("status"))))


def add_to_queue(context: Context, options: Options) -> Outcome:
    """Put a row into a queue."""
    from onteg_dynamics.dataverse.queues import add

    table, own = row_of(context, options)
    done = add(context.dataverse, table, own, options["queue"])
    told = {"queue_id": done.queue_id, "queue_item_id": done.item_id, "added": done.added}
    return Outcome({"table": table.name, "id": own, **told, "moved_from": done.moved_from})


def pick_from_queue(context: Context, options: Options) -> Outcome:
    """Let a user work on what waits in a queue."""
    from onteg_dynamics.dataverse.queues import pick

    done = pick(
        context.dataverse,
        _queue_item(context, options),
        options.get("worker"),
        remove=options.get("remove", False),
        take_over=options.get("take_over", False),
    )
    return Outcome({"queue_item_id": done.item_id, "worker_id": done.worker_id, "picked": done.picked})


def _queue_item(context: Context, options: Options) -> str:
    from onteg_dynamics.dataverse.ids import as_guid
    from onteg_dynamics.dataverse.queues import item_of

    if options.get("queue_item"):
        return as_guid(options["queue_item"])
    missing = [name for name in ("table", "id") if not options.get(name)]
    if missing:
        problems = (Problem(name, "", "is required when Queue Item is empty") for name in missing)
        raise InputError(tuple(problems))
    return item_of(context.dataverse, *row_of(context, options))


def add_to_marketing_list(context: Context, options: Options) -> Outcome:
    """Put accounts, contacts or leads into a marketing list."""
    from onteg_dynamics.dataverse.ids import as_guid
    from onteg_dynamics.dataverse.marketing import add_members

    members = [as_guid(one) for one in options["member_ids"]]
    return Outcome(vars(add_members(context.dataverse, options["list"], members)))


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    moves = Annotations(destructive=True)
    return (
        Action("resolve_case", resolve_case, moves),
        Action("cancel_case", cancel_case, moves),
        Action("reactivate_case", reactivate_case, moves),
        Action("add_to_queue", add_to_queue, Annotations(idempotent=True)),
        Action("pick_from_queue", pick_from_queue, Annotations(idempotent=True)),
        Action("add_to_marketing_list", add_to_marketing_list, Annotations(idempotent=True)),
    )
