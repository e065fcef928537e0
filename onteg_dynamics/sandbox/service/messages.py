"""Functions and actions: which there are, and how one is called.

Follows "Use Web API functions" and "Use Web API actions". A room that adds messages registers them here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.path import arguments
from onteg_dynamics.sandbox.service.resources import Call, OneRow, Rows
from onteg_dynamics.sandbox.service.uncovered import nothing_here
from onteg_dynamics.sandbox.world import World

ANY_TABLE = "*"
PRINCIPAL = "principal"  # the abstract type of users and teams
Target = Rows | OneRow | None
Run = Callable[[Request, dict[str, Any], Target], Response]
Own = Callable[[World], Iterable["Registered"]]


@dataclass(frozen=True)
class Registered:
    """A message with what it does: a function of the request, the arguments and what the message is bound to.

    Attributes:
        message: The message.
        run: What it does.
        is_hidden: True where it works but the CSDL does not show it.
    """

    message: Message
    run: Run
    is_hidden: bool = False


class Messages:
    """The messages of a service, by name.

    Args:
        registered: The messages to begin with.
        own: Gives the messages that an environment declares for itself.
    """

    def __init__(self, registered: Iterable[Registered] = (), own: Own | None = None) -> None:
        self._by_name: dict[str, list[Registered]] = {}
        self._own = own
        for item in registered:
            self.add(item)

    def add(self, item: Registered) -> None:
        """Registers one more message; one name may be bound to several tables."""
        self._by_name.setdefault(item.message.name, []).append(item)

    def shapes(self, world: World) -> list[Message]:
        """What the CSDL shows; messages for every table are left out, as the service's own list would fill books."""
        found = [item for items in self._by_name.values() for item in items] + self._declared(world)
        return [item.message for item in found if item.message.binding != ANY_TABLE and not item.is_hidden]

    def call(self, request: Request, call: Call) -> Response:
        """Runs the message that an address names.

        Raises:
            Refusal: There is no such message here, the verb is wrong, or the message refuses.
        """
        item = self._find(request.world, call)
        if not call.is_qualified:
            raise refusals.no_such_segment(call.name) if item is None else refusals.unresolved_parameters()
        if item is None:
            is_elsewhere = call.name in self._by_name  # it is bound to something else
            raise refusals.no_such_segment(call.name) if is_elsewhere else nothing_here(call.name)
        if request.preferences.respond_async:
            raise refusals.not_covered("background operations (Prefer: respond-async)")
        if request.method != ("GET" if item.message.is_function else "POST"):
            raise refusals.no_http_resource(request.url)
        if not item.message.is_function:
            return item.run(request, request.payload("") if request.body.strip() else {}, call.target)
        aliases = {name: value for name, value in request.options if name.startswith("@")}
        given = arguments(call.arguments, aliases)
        known = set(item.message.parameters)
        if not known - item.message.optional <= set(given) <= known:
            raise refusals.no_such_segment(call.name)
        return item.run(request, given, call.target)

    def _find(self, world: World, call: Call) -> Registered | None:
        known = self._by_name.get(call.name)
        items = self._declared(world) if known is None else known
        fitting = (item for item in items if item.message.name == call.name and _fits(item.message, call.target))
        return next(fitting, None)

    def _declared(self, world: World) -> list[Registered]:
        return list(self._own(world)) if self._own is not None else []


def result(request: Request, name: str, members: dict[str, Any]) -> Response:
    """The answer of a message whose result is a complex type."""
    return Response.json({"@odata.context": f"{request.root}$metadata#Microsoft.Dynamics.CRM.{name}", **members})


def dictionary(members: dict[str, Any]) -> dict[str, Any]:
    """A .NET dictionary as the service writes it."""
    return {"Count": len(members), "IsReadOnly": False, "Keys": list(members), "Values": list(members.values())}


def _fits(message: Message, target: Target) -> bool:
    if target is None or message.binding is None:
        return target is None and message.binding is None
    if isinstance(target, Rows) is not message.on_collection:
        return False
    if message.binding == PRINCIPAL:
        return target.table.logical_name in {"systemuser", "team"}
    return message.binding in {ANY_TABLE, target.table.logical_name}
