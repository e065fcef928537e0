"""Which rows a query means: the first so many, a page by its number, or the page behind a cookie ("Page results")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.fetchxml.tree import Fetch
from onteg_dynamics.sandbox.query.order import SortKey, beyond, cookie_values, open_token
from onteg_dynamics.sandbox.query.query import MAX_ROWS
from onteg_dynamics.sandbox.query.statement import Stretch

SIMPLE_LIMIT = 50_000


def goes_to(fetch: Fetch, token: str | None) -> Fetch:
    """The query of the page that a ``$skiptoken`` leads to.

    Raises:
        Refusal: It is no token.
    """
    if token is None:
        return fetch
    page, cookie = open_token(token)
    return replace(fetch, page=page, cookie=cookie)


def stretch(fetch: Fetch, keys: Sequence[SortKey], page_size: int | None) -> Stretch:
    """Which rows a query means.

    Args:
        fetch: The query.
        keys: What finds the next page without counting, or none.
        page_size: Rows per page where the query does not say it.

    Raises:
        Refusal: A cookie that does not fit, a page too far out to be counted to.
    """
    if fetch.top is not None:
        return Stretch(fetch.top, fetch.offset, goes_on=False)
    size = min(fetch.count or page_size or MAX_ROWS, MAX_ROWS)
    behind = _behind(fetch, keys, size) if fetch.cookie and keys else None
    return behind or _counted(fetch, size)


def _behind(fetch: Fetch, keys: Sequence[SortKey], size: int) -> Stretch | None:
    """The page behind a cookie; one before it is counted to."""
    page, last = _read(fetch.cookie, keys)
    if fetch.page <= page:
        return None
    return Stretch(size, (fetch.page - page - 1) * size, beyond(keys, last), fetch.page)


def _read(cookie: str, keys: Sequence[SortKey]) -> tuple[int, list[Any]]:
    try:
        page, last = cookie_values(cookie, keys)
    except ValueError as error:
        raise refusals.fetch_cookie_mismatch() from error
    if not page.isdecimal() or int(page) < 1:
        raise refusals.fetch_bad_cookie_page()
    return int(page), last


def _counted(fetch: Fetch, size: int) -> Stretch:
    before = (fetch.page - 1) * size
    if before >= SIMPLE_LIMIT:
        raise refusals.fetch_too_deep(SIMPLE_LIMIT)
    return Stretch(size, before + fetch.offset, page=fetch.page)
