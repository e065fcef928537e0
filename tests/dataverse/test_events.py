"""Posts of webhooks in all shapes: what .NET writes is read, and nothing that anybody sends breaks the reader."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.endpoints import Proof
from onteg_dynamics.dataverse.events import check_proof, read_event
from onteg_dynamics.errors import InputError

NEEDED = {"MessageName": "Update", "PrimaryEntityName": "contact", "PrimaryEntityId": "x"}
ENTITY = "Entity:http://schemas.microsoft.com/xrm/2011/Contracts"


def post(*attributes: tuple[str, Any], labels: dict[str, str] | None = None) -> dict[str, Any]:
    formatted = [{"key": key, "value": text} for key, text in (labels or {}).items()]
    pairs = [{"key": key, "value": value} for key, value in attributes]
    target = {"__type": ENTITY, "Attributes": pairs, "FormattedValues": formatted, "LogicalName": "contact"}
    return {**NEEDED, "InputParameters": [{"key": "Target", "value": target}]}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"__type": "OptionSetValue:…", "Value": 3}, {"a": 3}),
        ({"__type": "Money:…", "Value": 1.5}, {"a": 1.5}),
        ({"Id": "1", "LogicalName": "account", "Name": "A"}, {"a": "1", "a.table": "account", "a.label": "A"}),
        ([{"Value": 1}, {"Value": 2}], {"a": [1, 2]}),
        ("/Date(1506384247000)/", {"a": "2017-09-26T00:04:07Z"}),
        ("/Date(1506409448000-0700)/", {"a": "2017-09-26T07:04:08Z"}),
        ("/Date(-62135596800000)/", {"a": "0001-01-01T00:00:00Z"}),
        ("/Date(99999999999999999)/", {"a": None}),
        ("/Date(x)/", {"a": "/Date(x)/"}),
        ({"__type": "EntityCollection:…", "Entities": [{"Attributes": [{"key": "b", "value": 1}]}]}, {"a": [{"b": 1}]}),
        ({"__type": "AliasedValue:…", "Value": {"Value": 7}}, {"a": 7}),
        (None, {"a": None}),
    ],
)
def test_values_lose_their_types(value: Any, read: dict[str, Any]) -> None:
    assert read_event(post(("a", value)), {}).row == read


def test_labels_stand_beside_their_values() -> None:
    event = read_event(post(("a", {"Value": 1}), labels={"a": "One", "b": "Two"}), {})
    assert event.row == {"a": 1, "a.label": "One"}


def test_only_images_that_were_asked_for() -> None:
    name = {"key": "AsynchronousStepPrimaryName", "value": {"Attributes": [{"key": "n", "value": 1}]}}
    own = {"key": "row", "value": {"Attributes": [{"key": "n", "value": 2}]}}
    assert read_event({**NEEDED, "PreEntityImages": [name]}, {}).before is None
    assert read_event({**NEEDED, "PreEntityImages": [name, own]}, {}).before == {"n": 2}


def test_a_cut_post_is_known_by_either_sign() -> None:
    assert read_event(NEEDED, {}).cut
    assert read_event(post(), {"x-ms-dynamics-msg-size-exceeded": "True"}).cut
    assert not read_event(orjson.dumps(post()), {}).cut


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["key", "value", "Attributes", "LogicalName", "Id", "Value", "Entities", "Name"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["InputParameters", "PreEntityImages", "OperationCreatedOn"]), JSON), JSON)
def test_nothing_that_anybody_sends_breaks_it(more: dict[str, Any], attribute: Any) -> None:
    for body in ({**NEEDED, **more}, post(("a", attribute)), more, attribute):
        try:
            read_event(body, {})
        except InputError as exc:
            assert exc.problems[0].path == "body"  # noqa: PT017 - most of it is read without one


@given(st.text(min_size=1), st.text())
def test_only_the_secret_itself_is_a_proof(secret: str, other: str) -> None:
    proof = Proof("Query", secret, "k")
    check_proof(proof, {}, {"k": secret})
    if other != secret:
        with pytest.raises(InputError):
            check_proof(proof, {}, {"k": other})
