"""``connector.json`` and ``schemas/`` as frozen data.

The files stand at the top of a checkout and inside the package of a wheel; both are found. Schemas are read when they
are first asked for, with every ``$ref`` to another file replaced by what it refers to, so that each stands alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from onteg_dynamics.errors import PluginError

__all__ = [
    "ActionSpec",
    "Failure",
    "Manifest",
    "Schema",
    "Setting",
    "declaration_folder",
    "load",
    "own_manifest",
    "parse",
]

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """One field of the connection form, as ``connector.json`` lists it.

    Attributes:
        key: machine name.
        label: what the form shows.
        required: when it must be filled in: always, never, or for one value of Authentication.
        sample: an example value.
        help: one sentence.
    """

    key: str
    label: str
    required: bool | str
    sample: str
    help: str


@dataclass(frozen=True)
class Failure:
    """An example of how an action goes wrong.

    Attributes:
        options: the options that are other than in the action's example; None for one that is left out.
        error: the error's class, as in `errors`.
        message: what is said, or its beginning.
    """

    options: Mapping[str, Any]
    error: str
    message: str

    def beside(self, example: Mapping[str, Any]) -> dict[str, Any]:
        """The whole options with which it goes wrong."""
        return {name: value for name, value in {**example, **self.options}.items() if value is not None}


@dataclass(frozen=True)
class ActionSpec:
    """An action's face.

    Attributes:
        name: machine name (``create_record``).
        title: what people see (``Create Record``).
        group: family the engine lists it under.
        description: what it does, one or two sentences.
        example: options that work in the sandbox's demo data.
        help_link: page of Microsoft's documentation, "" without one.
        source: path or inline text of its input and output schema.
        folder: what paths are relative to.
        failure: how it goes wrong, None where the manifest has no example of that.
    """

    name: str
    title: str
    group: str
    description: str
    example: Mapping[str, Any]
    help_link: str
    source: tuple[str | Schema, str | Schema] = field(repr=False)
    folder: Path = field(repr=False)
    failure: Failure | None = None

    @property
    def input_schema(self) -> Schema:
        """JSON Schema of its options."""
        return _schema(self.folder, self.source[0])

    @property
    def output_schema(self) -> Schema:
        """JSON Schema of its output."""
        return _schema(self.folder, self.source[1])


@dataclass(frozen=True)
class Manifest:
    """What an engine reads first.

    Attributes:
        id: the connector's id, with its version.
        title: what people see.
        version: of the connector.
        description: one or two sentences.
        links: pages of help, by name.
        settings: fields of the connection form, in order.
        actions: by name, in the order of the file.
        extends: id of the connector whose actions these are, for a plugin that only adds actions.
        folder: what paths are relative to.
    """

    id: str
    title: str
    version: str
    description: str
    links: Mapping[str, str]
    settings: tuple[Setting, ...]
    actions: Mapping[str, ActionSpec]
    extends: str | None
    folder: Path = field(repr=False)

    @property
    def connection_schema(self) -> Schema:
        """JSON Schema of the connection form."""
        return _schema(self.folder, "schemas/connection.schema.json")

    def definition(self, name: str) -> Schema:
        """A definition that several schemas share, by its name in ``common.schema.json``."""
        found: Schema = _standalone(self.folder / "schemas" / "common.schema.json")["$defs"][name]
        return found

    def table_form(self, table: str) -> Schema | None:
        """The ready typed form of a table's row; None for a table that has none."""
        path = self.folder / "schemas" / "tables" / f"{table}.json"
        return _schema(self.folder, f"schemas/tables/{table}.json") if table.isidentifier() and path.is_file() else None


def declaration_folder() -> Path:
    """The folder that holds ``connector.json`` and ``schemas/``.

    Raises:
        PluginError: the installation is damaged.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_declaration", package.parent):
        if (folder / "connector.json").is_file():
            return folder
    raise PluginError("connector.json is missing from this installation.")


@lru_cache(maxsize=1)
def own_manifest() -> Manifest:
    """The manifest of this connector."""
    return load(declaration_folder() / "connector.json")


def load(path: Path) -> Manifest:
    """The manifest in a file; the paths of its schemas are relative to the file's folder.

    Raises:
        PluginError: it is not a manifest.
    """
    return parse(_read(path), path.parent)


def parse(data: Mapping[str, Any], folder: Path) -> Manifest:
    """The manifest in `data`.

    Args:
        data: as ``manifest.schema.json`` describes it; schemas are paths or stand inline.
        folder: what paths are relative to.

    Raises:
        PluginError: something needed is missing, or two actions have one name.
    """
    try:
        specs = [_action(item, folder) for item in data.get("actions", ())]
        manifest = Manifest(
            id=data["id"],
            title=data["title"],
            version=data["version"],
            description=data.get("description", ""),
            links=data.get("links", {}),
            settings=tuple(_setting(item) for item in data.get("connection", {}).get("settings", ())),
            actions={spec.name: spec for spec in specs},
            extends=data.get("extends"),
            folder=folder,
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise PluginError(f"The manifest is not as its schema says: {exc!r}.") from exc
    if len(manifest.actions) < len(specs):
        raise PluginError(f'The manifest "{manifest.id}" has two actions of one name.')
    return manifest


def _setting(item: Mapping[str, Any]) -> Setting:
    return Setting(item["key"], item["label"], item["required"], item.get("sample", ""), item.get("help", ""))


def _action(item: Mapping[str, Any], folder: Path) -> ActionSpec:
    return ActionSpec(
        name=item["name"],
        title=item["title"],
        group=item.get("group", ""),
        description=item["description"],
        example=item.get("example", {}),
        help_link=item.get("helpLink", ""),
        source=(item["input"], item["output"]),
        folder=folder,
        failure=Failure(**item["failure"]) if "failure" in item else None,
    )


def _schema(folder: Path, source: str | Schema) -> Schema:
    return _standalone(folder / source) if isinstance(source, str) else source


@lru_cache(maxsize=256)
def _standalone(path: Path) -> Schema:
    schema: Schema = _inlined(_read(path), path.parent)
    return schema


def _inlined(node: Any, folder: Path) -> Any:
    """`node` with references to other files replaced; keywords beside a reference win over what it brings."""
    if isinstance(node, list):
        return [_inlined(item, folder) for item in node]
    if not isinstance(node, dict):
        return node
    beside = {key: _inlined(value, folder) for key, value in node.items() if key != "$ref"}
    reference = node.get("$ref")
    if not isinstance(reference, str) or reference.startswith("#"):
        return {**beside, "$ref": reference} if reference else beside
    file, _, pointer = reference.partition("#")
    target = (folder / file).resolve()
    found: Any = _read(target)
    for step in pointer.strip("/").split("/"):
        found = found[step]
    return {**_inlined(found, target.parent), **beside}


@lru_cache(maxsize=256)
def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())  # the standard library's is slower, but is loaded sooner
    except (OSError, ValueError) as exc:
        raise PluginError(f"{path.name} cannot be read: {exc}") from exc
