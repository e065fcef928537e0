"""Labels: what a definition says in which language, and what becomes of labels that it does not name.

Follows "Update table definitions" (``MSCRM.MergeLabels``): without merging, labels in other languages are lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.metadata.members import LANGUAGE
from onteg_dynamics.sandbox.model import Words


@dataclass(frozen=True)
class Labels:
    """The labels of one definition by the field that holds them: its own languages' texts.

    Attributes:
        by_member: Texts by language, by field.
        merge: True where languages that are not named keep their text.
    """

    by_member: dict[str, dict[int, str]]
    merge: bool = False

    def own(self, member: str, before: str | None = None) -> str | None:
        """The text in the sandbox's own language."""
        found = self.by_member.get(member, {})
        return found.get(LANGUAGE, before if self.merge else None)

    def foreign(self, before: tuple[Words, ...] = ()) -> tuple[Words, ...]:
        """The texts in other languages, of all fields."""
        kept = {(words.member, words.language): words for words in before} if self.merge else {}
        for member, texts in self.by_member.items():
            for language, text in texts.items():
                if language != LANGUAGE:
                    kept[member, language] = Words(member, language, text)
        return tuple(kept.values())


def read_labels(document: dict[str, Any], names: dict[str, str], *, merge: bool = False) -> Labels:
    """The labels that a checked definition holds.

    Args:
        document: The definition.
        names: The field of the model by the member of the definition.
        merge: See `Labels`.
    """
    found = {field: texts for name, field in names.items() if (texts := texts_of(document.get(name)))}
    return Labels(found, merge)


def texts_of(label: dict[str, Any] | None) -> dict[int, str]:
    """The texts of one label by language; ``UserLocalizedLabel`` is read-only and does not count."""
    entries = (label or {}).get("LocalizedLabels") or []
    texts = {entry.get("LanguageCode"): entry.get("Label") for entry in entries}
    return {int(language): str(text) for language, text in texts.items() if language is not None and text}
