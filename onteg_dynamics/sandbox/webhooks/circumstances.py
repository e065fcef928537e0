"""What a request brings along beside its rows: who is asked to stay quiet, tags, the correlation."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onteg_dynamics.sandbox import refusals

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.people.rights import Rights

_BYPASS_PLUGINS = "mscrm.bypasscustompluginexecution"
MAX_BYPASSED = 3  # the organisation setting BypassBusinessLogicExecutionStepIdsLimit, as it is handed out


@dataclass(frozen=True)
class Circumstances:
    """One request, as those who are told of its changes see it.

    Attributes:
        skips_sync: True where synchronous steps are not run.
        skips_async: True where asynchronous steps are not run.
        skips_callbacks: True where callback registrations are not called.
        skipped: Ids of single steps that are not run.
        tag: The request's tag, or None.
        correlation_id: What all that follows from the request has in common.
    """

    skips_sync: bool = False
    skips_async: bool = False
    skips_callbacks: bool = False
    skipped: frozenset[str] = frozenset()
    tag: str | None = None
    correlation_id: str = field(default_factory=lambda: str(uuid.uuid4()))


_now: ContextVar[Circumstances | None] = ContextVar("circumstances", default=None)


def circumstances() -> Circumstances:
    """Those of the request at hand; of none in particular where there is none."""
    return _now.get() or Circumstances()


@contextmanager
def during(headers: Mapping[str, str], options: list[tuple[str, str]], rights: Rights | None = None) -> Iterator[None]:
    """While a request is worked on.

    Args:
        headers: Request headers by lowercase name.
        options: The query options.
        rights: What the caller may do; None where he may do everything.

    Raises:
        Refusal: More steps are to be skipped than allowed, or the caller may not skip any.
    """
    told = _read(headers, options)
    if rights is not None:
        _check(told, headers, rights)
    token = _now.set(told)
    try:
        yield
    finally:
        _now.reset(token)


@contextmanager
def quietly() -> Iterator[None]:
    """While rows are laid that nobody is to be told of."""
    token = _now.set(Circumstances(skips_sync=True, skips_async=True, skips_callbacks=True))
    try:
        yield
    finally:
        _now.reset(token)


def _read(headers: Mapping[str, str], options: list[tuple[str, str]]) -> Circumstances:
    """Follows "Bypass custom business logic" and "Use optional parameters"."""
    logic = _words(headers, "mscrm.bypassbusinesslogicexecution")
    steps = _words(headers, "mscrm.bypassbusinesslogicexecutionstepids")
    if len(steps) > MAX_BYPASSED:
        raise refusals.bad_registration(f"No more than {MAX_BYPASSED} steps can be bypassed.")
    return Circumstances(
        skips_sync="customsync" in logic or _is_true(headers, _BYPASS_PLUGINS),
        skips_async="customasync" in logic,
        skips_callbacks=_is_true(headers, "mscrm.suppresscallbackregistrationexpanderjob"),
        skipped=frozenset(steps),
        tag=next((value for name, value in options if name == "tag"), None),
    )


def _check(told: Circumstances, headers: Mapping[str, str], rights: Rights) -> None:
    if _is_true(headers, _BYPASS_PLUGINS):
        rights.demand("prvBypassCustomPlugins")
    elif told.skips_sync or told.skips_async or told.skipped:
        rights.demand("prvBypassCustomBusinessLogic")


def _words(headers: Mapping[str, str], name: str) -> list[str]:
    return [word.strip().lower() for word in headers.get(name, "").split(",") if word.strip()]


def _is_true(headers: Mapping[str, str], name: str) -> bool:
    return headers.get(name, "").strip().lower() == "true"
