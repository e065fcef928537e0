"""First rows: ``empty`` is an environment as it is handed out, ``demo`` adds a small company's data."""

from __future__ import annotations

from datetime import date, datetime, time, timezone

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import load_model
from onteg_dynamics.sandbox.seed.demo import Sower
from onteg_dynamics.sandbox.seed.messages import lay_messages
from onteg_dynamics.sandbox.seed.platform import CONNECTOR_USER, lay
from onteg_dynamics.sandbox.seed.quickfind import lay_quick_find
from onteg_dynamics.sandbox.seed.views import lay_views
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import Caller, Organization, World

SEEDS = ("demo", "empty")
_AGE_DAYS = 400


def sow(store: Store, seed: str, today: date) -> None:
    """Builds the standard tables in a store and writes a seed's rows.

    Ids are the same in every run; dates are counted from a day, so that "the last seven days" find something.

    Args:
        store: An empty store.
        seed: One of `SEEDS`.
        today: The day to count from.
    """
    noon = datetime.combine(today, time(12), tzinfo=timezone.utc)
    world = World(load_model(), store, refuse_all)
    store.build(world.model)
    with store.transaction():
        sower = Sower(world, noon)
        sower.set_clock(-_AGE_DAYS)
        lay(world)
        lay_messages(world)
        lay_views(world)
        lay_quick_find(world)
        if seed == "demo":
            sower.sow_demo()


def seed_caller() -> Caller:
    """Who adds rows from outside: the connector's own user."""
    return Caller(CONNECTOR_USER, Organization.business_unit_id)


def is_sown(store: Store) -> bool:
    """True where the store holds an environment already."""
    return store.count("organization") > 0


def refuse_all(_headers: object) -> Caller:
    """The door of a world that is made ready: nobody comes in yet."""
    raise refusals.not_a_member()
