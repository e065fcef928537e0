"""The faults that were ordered: which of them befall a request, the same ones in every run."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox.faults.reading import read_rule
from onteg_dynamics.sandbox.faults.rule import Asked, Rule


@dataclass
class Ordered:
    """A rule with its story so far.

    Attributes:
        number: Its number, from 1, in the order in which rules were ordered.
        rule: The rule.
        matched: How many requests fitted it.
        fired: How many of them it befell.
    """

    number: int
    rule: Rule
    chance: random.Random = field(repr=False)
    matched: int = 0
    fired: int = 0

    def befalls(self, asked: Asked) -> bool:
        """Decides about a request, and remembers it."""
        if not self.rule.fits(asked):
            return False
        self.matched += 1
        drawn = self.chance.random()  # drawn for each match, so that a rule's luck depends on nothing else
        if self.matched < (self.rule.nth or 1) or drawn >= self.rule.probability or self._is_over():
            return False
        self.fired += 1
        return True

    def _is_over(self) -> bool:
        times = 1 if self.rule.times is None and self.rule.nth is not None else self.rule.times
        return times is not None and self.fired >= times


class Faults:
    """Faults on order. Threads may share it.

    Each rule draws its luck from the seed and its own number: the same requests in the same order meet the same faults.

    Args:
        rules: The rules to begin with, and to go back to with `restore`.
        seed: For rules with a probability.

    Raises:
        ValueError: A rule does not fit.
    """

    def __init__(self, rules: Iterable[Rule | str | Mapping[str, Any]] = (), seed: int = 0) -> None:
        self._beginning = tuple(read_rule(rule) for rule in rules)
        self._first_seed = seed
        self._lock = threading.Lock()
        self._ordered: list[Ordered] = []
        self.restore()

    @property
    def seed(self) -> int:
        """Where the luck comes from; a new one begins all counts again."""
        return self._seed

    @seed.setter
    def seed(self, seed: int) -> None:
        with self._lock:
            self._seed = seed
            self._ordered = [self._new(one.number, one.rule) for one in self._ordered]

    def add(self, rule: Rule | str | Mapping[str, Any], **members: Any) -> int:
        """Orders one more fault.

        Args:
            rule: The rule, its kind, or words such as ``503 table=account nth=2``; see `Rule`.
            members: Further attributes of the rule.

        Returns:
            Its number.

        Raises:
            ValueError: The rule does not fit.
        """
        read = read_rule(rule, **members)
        with self._lock:
            self._count += 1
            self._ordered.append(self._new(self._count, read))
            return self._count

    def remove(self, number: int) -> bool:
        """Takes one back; False where there is none of that number."""
        with self._lock:
            before = len(self._ordered)
            self._ordered = [one for one in self._ordered if one.number != number]
            return len(self._ordered) < before

    def clear(self) -> None:
        """Takes all back; the next rule is number 1 again."""
        with self._lock:
            self._ordered, self._count = [], 0

    def restore(self) -> None:
        """Goes back to the rules and the seed of the beginning, with fresh counts."""
        with self._lock:
            self._seed = self._first_seed
            self._count = len(self._beginning)
            self._ordered = [self._new(number, rule) for number, rule in enumerate(self._beginning, 1)]

    def ordered(self) -> list[Ordered]:
        """The rules with their counts, in the order in which they were ordered."""
        with self._lock:
            return list(self._ordered)

    def befalling(self, asked: Asked) -> list[Rule]:
        """The faults that a request meets; asking counts."""
        with self._lock:
            return [one.rule for one in self._ordered if one.befalls(asked)]

    def __bool__(self) -> bool:
        return bool(self._ordered)

    def _new(self, number: int, rule: Rule) -> Ordered:
        return Ordered(number, rule, random.Random(f"{self._seed}/{number}"))  # noqa: S311 - it is to be repeatable
