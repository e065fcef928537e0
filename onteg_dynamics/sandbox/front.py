"""What stands between a request and the rooms: from the outside in control and pages, log, limits, faults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onteg_dynamics.sandbox.entra import Origins
from onteg_dynamics.sandbox.entra.handing import HANDED_OUT
from onteg_dynamics.sandbox.faults import (
    CONTROL,
    Faults,
    Rule,
    Surroundings,
    create_control,
    faulty,
    open_faults,
    reads_names,
)
from onteg_dynamics.sandbox.limits import Limiter, Limits, limited, read_limits
from onteg_dynamics.sandbox.log import Application, Exchange, Log, recorded
from onteg_dynamics.sandbox.pages import ENTRANCE, create_pages
from onteg_dynamics.sandbox.search.pace import Pace
from onteg_dynamics.sandbox.server import routed
from onteg_dynamics.sandbox.world import World


@dataclass(frozen=True)
class Front:
    """The layers, and what they remember.

    Attributes:
        log: The latest exchanges.
        limiter: The service protection limits.
        faults: What goes wrong on order.
    """

    log: Log
    limiter: Limiter
    faults: Faults

    @classmethod
    def build(
        cls,
        watch: Callable[[Exchange], None] | None,
        limits: Limits | str | None,
        faults: Iterable[Rule | str | Mapping[str, Any]],
        fault_file: str | Path | None,
        fault_seed: int | None,
    ) -> Front:
        """The layers as a sandbox's settings want them.

        Args:
            watch: Is told of each exchange.
            limits: The limits, or words for them.
            faults: Rules.
            fault_file: A file of further rules, which come first.
            fault_seed: Where the luck of rules comes from.

        Raises:
            ValueError: Limits or faults cannot be read.
            OSError: The file cannot be read.
        """
        return cls(Log(watch), Limiter(read_limits(limits)), open_faults(faults, fault_file, fault_seed))

    def around(
        self,
        app: Application,
        world: World,
        origins: Origins,
        stale_token: Callable[[], str],
        restore: Callable[[], Awaitable[None]],
    ) -> Application:
        """The rooms with everything in front of them.

        Args:
            app: The rooms.
            world: The sandbox's world.
            origins: The sandbox's addresses.
            stale_token: Gives a token that has expired.
            restore: Puts the sandbox back to its beginning.
        """
        if self.limiter.enforces:
            world.search.pace = Pace(self.limiter.scale, self.limiter.clock)
        around = Surroundings(reads_names(lambda: world.model), stale_token)
        app = limited(faulty(app, self.faults, around), self.limiter, world.authenticate)
        control = create_control(self.faults, restore, origins.all)
        pages = create_pages(lambda: world, self.log, origins.all)
        rooms = {f"{CONTROL}faults": control, f"{CONTROL}reset": control, ENTRANCE: pages, HANDED_OUT: app}
        return routed(rooms, recorded(app, self.log))

    def restore(self) -> None:
        """Begins again: nobody has asked for anything yet, and the faults are those of the beginning."""
        self.limiter.forget()
        self.faults.restore()
        self.log.clear()
