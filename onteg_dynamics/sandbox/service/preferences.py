"""The ``Prefer`` header (OData protocol 4.0, section 8.2.8; "Compose HTTP requests and handle errors")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onteg_dynamics.sandbox.read import AnnotationFilter

MAX_PAGE = 5000
_ITEM = re.compile(r'\s*(?P<name>[\w.\-]+)\s*(?:=\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^,;]*)))?\s*(?:[,;]|$)')


@dataclass(frozen=True)
class Preferences:
    """What a client would like.

    Attributes:
        representation: Give the row back after a write.
        page_size: Rows per page, or None.
        annotations: The wish for annotations as written, or None.
        track_changes: Give a delta link.
        continue_on_error: Go on with a batch after a failure.
        respond_async: Answer before the work is done.
    """

    representation: bool = False
    page_size: int | None = None
    annotations: str | None = None
    track_changes: bool = False
    continue_on_error: bool = False
    respond_async: bool = False

    @classmethod
    def parse(cls, text: str) -> Preferences:
        """Reads the header; what it does not know it leaves aside, as the service does."""
        if not text:
            return _NONE
        found: dict[str, str] = {}
        for match in _ITEM.finditer(text):
            value = match["quoted"] if match["quoted"] is not None else (match["bare"] or "").strip()
            found.setdefault(match["name"].lower(), value)
        return cls(
            representation=found.get("return") == "representation",
            page_size=_page_size(found.get("odata.maxpagesize")),
            annotations=found.get("odata.include-annotations"),
            track_changes="odata.track-changes" in found,
            continue_on_error=found.get("odata.continue-on-error", "false") != "false",
            respond_async="respond-async" in found,
        )

    @property
    def annotation_filter(self) -> AnnotationFilter:
        """Which annotations to show."""
        return AnnotationFilter.parse(self.annotations)


_NONE = Preferences()


def _page_size(text: str | None) -> int | None:
    if not text or not re.fullmatch(r"\d{1,9}", text) or int(text) == 0:
        return None
    return min(int(text), MAX_PAGE)
