"""Delta tokens and the page tokens below them; clients must not read either."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import quote, unquote

from onteg_dynamics.sandbox import refusals

_MARK = re.compile(r"(?P<version>\d{1,18})!(?P<moment>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)")
_MOMENT = "%m/%d/%Y %H:%M:%S"
_PAGE = re.compile(r'<cookie pagenumber="(?P<page>\d{1,9})" pagingcookie="(?P<cookie>[^"]*)" istracking="True" />')
_COOKIE = re.compile(
    r'<cookie page="\d+" phase="(?P<phase>rows|deletes)" since="(?P<since>-?\d{1,18})" until="(?P<until>[^"]*)">'
    r'<versionnumber last="(?P<version>-?\d{1,18})" /><id last="(?P<id>[^"]*)" /></cookie>'
)
_ESCAPE = re.compile("%[0-9A-F]{2}")
BEFORE_ALL = -1


@dataclass(frozen=True)
class Mark:
    """A point in the life of the store: the version of that moment, and the moment to the second, in UTC."""

    version: int
    moment: datetime

    @classmethod
    def parse(cls, text: str) -> Mark:
        """Reads ``919042!08/22/2017 08:10:44``.

        Raises:
            Refusal: It is no such text.
        """
        match = _MARK.fullmatch(text)
        if match is None:
            raise refusals.bad_delta_token()
        try:
            moment = datetime.strptime(match["moment"], _MOMENT).replace(tzinfo=timezone.utc)
        except ValueError as error:
            raise refusals.bad_delta_token() from error
        return cls(int(match["version"]), moment)

    def __str__(self) -> str:
        return f"{self.version}!{self.moment.strftime(_MOMENT)}"


@dataclass(frozen=True)
class Place:
    """Where a page of changes begins.

    Attributes:
        since: The version after which changes are told; `BEFORE_ALL` for a first, full list.
        until: The mark that the delta link at the end will carry.
        deletes: True where all rows are told and deletions are next.
        version: The version of the last entry told.
        row_id: Its id.
        page: The number of the page.
    """

    since: int
    until: Mark
    deletes: bool = False
    version: int = BEFORE_ALL
    row_id: str = ""
    page: int = 1

    @property
    def is_full(self) -> bool:
        """True for a first list: every row, and no deletions."""
        return self.since == BEFORE_ALL

    @classmethod
    def parse(cls, text: str) -> Place:
        """Reads a page token.

        Raises:
            Refusal: It is none.
        """
        outer = _PAGE.fullmatch(text)
        match = _COOKIE.fullmatch(unquote(unquote(outer["cookie"]))) if outer else None
        if outer is None or match is None:
            raise refusals.query_error("Malformed XML in the Paging Cookie")
        until, deletes = Mark.parse(match["until"]), match["phase"] == "deletes"
        return cls(int(match["since"]), until, deletes, int(match["version"]), match["id"], int(outer["page"]))

    def __str__(self) -> str:
        phase = "deletes" if self.deletes else "rows"
        cookie = (
            f'<cookie page="{self.page - 1}" phase="{phase}" since="{self.since}" until="{self.until}">'
            f'<versionnumber last="{self.version}" /><id last="{self.row_id}" /></cookie>'
        )
        text = quote(quote(cookie, safe=""), safe="")
        return f'<cookie pagenumber="{self.page}" pagingcookie="{text}" istracking="True" />'


def is_page_of_changes(text: str) -> bool:
    """True for a page token that change tracking has given out."""
    return text.endswith('istracking="True" />')


def in_url(token: str) -> str:
    """A token as a link carries it; the service escapes with small letters."""
    return _ESCAPE.sub(lambda found: found[0].lower(), quote(token, safe=""))
