"""Functions and actions of the service, custom APIs included: Call Action, Call Function, List Messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.client import Dataverse
    from onteg_dynamics.dataverse.vocabulary import Message

Options = Mapping[str, Any]
READS = Annotations(read_only=True, idempotent=True)


def call_action(context: Context, options: Options) -> Outcome:
    """Call an action of the service, bound or unbound."""
    return _called(context, options, "action")


def call_function(context: Context, options: Options) -> Outcome:
    """Call a function of the service, bound or unbound."""
    return _called(context, options, "function")


def list_messages(context: Context, options: Options) -> Outcome:
    """List the functions and actions of the environment with their parameters."""
    from onteg_dynamics.dataverse.messages import vocabulary

    wanted, kind = options.get("search", "").casefold(), options.get("kind", "").casefold()
    table = context.dataverse.table(options["table"]).name if options.get("table") else None
    found = [message for group in vocabulary(context.dataverse).messages.values() for message in group]
    chosen = [
        _told(message)
        for message in sorted(found, key=lambda message: (message.name, message.table))
        if wanted in message.name.casefold() and kind in ("", message.kind) and table in (None, message.table)
    ]
    return Outcome({"messages": chosen})


def _called(context: Context, options: Options, kind: str) -> Outcome:
    from onteg_dynamics.dataverse.messages import call, find_message

    dataverse = context.dataverse
    table = dataverse.table(options["table"]) if options.get("table") else None
    key = options.get("key", "")
    if key and table is None:
        raise InputError((Problem("table", "", "is required with Row"),))
    message = find_message(dataverse, options[kind], kind, table, on_row=bool(key))
    result = call(dataverse, message, options.get("parameters", {}), table, key)
    return Outcome({"message": message.name, "result": result})


def _told(message: Message) -> dict[str, Any]:
    parameters = [{"name": one.name, "type": one.type, "required": one.required} for one in message.parameters]
    return {
        "name": message.name,
        "kind": message.kind,
        "table": message.table or None,
        "on_collection": message.on_collection,
        "parameters": parameters,
        "returns": message.returns or None,
    }


@hookimpl
def onteg_schema(source: str, params: Mapping[str, str], dataverse: Dataverse | None) -> Mapping[str, Any] | None:
    """Typed forms: ``parameters`` of a message."""
    if source != "parameters" or dataverse is None:
        return None
    from onteg_dynamics.actions.parameters import parameter_form
    from onteg_dynamics.dataverse.messages import find_message, vocabulary

    name = params.get("action") or params.get("function") or ""
    table = dataverse.table(params["table"]) if params.get("table") else None
    message = find_message(dataverse, name, table=table, on_row=bool(params.get("key")))
    return parameter_form(message, vocabulary(dataverse))


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("call_action", call_action, Annotations(destructive=True)),
        Action("call_function", call_function, READS),
        Action("list_messages", list_messages, READS),
    )
