"""What a client may do here: which actions, which tables, which files, and whether anything may be changed.

The client is a language model that reads what strangers wrote into rows. So writes are rehearsed and files are out of
reach unless whoever started the server said otherwise. The security role of the connection stands behind all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Annotations, Choice
from onteg_dynamics.manifest import Schema
from onteg_dynamics.registry import Registered, Registry

__all__ = ["FILE_KEYWORD", "Guard"]

FILE_KEYWORD = "x-onteg-file"
"""Marks options that name files of this machine."""

_NO_WRITES = (
    "this server only rehearses changes; whoever runs it can let it make them: mcp with --allow-writes, serve without "
    "--read-only"
)


@dataclass(frozen=True)
class Guard:
    """What a client may do.

    Attributes:
        writes: whether changes are made; otherwise they are rehearsed.
        actions: machine names of the actions on offer, empty for all.
        tables: logical names of the tables within reach, empty for all.
        files: the folder in which files may be read and written, None for none.
    """

    writes: bool = False
    actions: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    files: Path | None = None

    @classmethod
    def of(
        cls, registry: Registry, *, writes: bool, actions: Iterable[str], tables: Iterable[str], files: Path | None
    ) -> Guard:
        """A guard by what was typed: actions by name or title, tables in any case.

        Raises:
            UnknownNameError: there is no such action.
        """
        names = frozenset(registry.action(name).spec.name for name in actions)
        return cls(writes, names, frozenset(name.strip().casefold() for name in tables), files)

    def offers(self, entry: Registered) -> bool:
        """Whether a client sees an action at all: with a list of tables only actions that keep to their Table."""
        required = entry.spec.input_schema.get("required", ())
        if self.actions and entry.spec.name not in self.actions:
            return False
        if any(self.hides(name, entry.form.fields[name]) for name in required):
            return False
        if not self.tables or entry.spec.name in _WITHOUT_ROWS:
            return True
        return "table" in required and entry.spec.name not in _BEYOND

    def rehearses(self, annotations: Annotations) -> bool:
        """Whether an action is only rehearsed."""
        return not annotations.read_only and not self.writes

    def hides(self, name: str, field: Schema) -> bool:
        """Whether an option is kept from the client."""
        return (FILE_KEYWORD in field and self.files is None) or (bool(self.tables) and name in _FAR_REACHING)

    def checked(self, entry: Registered, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The options to run an action with.

        Args:
            entry: the action.
            arguments: from the client, by key or label.

        Raises:
            InputError: the client asks for more than it may do; holds every problem.
        """
        options = {entry.form.key(name): value for name, value in arguments.items()}
        problems = [*self._out_of_reach(entry, options), *self._unwanted(entry, options)]
        if self.rehearses(entry.action.annotations) and _is_no(options.get("dry_run", True)):
            problems.append(Problem("dry_run", "Dry Run", _NO_WRITES))
        if problems:
            raise InputError(tuple(problems))
        rehearsed = {"dry_run": True} if self.rehearses(entry.action.annotations) else {}
        return {**options, **dict(self._files(entry, options)), **rehearsed}

    def choices(
        self, ask: Callable[[str, Mapping[str, str]], Sequence[Choice]], source: str, params: Mapping[str, str]
    ) -> list[Choice]:
        """The entries of a dropdown that the client may see.

        Args:
            ask: has them all.
            source: of the dropdown.
            params: of the dropdown.

        Raises:
            InputError: it holds rows of tables that are not served.
        """
        self.check_tables(params)
        if self.tables and source in _OF_OTHER_TABLES:
            raise InputError((Problem("source", "", "leads to tables that are not served here"),))
        return [one for one in ask(source, params) if source != "tables" or not self.tables or one.value in self.tables]

    def check_tables(self, params: Mapping[str, str]) -> None:
        """Make sure that the parameters of a dropdown or form name served tables only.

        Raises:
            InputError: one is not served.
        """
        for name in ("table", "related_table", "new_table"):
            if self.tables and params.get(name, "").casefold() not in {"", *self.tables}:
                raise InputError((Problem(name, "", "is not served here"),))

    def _out_of_reach(self, entry: Registered, options: Mapping[str, Any]) -> Iterator[Problem]:
        served = ", ".join(sorted(self.tables))
        for name, field in entry.form.fields.items():
            value = str(options.get(name) or "").strip().casefold()
            if self.tables and value and _names_a_table(field) and value not in self.tables:
                yield Problem(name, entry.form.label(name), f"must be one of the tables that are served here: {served}")

    def _unwanted(self, entry: Registered, options: Mapping[str, Any]) -> Iterator[Problem]:
        for name, field in entry.form.fields.items():
            if options.get(name) not in (None, "") and self.hides(name, field):
                yield Problem(name, entry.form.label(name), "is not served here")

    def _files(self, entry: Registered, options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name, field in entry.form.fields.items():
            value = options.get(name)
            if FILE_KEYWORD in field and value not in (None, "") and self.files is not None:
                yield name, _inside(self.files, name, entry.form.label(name), str(value))


_FAR_REACHING = ("expand", "fetchxml", "sql")
"""Options that lead from an action's own table to others."""

_BEYOND = ("list_timeline", "register_webhook")
"""Actions that hand out rows of other tables than the one they name, or send its rows elsewhere."""

_OF_OTHER_TABLES = ("lookup", "owners", "parties", "users")
"""Dropdowns with rows of other tables than the one that is named."""

_WITHOUT_ROWS = ("who_am_i", "list_tables")
"""Actions that name no table because they read no rows."""


def _names_a_table(field: Schema) -> bool:
    source = field.get("x-onteg-choices", {}).get("source")
    return bool(source == "tables")


def _is_no(value: Any) -> bool:
    return str(value).strip().casefold() in ("false", "no", "0", "off")


def _inside(folder: Path, name: str, label: str, value: str) -> str:
    """`value` as a path inside `folder`; symbolic links that lead out of it are followed and refused."""
    root = folder.resolve()
    path = (root / value).resolve()
    if "://" in value or PurePath(value).is_absolute() or not path.is_relative_to(root):
        raise InputError((Problem(name, label, "must be a relative path inside the folder that is served here"),))
    return str(path)
