"""Which faults befall which requests, again and again the same."""

from __future__ import annotations

from onteg_dynamics.sandbox.faults import Faults
from onteg_dynamics.sandbox.faults.rule import Asked

ASKED = Asked("GET", "/api/data/v9.2/accounts", "account", "accounts")
OTHER = Asked("GET", "/api/data/v9.2/contacts", "contact", "contacts")


def story(faults: Faults, length: int = 8, asked: Asked = ASKED) -> str:
    return "".join("x" if faults.befalling(asked) else "." for _ in range(length))


def test_nth_is_one_request_unless_times_says_more() -> None:
    assert story(Faults(["503 nth=3"])) == "..x....."
    assert story(Faults(["503 nth=3 times=2"])) == "..xx...."
    assert story(Faults(["503 times=2"])) == "xx......"
    assert story(Faults(["503 nth=1"])) == "x......."
    assert story(Faults(["503"])) == "xxxxxxxx"


def test_only_fitting_requests_are_counted() -> None:
    faults = Faults(["503 table=account nth=2"])
    assert story(faults, 3, OTHER) == "..."
    assert story(faults, 3) == ".x."
    (one,) = faults.ordered()
    assert (one.matched, one.fired) == (3, 1)


def test_the_same_seed_gives_the_same_story() -> None:
    first, again, other = (story(Faults(["503 probability=0.3"], seed), 200) for seed in (7, 7, 8))
    assert first == again != other
    assert 30 < first.count("x") < 90


def test_a_rules_luck_depends_on_no_other_rule() -> None:
    alone = story(Faults(["503 probability=0.3"], 7), 50)
    together = Faults(["503 probability=0.3", "429 probability=0.5 table=contact"], 7)
    mixed = ""
    for _ in range(50):
        together.befalling(OTHER)
        mixed += "x" if [rule for rule in together.befalling(ASKED) if rule.kind == "503"] else "."
        # the other rule's requests fit the first one too: every second draw is its own
    assert mixed == "".join(story(Faults(["503 probability=0.3"], 7), 100)[1::2])
    assert alone == story(together_again(), 50)


def together_again() -> Faults:
    return Faults(["503 probability=0.3", "429 probability=0.5 table=contact"], 7)


def test_a_new_seed_begins_again() -> None:
    faults = Faults(["503 probability=0.3"], 7)
    first = story(faults, 50)
    faults.seed = 7
    assert story(faults, 50) == first
    faults.seed = 9
    assert (story(faults, 50) != first, faults.seed) == (True, 9)


def test_rules_come_and_go() -> None:
    faults = Faults()
    assert not faults
    assert [faults.add("503"), faults.add("delay", seconds=0.5)] == [1, 2]
    assert [rule.kind for rule in faults.befalling(ASKED)] == ["503", "delay"]
    assert (faults.remove(1), faults.remove(1)) == (True, False)
    assert [one.number for one in faults.ordered()] == [2]
    assert faults.add("429") == 3
    faults.clear()
    assert (bool(faults), faults.add("503")) == (False, 1)


def test_restoring_goes_back_to_the_beginning() -> None:
    faults = Faults(["503 nth=2"], 7)
    faults.add("429")
    faults.seed = 3
    story(faults, 2)
    faults.restore()
    assert (faults.seed, [one.rule.kind for one in faults.ordered()]) == (7, ["503"])
    assert story(faults, 3) == ".x."
