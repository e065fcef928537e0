"""Constants in SQL: literals, and the two functions that make a moment of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlglot import exp

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.parse import utc_text
from onteg_dynamics.sandbox.query.tsql.checks import only, unsupported
from onteg_dynamics.sandbox.query.windows import months_from

_STEPS: dict[str, Callable[[datetime, int], datetime]] = {
    "YEAR": lambda moment, number: months_from(moment, 12 * number),
    "QUARTER": lambda moment, number: months_from(moment, 3 * number),
    "MONTH": months_from,
    "WEEK": lambda moment, number: moment + timedelta(weeks=number),
    "DAY": lambda moment, number: moment + timedelta(days=number),
    "HOUR": lambda moment, number: moment + timedelta(hours=number),
    "MINUTE": lambda moment, number: moment + timedelta(minutes=number),
    "SECOND": lambda moment, number: moment + timedelta(seconds=number),
}


def constant(node: exp.Expression, now: datetime) -> str:
    """The text of a constant.

    Args:
        node: The part.
        now: What GETUTCDATE gives.

    Raises:
        Refusal: It is no constant.
    """
    if isinstance(node, exp.Literal | exp.National):
        return str(node.this)
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
        return f"-{node.this.this}"
    if isinstance(node, exp.DateAdd) or _is_now(node):
        return _moment(node, now).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise unsupported("other than a column compared with a constant")


def _moment(node: exp.Expression, now: datetime) -> datetime:
    if _is_now(node):
        return now
    if not isinstance(node, exp.DateAdd):
        text = utc_text(constant(node, now).replace(" ", "T", 1))
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    only(node, "this", "expression", "unit")
    step = _STEPS.get(str(node.args["unit"]).upper() if node.args.get("unit") else "")
    if step is None:
        raise unsupported("that part of a date in DATEADD")
    try:
        return step(_moment(node.this, now), int(constant(node.expression, now)))
    except (ValueError, OverflowError) as error:
        raise refusals.query_error("Adding a value to a 'datetime' column caused an overflow.") from error


def _is_now(node: exp.Expression) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.upper() == "GETUTCDATE" and not node.expressions
