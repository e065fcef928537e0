"""Names of customizations: what may be one, and which names the service makes of them.

Names must begin with a customization prefix ("Create table definitions"); any well-formed prefix is taken, as by the
service where no solution is named.
"""

from __future__ import annotations

import re

from onteg_dynamics.sandbox import refusals

TABLE_LENGTH = 64
COLUMN_LENGTH = 50
RELATIONSHIP_LENGTH = 100
_PREFIXED = re.compile(r"(?!mscrm)[A-Za-z][A-Za-z0-9]{1,7}_\w+", re.ASCII | re.IGNORECASE)
_SOLUTION = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_HISSING = ("s", "x", "z", "ch", "sh")


def check_name(name: str | None, kind: str, longest: int) -> str:
    """A schema name that may be given to something new.

    Args:
        name: The name, or None where the definition has none.
        kind: What it is for, for the message.
        longest: How many letters it may have.

    Raises:
        Refusal: There is no name, it has no prefix, a letter that does not belong there, or too many.
    """
    if not name:
        raise refusals.required_field("SchemaName")
    if not _PREFIXED.fullmatch(name) or len(name) > longest:
        raise refusals.bad_schema_name(name, kind)
    return name


def check_solution(name: str | None) -> None:
    """Refuses a solution's name that cannot be one; which solutions there are, the sandbox does not know."""
    if name is not None and not _SOLUTION.fullmatch(name):
        raise refusals.bad_solution_name()


def plural(name: str) -> str:
    """The collection name that the service makes of a name: ``new_survey`` becomes ``new_surveies``."""
    if name.endswith(("y", "Y")):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.lower().endswith(_HISSING) else f"{name}s"
