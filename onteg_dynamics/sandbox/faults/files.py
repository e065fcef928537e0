"""Fault files: ``{"seed": 7, "rules": [{"kind": "503", "nth": 2}, "delay seconds=0.2"]}``, or the rules alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from onteg_dynamics.sandbox.faults.faults import Faults
from onteg_dynamics.sandbox.faults.reading import read_rule
from onteg_dynamics.sandbox.faults.rule import Rule


def read_order(document: Any) -> tuple[list[Rule], int | None]:
    """Rules, and the seed where one is told.

    Args:
        document: One rule, a list of rules, or an object with ``rules`` and ``seed``.

    Raises:
        ValueError: It is none of these, or a rule does not fit.
    """
    seed = None
    if isinstance(document, dict) and "kind" not in document:
        unknown = sorted(set(document) - {"rules", "seed"})
        if unknown:
            raise ValueError(f"Faults come as 'rules' and 'seed', not as {unknown[0]!r}.")
        seed, document = document.get("seed"), document.get("rules", [])
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise ValueError("The seed is a whole number.")
    rules = document if isinstance(document, list) else [document]
    if not all(isinstance(rule, (dict, str)) for rule in rules):
        raise ValueError("A rule is an object or a text.")
    return [read_rule(rule) for rule in rules], seed


def read_file(path: Path) -> tuple[list[Rule], int | None]:
    """Rules and seed of a fault file.

    Raises:
        ValueError: The file is no JSON, or a rule does not fit.
        OSError: The file cannot be read.
    """
    try:
        return read_order(orjson.loads(path.read_bytes()))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def open_faults(rules: Iterable[Rule | str | Mapping[str, Any]], file: str | Path | None, seed: int | None) -> Faults:
    """Faults as a sandbox begins with them.

    Args:
        rules: Rules.
        file: A fault file whose rules come first, or None.
        seed: Where the luck comes from; None for that of the file, or 0.

    Raises:
        ValueError: A rule does not fit, or the file is no JSON.
        OSError: The file cannot be read.
    """
    filed, file_seed = read_file(Path(file)) if file is not None else ([], None)
    return Faults([*filed, *rules], next((one for one in (seed, file_seed) if one is not None), 0))
