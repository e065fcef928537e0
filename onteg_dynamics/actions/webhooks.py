"""Being told of changes: Register, List, Repair, Remove Webhook; Parse Webhook Event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.endpoints import Endpoint, Proof, Step
    from onteg_dynamics.dataverse.events import Event

Options = Mapping[str, Any]
READS = Annotations(read_only=True, idempotent=True)
MESSAGES = ("Create", "Update", "Delete")


def register_webhook(context: Context, options: Options) -> Outcome:
    """Register a webhook for changes of a table's rows; once more changes only what differs."""
    from onteg_dynamics.dataverse.images import Images
    from onteg_dynamics.dataverse.webhooks import Wish, register

    images = options.get("images", "None")
    wish = Wish(
        options["name"].strip(),
        options["url"].strip(),
        _proof(options),
        context.dataverse.table(options["table"]),
        options.get("messages") or MESSAGES,
        options.get("columns", ()),
        options.get("mode") == "Synchronous",
        Images(images in ("Before", "Both"), images in ("After", "Both"), options.get("image_columns", ())),
    )
    return Outcome({"name": wish.name, "table": wish.table.name, **vars(register(context.dataverse, wish))})


def list_webhooks(context: Context, options: Options) -> Outcome:
    """List the webhooks of the environment with what each is told of."""
    from onteg_dynamics.dataverse.endpoints import endpoints, steps_of

    found = endpoints(context.dataverse)
    steps = steps_of(context.dataverse, found)
    if options.get("table"):
        table = context.dataverse.table(options["table"]).name
        steps = [step for step in steps if step.table == table]
        found = [one for one in found if any(step.webhook_id == one.id for step in steps)]
    return Outcome({"webhooks": [_told(one, steps) for one in found]})


def repair_webhook(context: Context, options: Options) -> Outcome:
    """Mend a webhook: no doubles, every step switched on, a new address or secret where one is given."""
    from onteg_dynamics.dataverse.endpoints import failures_of
    from onteg_dynamics.dataverse.webhooks import repair

    proof = _proof(options) if options.get("secret") else None
    done = repair(context.dataverse, options["webhook"], options.get("url", "").strip(), proof)
    failures = failures_of(context.dataverse, done.steps)
    if failures.count:
        context.warn(f"Posts have failed; the last time: {failures.last or 'without a reason'}")
    told = {**vars(done), "steps": _steps(done.steps)}
    return Outcome({**told, "failed_posts": failures.count, "last_failure": failures.last})


def remove_webhook(context: Context, options: Options) -> Outcome:
    """Remove a webhook with its steps."""
    from onteg_dynamics.dataverse.webhooks import remove

    found, steps = remove(context.dataverse, options["webhook"])
    return Outcome({"removed": bool(found), "webhooks": len(found), "steps": len(steps)})


def parse_webhook_event(context: Context, options: Options) -> Outcome:
    """Read what a webhook was sent: its secret is checked, what was cut off is read anew."""
    from onteg_dynamics.dataverse.events import check_proof, read_again, read_event, read_headers

    headers = read_headers(options.get("headers", {}))
    check_proof(_proof(options), headers, options.get("query", ""))
    event = read_event(options["body"], headers)
    read = read_again(context.dataverse, event)
    _warn(context, read, again=read is not event)
    return Outcome({**vars(read), "read_again": read is not event})


def _warn(context: Context, event: Event, *, again: bool) -> None:
    if again:
        context.warn("The post was too large, so the row was read anew: it is told as it stands now, whole.")
    elif event.cut:
        context.warn("The post was too large, so what was written was left out of it, and the row is gone.")


def _proof(options: Options) -> Proof:
    from onteg_dynamics.dataverse.endpoints import Proof

    return Proof(options.get("authentication", "Key"), options["secret"], options.get("secret_name", "").strip())


def _told(endpoint: Endpoint, steps: Iterable[Step]) -> dict[str, Any]:
    told = {"id": endpoint.id, "name": endpoint.name, "url": endpoint.url, "authentication": endpoint.proof}
    return {**told, "steps": _steps(step for step in steps if step.webhook_id == endpoint.id)}


def _steps(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps by table and message."""
    return [
        {
            "id": step.id,
            "table": step.table or None,
            "message": step.message,
            "mode": step.mode,
            "enabled": step.enabled,
            "columns": list(step.columns),
        }
        for step in sorted(steps, key=lambda step: (step.subject, step.id))
    ]


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    changes = Annotations(destructive=True, idempotent=True)
    return (
        Action("register_webhook", register_webhook, changes),
        Action("list_webhooks", list_webhooks, READS),
        Action("repair_webhook", repair_webhook, changes),
        Action("remove_webhook", remove_webhook, changes),
        Action("parse_webhook_event", parse_webhook_event, READS),
    )
