"""Secrets that do not show themselves, and taking them out of whatever goes out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import orjson

__all__ = ["MASK", "Redactor", "Secret"]

MASK = "***"
SHORTEST = 4  # anything shorter would be found everywhere

# Tokens and credentials that we do not know but that look like what they are.
_LOOKS_SECRET = re.compile(
    r"(?i)(?P<keep>\bBearer\s+|\b(?:client_secret|client_assertion|password|access_token|refresh_token)=)[^\s&\"',]+"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
)

_SIGNS = (b"bearer", b"secret", b"assertion", b"password", b"token", b"eyj")
"""Some of these, in small letters, is in whatever `_LOOKS_SECRET` finds."""
_COMMON = b'0123456789abcdfABCDF"-,:{}[]'
_THIN_SIGNS = tuple(sign.translate(None, _COMMON) for sign in _SIGNS)


@dataclass(frozen=True, repr=False)
class Secret:
    """A text that is shown as ``***`` wherever it is printed."""

    value: str = field()

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __bool__(self) -> bool:
        return bool(self.value)

    def __format__(self, _: str) -> str:
        return MASK


@dataclass(frozen=True)
class Redactor:
    """Takes secrets out of texts, data and response bodies.

    Args:
        secrets: tells the secrets of the moment, since tokens change.
    """

    secrets: Callable[[], Iterable[str]] = field(repr=False)

    def also(self, more: Iterable[str]) -> Redactor:
        """One that takes these secrets out too."""
        own = tuple(more)
        return Redactor(lambda: (*self.secrets(), *own)) if own else self

    def text(self, text: str) -> str:
        """`text` with every secret, and everything that looks like a token, replaced by ``***``."""
        return _clean(text, self._forms())

    def data(self, value: Any) -> Any:
        """JSON-like `value` with all texts in it cleaned, keys included."""
        forms = self._forms()
        return _cleaned(value, forms) if _may_hold(value, forms) else value

    def body(self, body: bytes) -> bytes:
        """A response body with every known secret replaced. Costs one search of the bytes for each."""
        for form in self._forms():
            encoded = form.encode()
            if encoded in body:
                body = body.replace(encoded, MASK.encode())
        return body

    def _forms(self) -> tuple[str, ...]:
        return _all_spellings(tuple(self.secrets()))


def _clean(text: str, forms: Sequence[str]) -> str:
    for form in forms:
        text = text.replace(form, MASK)
    return _LOOKS_SECRET.sub(lambda match: (match["keep"] or "") + MASK, text)


def _cleaned(value: Any, forms: Sequence[str]) -> Any:
    if isinstance(value, str):
        return _clean(value, forms)
    if isinstance(value, Mapping):
        return {_cleaned(key, forms): _cleaned(item, forms) for key, item in value.items()}
    return [_cleaned(item, forms) for item in value] if isinstance(value, (list, tuple)) else value


def _may_hold(value: Any, forms: Sequence[str]) -> bool:
    """Whether anything in `value` may be a secret: all of it is searched at once, as JSON."""
    try:
        whole = orjson.dumps(value)
    except TypeError:  # what is no JSON is walked through
        return True
    return any(form in whole for form in _in_json(tuple(forms))) or _has_sign(whole)


def _has_sign(whole: bytes) -> bool:
    """Whether one of `_SIGNS` is in JSON bytes, in any case. Most of a long output is ids, so it is searched without
    what they are made of first: a sign that is in the whole is also there when both lack the same letters.
    """
    thin = whole.translate(None, _COMMON).lower()
    if not any(sign in thin for sign in _THIN_SIGNS):
        return False
    lowered = whole.lower()
    return any(sign in lowered for sign in _SIGNS)


@lru_cache(maxsize=64)
def _in_json(forms: tuple[str, ...]) -> tuple[bytes, ...]:
    """Each spelling as it stands within JSON, where quotes and the like are escaped once more."""
    return tuple(orjson.dumps(form)[1:-1] for form in forms)


@lru_cache(maxsize=64)
def _all_spellings(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Each secret as it is, as it stands in JSON, in XML and in a URL; the longest first."""
    forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _spellings(secret)}
    return tuple(sorted(forms, key=len, reverse=True))


def _spellings(secret: str) -> set[str]:
    in_json, in_xml = json.dumps(secret)[1:-1], quoteattr(secret)[1:-1]
    return {secret, in_json, in_xml, escape(secret), quote(secret, safe=""), quote_plus(secret)}
