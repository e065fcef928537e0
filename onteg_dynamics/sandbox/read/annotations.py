"""Which annotations a client wants: ``Prefer: odata.include-annotations="…"`` (OData protocol 4.0, section 8.2.8.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
LOOKUP_NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"


@dataclass(frozen=True)
class AnnotationFilter:
    """A wish for annotations; a name that begins with ``-`` takes some of them out again.

    Attributes:
        wanted: Names, or beginnings that end with ``*``.
        unwanted: The same, for what is not to be shown.
    """

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    formatted: bool = field(init=False)
    lookup_table: bool = field(init=False)
    lookup_navigation: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "formatted", self.wants(FORMATTED))
        object.__setattr__(self, "lookup_table", self.wants(LOOKUP_TABLE))
        object.__setattr__(self, "lookup_navigation", self.wants(LOOKUP_NAVIGATION))

    @classmethod
    def parse(cls, text: str | None) -> AnnotationFilter:
        """Reads the value of the preference; None asks for nothing."""
        return _parsed(text or "")

    def wants(self, name: str) -> bool:
        """True where an annotation of that full name is asked for."""
        return _matches(self.wanted, name) and not _matches(self.unwanted, name)


@lru_cache(maxsize=64)
def _parsed(text: str) -> AnnotationFilter:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unwanted = tuple(name[1:] for name in names if name.startswith("-"))
    return AnnotationFilter(tuple(name for name in names if not name.startswith("-")), unwanted)


def _matches(patterns: tuple[str, ...], name: str) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in patterns)
