"""Loads plugins, one at a time, and collects their actions into a frozen dict.

A plugin that cannot be loaded, or that breaks the contract, is recorded and left out; the rest work. Dispatch is by
dict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pluggy

from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.discovery import entry_points
from onteg_dynamics.errors import PluginError, Problem, UnknownNameError
from onteg_dynamics.hookspecs import API_VERSION, ENTRY_POINT_GROUP, PROJECT, Action, Hooks
from onteg_dynamics.manifest import ActionSpec, Manifest, own_manifest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from onteg_dynamics.validation import Form, OutputCheck

__all__ = ["PluginFailure", "Registered", "Registry", "load"]

OWN_DISTRIBUTION = "onteg-dynamics"
OWN_MODULES = (
    "onteg_dynamics.plugin",
    "onteg_dynamics.actions.records",
    "onteg_dynamics.actions.finding",
    "onteg_dynamics.actions.changes",
    "onteg_dynamics.actions.sharing",
    "onteg_dynamics.actions.copies",
    "onteg_dynamics.actions.relations",
    "onteg_dynamics.actions.bulk",
    "onteg_dynamics.actions.importing",
    "onteg_dynamics.actions.batch",
    "onteg_dynamics.actions.queries",
    "onteg_dynamics.actions.languages",
    "onteg_dynamics.actions.export",
    "onteg_dynamics.actions.figures",
    "onteg_dynamics.actions.search",
    "onteg_dynamics.actions.files",
    "onteg_dynamics.actions.watching",
    "onteg_dynamics.actions.sales",
    "onteg_dynamics.actions.service",
    "onteg_dynamics.actions.webhooks",
    "onteg_dynamics.actions.activities",
    "onteg_dynamics.actions.messages",
    "onteg_dynamics.actions.metadata",
    "onteg_dynamics.actions.definitions",
    "onteg_dynamics.actions.schema",
    "onteg_dynamics.actions.connection",
    "onteg_dynamics.actions.dropdowns",
)


@dataclass(frozen=True)
class PluginFailure:
    """A plugin that was left out.

    Attributes:
        name: of its entry point.
        distribution: that brought it.
        version: of that distribution.
        error: why.
    """

    name: str
    distribution: str
    version: str
    error: Exception = field(repr=False)

    def __str__(self) -> str:
        """One line for a log or a table."""
        return f"{self.name} ({self.distribution} {self.version}): {type(self.error).__name__}: {self.error}"


@dataclass(frozen=True)
class Registered:
    """An action ready to run: its face, its working side, its compiled schemas.

    Attributes:
        spec: from the manifest.
        action: from the plugin.
        distribution: that brought it.
    """

    spec: ActionSpec
    action: Action
    distribution: str

    @cached_property
    def form(self) -> Form:
        """Its options' schema, compiled on first use."""
        from onteg_dynamics.validation import Form

        return Form(self.spec.input_schema)

    @cached_property
    def output(self) -> OutputCheck:
        """Its output's schema, compiled on first use."""
        from onteg_dynamics.validation import OutputCheck

        return OutputCheck(self.spec.output_schema)


@dataclass(frozen=True)
class Registry:
    """Everything that was loaded.

    Attributes:
        manifest: this connector's own.
        actions: by machine name.
        hooks: calls the hooks of all plugins that were loaded.
        failures: plugins left out.
    """

    manifest: Manifest
    actions: Mapping[str, Registered]
    hooks: pluggy.HookRelay = field(repr=False)
    failures: tuple[PluginFailure, ...] = ()

    def action(self, name: str) -> Registered:
        """The action with this machine name or title.

        Raises:
            UnknownNameError: there is none; names what may be meant.
        """
        found = self.actions.get(name) or self._by_title.get(name.strip().casefold())
        if found is None:
            hint = suggest(name, [*self.actions, *(entry.spec.title for entry in self.actions.values())])
            raise UnknownNameError((Problem("action", "Action", f'there is no action "{name}". {hint}'.strip()),))
        return found

    @cached_property
    def complete(self) -> Manifest:
        """The manifest with the actions of all plugins."""
        return replace(self.manifest, actions={name: entry.spec for name, entry in self.actions.items()})

    @cached_property
    def _by_title(self) -> Mapping[str, Registered]:
        return {entry.spec.title.casefold(): entry for entry in self.actions.values()}


