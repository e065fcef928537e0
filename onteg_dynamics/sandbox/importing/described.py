"""What metadata files tell, before it meets the sandbox's own model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onteg_dynamics.sandbox.model import Column, ManyToMany, ManyToOne, OptionSet, Table


class MetadataFileError(ValueError):
    """A metadata file that cannot be read; the text names the file and the place in it."""


@dataclass(frozen=True)
class Described:
    """Tables, columns and relationships as files describe them.

    Attributes:
        tables: Tables by logical name, without their columns.
        columns: Columns by the names of table and column; their table may be described elsewhere.
        ones: Many-to-one relationships.
        manys: Many-to-many relationships.
        choices: Global choices by name.
    """

    tables: Mapping[str, Table] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)
    ones: tuple[ManyToOne, ...] = ()
    manys: tuple[ManyToMany, ...] = ()
    choices: Mapping[str, OptionSet] = field(default_factory=dict)

    def over(self, other: Described) -> Described:
        """Both together; where they tell of the same thing, this one is believed."""
        names = other.columns.keys() | self.columns.keys()
        columns = {name: {**other.columns.get(name, {}), **self.columns.get(name, {})} for name in sorted(names)}
        return Described(
            {**other.tables, **self.tables},
            columns,
            self.ones + other.ones,
            self.manys + other.manys,
            {**other.choices, **self.choices},
        )


def words_of(name: str) -> str:
    """A name for people, made of a logical name: ``new_bank_account`` → ``Bank account``."""
    prefix, sign, rest = name.partition("_")
    text = (rest if sign and rest else prefix).replace("_", " ").strip()
    return text[:1].upper() + text[1:]
