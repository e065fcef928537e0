from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.model import Words
from onteg_dynamics.sandbox.schema.words import read_labels, texts_of
from tests.sandbox.schema.bodies import label

NAMES = {"DisplayName": "display_name", "Description": "description"}
BEFORE = (Words("display_name", 1036, "Vieux"), Words("description", 1031, "Alt"))


def read(*, merge: bool = False, **document: Any) -> Any:
    return read_labels(document, NAMES, merge=merge)


def test_texts_by_language() -> None:
    assert texts_of(label("Thing", l1036="Chose")) == {1033: "Thing", 1036: "Chose"}
    assert texts_of(None) == texts_of({}) == texts_of({"LocalizedLabels": []}) == {}
    assert texts_of({"LocalizedLabels": [{"Label": None, "LanguageCode": 1033}, {"Label": "X"}]}) == {}


def test_the_users_label_is_read_only() -> None:
    assert texts_of({"UserLocalizedLabel": {"Label": "X", "LanguageCode": 1033}}) == {}


def test_own_and_foreign_words() -> None:
    found = read(DisplayName=label("Thing", l1036="Chose"))
    assert found.own("display_name") == "Thing"
    assert found.own("description") is None
    assert found.foreign() == (Words("display_name", 1036, "Chose"),)


def test_without_merging_what_is_not_named_is_lost() -> None:
    found = read(DisplayName=label("Thing", l1031="Ding"))
    assert found.foreign(BEFORE) == (Words("display_name", 1031, "Ding"),)
    assert found.own("description", "old") is None


def test_merging_keeps_other_languages_and_other_fields() -> None:
    found = read(merge=True, DisplayName=label("Thing", l1036="Neuf"))
    assert set(found.foreign(BEFORE)) == {Words("display_name", 1036, "Neuf"), BEFORE[1]}
    assert found.own("description", "old") == "old"
    assert found.own("display_name", "old") == "Thing"


def test_merging_a_language_into_none() -> None:
    only_french = {"LocalizedLabels": [{"Label": "Chose", "LanguageCode": 1036}]}
    found = read(merge=True, DisplayName=only_french)
    assert found.own("display_name", "old") == "old"
    assert Words("display_name", 1036, "Chose") in found.foreign(BEFORE)
