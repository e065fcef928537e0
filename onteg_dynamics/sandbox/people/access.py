"""Access rights and depths: the bits that the service counts with, and the words that it shows.

Follows "AccessRights EnumType", "PrivilegeDepth EnumType" and the PrincipalObjectAccess table.
"""

from __future__ import annotations

from onteg_dynamics.sandbox import refusals

ACCESS: dict[str, int] = {
    "ReadAccess": 1,
    "WriteAccess": 2,
    "AppendAccess": 4,
    "AppendToAccess": 16,
    "CreateAccess": 32,
    "DeleteAccess": 65_536,
    "ShareAccess": 262_144,
    "AssignAccess": 524_288,
}
"""The bit of each access right, in the order in which the service names them."""

VERBS: dict[str, int] = {name.removesuffix("Access"): bit for name, bit in ACCESS.items()}
"""The same by verb, as privileges have it: ``Read``, ``AppendTo``."""

BASIC, LOCAL, DEEP, GLOBAL = 1, 2, 4, 8
DEPTHS: dict[str, int] = {"Basic": BASIC, "Local": LOCAL, "Deep": DEEP, "Global": GLOBAL}
"""The bit of each depth of a privilege."""

_NAMES = {bit: name for name, bit in DEPTHS.items()}


def mask_of(text: object) -> int:
    """The bits of an access mask as a body has it: ``ReadAccess,WriteAccess``.

    Raises:
        Refusal: It is no text, or a word in it names no right.
    """
    if not isinstance(text, str):
        raise refusals.cannot_convert(text, "Microsoft.Dynamics.CRM.AccessRights", "AccessMask")
    words = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in ACCESS and word != "None"]
    if unknown:
        raise refusals.cannot_convert(text, "Microsoft.Dynamics.CRM.AccessRights", "AccessMask")
    return sum({ACCESS.get(word, 0) for word in words})


def mask_text(mask: int) -> str:
    """Access rights as the service writes them: ``ReadAccess, WriteAccess``, or ``None``."""
    return ", ".join(name for name, bit in ACCESS.items() if mask & bit) or "None"


def rights_in(mask: int) -> list[str]:
    """The verbs of the rights in a mask."""
    return [verb for verb, bit in VERBS.items() if mask & bit]


def depth_name(depth: int) -> str:
    """The name of a depth: ``Basic`` … ``Global``."""
    return _NAMES[depth]


def deepest(mask: int) -> int:
    """The greatest depth in a mask; one without any depth counts as Basic."""
    return max((depth for depth in _NAMES if mask & depth), default=BASIC)
