"""What is to go wrong, and with which requests."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

DROP_BEFORE, DROP_AFTER = "drop-before", "drop-after"
TRUNCATE, SLOW, EXPIRED_TOKEN, DELAY = "truncate", "slow", "expired-token", "delay"
KINDS = (DROP_BEFORE, DROP_AFTER, TRUNCATE, SLOW, EXPIRED_TOKEN, DELAY)
_USUAL_PATH = "/api/*"
_LONGEST = 3600.0  # seconds


@dataclass(frozen=True)
class Asked:
    """A request, as rules look at it.

    Attributes:
        method: The verb.
        path: The address without its query, percent-decoded.
        table: The logical name of the table whose rows the address begins with, or None.
        entity_set: The name of that table's rows in addresses.
    """

    method: str
    path: str
    table: str | None = None
    entity_set: str | None = None


@dataclass(frozen=True)
class Rule:
    """One fault.

    Attributes:
        kind: An HTTP status such as ``503``; or ``drop-before`` and ``drop-after`` (the connection ends before or after
            the work was done), ``truncate`` (the connection ends inside the body), ``slow`` (the body comes in drops),
            ``expired-token`` (as if the caller's token had ended), ``delay`` (the work takes longer).
        method: Only requests with this verb.
        path: Only addresses that fit this pattern (``*`` and ``?``); everything below ``/api/`` where it is empty.
        table: Only addresses that begin with this table, by logical or entity set name.
        nth: The first matching request that it befalls, counted from 1.
        times: How many requests it befalls; one where only ``nth`` is given, every one where neither is.
        probability: How likely it befalls each of them.
        body: ``json`` or ``html``: how the answer of a status looks.
        code: The error code in a JSON answer.
        message: The text in the answer.
        retry_after: The header ``Retry-After`` of a status: seconds or a date.
        after: True where a status is answered although the work was done.
        seconds: How long a delay is, or a slow body takes.
        per_row: How much longer a delay is for each row that is read or written.
        keep: Which part of the body goes out before it is truncated.

    Raises:
        ValueError: A value does not fit.
    """

    kind: str
    method: str = ""
    path: str = ""
    table: str = ""
    nth: int | None = None
    times: int | None = None
    probability: float = 1.0
    body: str = "json"
    code: str = ""
    message: str = ""
    retry_after: str = ""
    after: bool = False
    seconds: float = 0.0
    per_row: float = 0.0
    keep: float = 0.5

    def __post_init__(self) -> None:
        check(self.kind in KINDS or 400 <= self.status <= 599, f"There is no fault {self.kind!r}.")
        counts = (self.nth, self.times)
        check(all(count is None or count >= 1 for count in counts), "nth and times count from 1.")
        check(0 <= self.probability <= 1, "The probability must be from 0 to 1.")
        check(0 <= self.keep < 1, "keep must be from 0 to below 1.")
        check(0 <= self.seconds <= _LONGEST and 0 <= self.per_row <= _LONGEST, "No delay is longer than an hour.")
        check(self.body in {"json", "html"}, "The body is json or html.")
        plain = f"{self.retry_after}{self.code}"
        check(plain.isascii() and plain.isprintable(), "A header has plain characters only.")

    @property
    def status(self) -> int:
        """The HTTP status that is answered, 0 where it is another kind of fault."""
        return int(self.kind) if self.kind.isascii() and self.kind.isdigit() else 0

    def fits(self, asked: Asked) -> bool:
        """True where a request is one that the rule speaks of."""
        if self.method and self.method.upper() != asked.method:
            return False
        if not fnmatchcase(asked.path, self.path or _USUAL_PATH):
            return False
        return not self.table or self.table in {asked.table, asked.entity_set}

    def to_json(self) -> dict[str, Any]:
        """The rule with what differs from the defaults."""
        usual = asdict(Rule(self.kind))
        return {name: value for name, value in asdict(self).items() if name == "kind" or value != usual[name]}


def check(holds: bool, message: str) -> None:  # noqa: FBT001 - it reads like a sentence
    """Raises ValueError with a message where something does not hold."""
    if not holds:
        raise ValueError(message)
