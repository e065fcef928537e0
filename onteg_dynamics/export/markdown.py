"""The manifest as Markdown: the tables of the README are made here, and a test holds them to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from onteg_dynamics.advanced import NAMES
from onteg_dynamics.manifest import ActionSpec, Manifest, Setting

__all__ = ["actions_table", "settings_table", "table"]


def actions_table(manifest: Manifest) -> str:
    """One line for each action: title, machine name, options, what it does.

    Args:
        manifest: a connector's.
    """
    rows = [_action(spec) for spec in manifest.actions.values()]
    return table(("Action", "Name", "Options", "Does"), rows)


def settings_table(manifest: Manifest) -> str:
    """One line for each field of the connection form: label, key, when it is required, help.

    Args:
        manifest: a connector's.
    """
    return table(("Setting", "Key", "Required", "What it is"), [_setting(item) for item in manifest.settings])


def _action(spec: ActionSpec) -> tuple[str, ...]:
    required = set(spec.input_schema.get("required", ()))
    names = [
        f"**{name}**" if name in required else name
        for name in spec.input_schema.get("properties", {})
        if name not in NAMES
    ]
    title = f"[{spec.title}]({spec.help_link})" if spec.help_link else spec.title
    return title, f"`{spec.name}`", ", ".join(names) or "none", spec.description


def _setting(item: Setting) -> tuple[str, ...]:
    required = f"for {item.required}" if isinstance(item.required, str) else "yes" if item.required else "no"
    return item.label, f"`{item.key}`", required, item.help


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