def load(found: Iterable[EntryPoint] | None = None, observers: Iterable[object] = ()) -> Registry:
    """Load this connector and every plugin beside it.

    Args:
        found: entry points to load beside our own; None for those installed in the group ``onteg.connectors``.
        observers: objects of the engine's own with hooks such as ``onteg_after_execute``.

    Raises:
        PluginError: this connector's own manifest and actions do not match: a damaged installation.
    """
    loader = _Loader()
    loader.add_own()
    for entry_point in entry_points(ENTRY_POINT_GROUP, but=OWN_MODULES[0]) if found is None else found:
        if entry_point.value != OWN_MODULES[0]:
            loader.add(entry_point)
    for observer in observers:
        loader.manager.register(observer)
    actions = MappingProxyType(dict(loader.actions))
    return Registry(own_manifest(), actions, loader.manager.hook, tuple(loader.failures))


@dataclass
class _Loader:
    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager(PROJECT))
    actions: dict[str, Registered] = field(default_factory=dict)
    failures: list[PluginFailure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.manager.add_hookspecs(Hooks)

    def add_own(self) -> None:
        modules = [import_module(name) for name in OWN_MODULES]
        for module in modules:
            self.manager.register(module, module.__name__)
        handlers = [action for module in modules for action in self._registered_by(module)]
        self._join(own_manifest(), handlers, OWN_DISTRIBUTION)

    def add(self, entry_point: EntryPoint) -> None:
        distribution = entry_point.dist.name if entry_point.dist else "unknown"
        version = entry_point.dist.version if entry_point.dist else ""
        try:
            plugin = entry_point.load()
            _check_version(plugin)
            self._register(plugin, entry_point.name, distribution)
        except Exception as exc:  # noqa: BLE001 - whatever a stranger's plugin raises, the others must load
            self.failures.append(PluginFailure(entry_point.name, distribution, version, exc))

    def _register(self, plugin: Any, name: str, distribution: str) -> None:
        self.manager.register(plugin, name)
        try:
            self.manager.check_pending()
            self._adopt(plugin, distribution)
        except BaseException:
            self.manager.unregister(plugin)
            raise

    def _adopt(self, plugin: Any, distribution: str) -> None:
        handlers = self._registered_by(plugin)
        manifests = self._only(plugin, "onteg_manifest")
        if manifests:
            _check_extends(manifests[0])
            self._join(manifests[0], handlers, distribution)
        elif handlers:
            raise PluginError("It registers actions but brings no manifest (onteg_manifest) that describes them.")

    def _registered_by(self, plugin: Any) -> list[Action]:
        return [action for group in self._only(plugin, "onteg_register_actions") for action in group]

    def _only(self, plugin: Any, hook: str) -> list[Any]:
        """What one plugin alone answers to a hook."""
        others = [other for other in self.manager.get_plugins() if other is not plugin]
        answers: list[Any] = self.manager.subset_hook_caller(hook, others)()
        return answers

    def _join(self, manifest: Manifest, handlers: Iterable[Action], distribution: str) -> None:
        by_name = _by_name(handlers)
        _check_both_sides(manifest, by_name)
        entries = {name: Registered(spec, by_name[name], distribution) for name, spec in manifest.actions.items()}
        for name in entries.keys() & self.actions.keys():
            taken = self.actions[name].distribution
            raise PluginError(f'The action "{name}" of {distribution} is already one of {taken}.')
        self.actions.update(entries)


def _check_version(plugin: Any) -> None:
    version = str(getattr(plugin, "onteg_api_version", ""))
    ours = _numbers(API_VERSION)
    theirs = _numbers(version)
    if theirs is None or ours is None:
        raise PluginError(f'It must say its API version: onteg_api_version = "{API_VERSION}".')
    if theirs[0] != ours[0] or theirs[1] > ours[1]:
        raise PluginError(f"It was written for API version {version}; this is {API_VERSION}.")


def _numbers(version: str) -> tuple[int, int] | None:
    major, _, minor = version.partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None


def _check_extends(manifest: Manifest) -> None:
    own = own_manifest().id
    if manifest.extends != own:
        raise PluginError(f'Its manifest must extend "{own}", but extends "{manifest.extends}".')


def _by_name(actions: Iterable[Action]) -> dict[str, Action]:
    by_name: dict[str, Action] = {}
    for action in actions:
        if action.name in by_name:
            raise PluginError(f'The action "{action.name}" is registered twice.')
        by_name[action.name] = action
    return by_name


def _check_both_sides(manifest: Manifest, handlers: Mapping[str, Action]) -> None:
    without = sorted(manifest.actions.keys() - handlers.keys())
    unknown = sorted(handlers.keys() - manifest.actions.keys())
    if without or unknown:
        told = [
            f"{where}: {', '.join(names)}"
            for where, names in (("in the manifest without a handler", without), ("registered but not in it", unknown))
            if names
        ]
        raise PluginError(f'The manifest "{manifest.id}" and the registered actions differ; {"; ".join(told)}.')
