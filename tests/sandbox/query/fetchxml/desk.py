"""Running a query over the garden."""

from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.query.cells import Listing
from onteg_dynamics.sandbox.query.fetchxml import Wish, parse_fetch, run_fetch
from onteg_dynamics.sandbox.read import AnnotationFilter, RenderContext, render_listing
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.garden import Garden

_NOTHING = Wish()


def run(garden: Garden, text: str, table: str = "account", wish: Wish = _NOTHING) -> Listing:
    return run_fetch(garden.world, garden.table(table), parse_fetch(text), wish, garden.caller)


def rows(garden: Garden, text: str, table: str = "account", annotations: str = "") -> list[dict[str, object]]:
    listing = run(garden, text, table, Wish(names=bool(annotations)))
    return render_listing(listing, AnnotationFilter.parse(annotations), RenderContext("/", garden.world.model))


def column(garden: Garden, text: str, key: str = "accountid", table: str = "account") -> list[object]:
    return [row.get(key) for row in rows(garden, text, table)]


def code(garden: Garden, text: str, table: str = "account") -> str:
    """The code of the refusal that a query meets."""
    with pytest.raises(Refusal) as caught:
        run(garden, text, table)
    assert caught.value.status == 400
    return caught.value.code
