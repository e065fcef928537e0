"""``spec``: the manifest and its forms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from onteg_dynamics.cli import show
from onteg_dynamics.errors import UnknownNameError
from onteg_dynamics.export.markdown import actions_table, settings_table
from onteg_dynamics.export.page import connector_page
from onteg_dynamics.registry import Registry, load
from onteg_dynamics.validation import Form

__all__ = ["show_markdown", "show_spec", "write_page"]


def show_spec(name: str | None, table: str | None, *, as_json: bool) -> None:
    """Print the manifest, or one form.

    Args:
        name: an action, ``connection`` or ``row``; None for the manifest.
        table: for ``row``.
        as_json: JSON Schema instead of a table.

    Raises:
        UnknownNameError: there is no such form.
    """
    registry = load()
    if name is None:
        _manifest(registry, as_json=as_json)
        return
    schema = _schema(registry, name, table)
    if as_json:
        show.print_json(schema)
    else:
        _form(schema)


def show_markdown() -> None:
    """Print the tables of settings and actions in Markdown."""
    manifest = load().manifest
    click.echo(f"{settings_table(manifest)}\n\n{actions_table(manifest)}")


def write_page(output: Path | None, *, only_check: bool) -> bool:
    """Write the connector's page, or tell whether the file has it.

    Args:
        output: the file, None for stdout.
        only_check: write nothing.
    """
    page = connector_page(load().manifest)
    if output is None:
        click.echo(page, nl=False)
        return True
    if only_check:
        fresh = output.is_file() and output.read_text("utf-8") == page
        if not fresh:
            show.errors.print(f"[red]✗[/] {output.name} is stale; write it with: onteg-dynamics docs --output {output}")
        return fresh
    output.write_text(page, "utf-8")
    return True


def _schema(registry: Registry, name: str, table: str | None) -> Mapping[str, Any]:
    if name == "connection":
        return registry.manifest.connection_schema
    if name != "row":
        return registry.action(name).spec.input_schema
    form = registry.manifest.table_form(table or "")
    if form is None:
        raise UnknownNameError(
            f'there is no ready form for the table "{table or ""}"; Describe Table gives that of any table'
        )
    return form


def _manifest(registry: Registry, *, as_json: bool) -> None:
    manifest = registry.manifest
    if as_json:
        show.print_json(_complete(registry))
        return
    show.console.print(f"[bold]{manifest.title}[/] {manifest.version}  [dim]{manifest.id}[/]\n{manifest.description}\n")
    show.print_rows([{"setting": item.label, "key": item.key, "required": item.required} for item in manifest.settings])
    actions = [entry.spec for entry in registry.actions.values()]
    show.print_rows([{"action": spec.title, "name": spec.name, "does": spec.description} for spec in actions])
    for failure in registry.failures:
        show.errors.print(f"[yellow]left out[/] {failure}")


def _complete(registry: Registry) -> dict[str, Any]:
    """The manifest with every schema in it."""
    manifest = registry.manifest
    actions = [
        {
            "name": spec.name,
            "title": spec.title,
            "group": spec.group,
            "description": spec.description,
            "annotations": vars(entry.action.annotations),
            "example": spec.example,
            "input": spec.input_schema,
            "output": spec.output_schema,
            "distribution": entry.distribution,
        }
        for entry in registry.actions.values()
        for spec in (entry.spec,)
    ]
    return {
        "id": manifest.id,
        "title": manifest.title,
        "version": manifest.version,
        "description": manifest.description,
        "links": manifest.links,
        "settings": [vars(setting) for setting in manifest.settings],
        "connection": manifest.connection_schema,
        "actions": actions,
    }


def _form(schema: Mapping[str, Any]) -> None:
    required = set(schema.get("required", ()))
    fields = sorted(Form(schema).fields.items(), key=lambda item: item[1].get("x-onteg-order", 0))
    rows = [
        {
            "field": field.get("title", key),
            "key": key,
            "required": "yes" if key in required else None,
            "sample": field.get("x-onteg-placeholder") or _values(field),
            "help": field.get("description"),
        }
        for key, field in fields
    ]
    show.print_rows(rows, str(schema.get("title", "")))


def _values(field: Mapping[str, Any]) -> str | None:
    return ", ".join(str(value) for value in field.get("enum", ()) if value is not None) or None
