from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.service.message import Request, resolve_reference
from onteg_dynamics.sandbox.service.preferences import Preferences
from onteg_dynamics.sandbox.world import Caller
from tests.sandbox.service.client import ROOT, fresh_world

ACCOUNT = f"{ROOT}accounts(1)"


def request(body: bytes = b"", references: dict[str, str] | None = None, **headers: str) -> Request:
    world = fresh_world()
    world.store.close()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(world, Caller("u", "b"), "POST", "accounts", "a=1+2&%24top=%26&b", named, body, ROOT, references)


def test_options_keep_their_order_and_are_decoded() -> None:
    assert request().options == [("a", "1 2"), ("$top", "&"), ("b", "")]


@pytest.mark.parametrize(("value", "expected"), [("null", None), ("", None), ("*", "*"), ('W/"1"', 'W/"1"')])
def test_the_word_null_is_no_etag(value: str, expected: str | None) -> None:
    assert request(if_none_match=value).if_none_match == expected


@pytest.mark.parametrize("body", [b"", b"  ", b"{", b"[]", b"1", b'{"a":NaN}', b"\xff{}"])
def test_a_body_must_be_an_object(body: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        request(body).payload("accounts")
    assert (caught.value.status, caught.value.code) == (400, "0x80048d19")


def test_a_byte_order_mark_is_no_harm() -> None:
    assert request(b'\xef\xbb\xbf{"a":1}').payload("accounts") == {"a": 1}


def test_references_are_put_in_at_any_depth() -> None:
    body = b'{"a@odata.bind":"$1","b":[{"c@odata.bind":["/$1","contacts(2)"]}],"@odata.id":"$1/tasks","d":"$1"}'
    assert request(body, {"$1": ACCOUNT}).payload("accounts") == {
        "a@odata.bind": ACCOUNT,
        "b": [{"c@odata.bind": [ACCOUNT, "contacts(2)"]}],
        "@odata.id": f"{ACCOUNT}/tasks",
        "d": "$1",
    }


def test_a_reference_must_come_later_than_its_row() -> None:
    with pytest.raises(Refusal, match=r"'\$2' does not exist in the batch context"):
        resolve_reference("$2/name", {"$1": ACCOUNT})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Preferences()),
        ("return=representation", Preferences(representation=True)),
        ("return=minimal", Preferences()),
        ('odata.maxpagesize=3, odata.include-annotations="*"', Preferences(page_size=3, annotations="*")),
        ("odata.maxpagesize=9999", Preferences(page_size=5000)),
        ("odata.maxpagesize=0", Preferences()),
        ("odata.maxpagesize=x", Preferences()),
        ("odata.continue-on-error", Preferences(continue_on_error=True)),
        ("odata.continue-on-error=false", Preferences()),
        (
            'odata.include-annotations="a.b,c.*",odata.track-changes',
            Preferences(annotations="a.b,c.*", track_changes=True),
        ),
        ("odata.include-annotations=*", Preferences(annotations="*")),
    ],
)
def test_reads_preferences(text: str, expected: Preferences) -> None:
    assert Preferences.parse(text) == expected
