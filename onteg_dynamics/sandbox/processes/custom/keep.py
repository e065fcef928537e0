"""Custom APIs as rows: what a file declares is written, what rows tell is read ("CustomAPI tables")."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from onteg_dynamics.sandbox.model import stable_id
from onteg_dynamics.sandbox.processes.custom.declared import KINDS, CustomApi, Part
from onteg_dynamics.sandbox.processes.custom.files import check_tables, read_file
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write import delete_row
from onteg_dynamics.sandbox.write.create import insert_row
from onteg_dynamics.sandbox.write.draft import lookup_values

_APIS, _PARAMETERS, _PROPERTIES = "customapi", "customapirequestparameter", "customapiresponseproperty"
_ANSWERS = "custom_api"
_GLOBAL, _ROW, _COLLECTION = 0, 1, 2


def declare(world: World, caller: Caller, path: Path) -> None:
    """Makes a sandbox have the custom APIs of a file; those of the same name are replaced.

    Args:
        world: The sandbox.
        caller: Who declares them.
        path: The file.

    Raises:
        CustomApiFileError: It is no such file, or names tables that there are not.
        OSError: It cannot be read.
    """
    apis = read_file(path)
    check_tables(path, apis, world.model)
    with world.store.transaction():
        for api in apis:
            _replace(world, caller, api)


def known_apis(world: World) -> Iterator[CustomApi]:
    """The custom APIs that the rows of an environment tell of."""
    rows = world.store.select(_APIS, {})
    if not rows:
        return
    answers = {name: orjson.loads(body) for name, body in world.store.notes(_ANSWERS)}
    for row in rows:
        own, name = {"customapiid": row["customapiid"]}, str(row["uniquename"])
        yield CustomApi(
            name,
            is_function=bool(row["isfunction"]),
            table=str(row["boundentitylogicalname"] or "") if row["bindingtype"] != _GLOBAL else "",
            on_collection=row["bindingtype"] == _COLLECTION,
            parameters=_parts(world.store.select(_PARAMETERS, own)),
            properties=_parts(world.store.select(_PROPERTIES, own)),
            answers=answers.get(name, {}),
            privilege=str(row["executeprivilegename"] or ""),
            is_private=bool(row["isprivate"]),
        )


def _parts(rows: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(
            str(row["uniquename"]),
            KINDS[row["type"]],
            str(row["logicalentityname"] or ""),
            optional=bool(row.get("isoptional")),
        )
        for row in rows
    )


def _replace(world: World, caller: Caller, api: CustomApi) -> None:
    table = world.model.tables[_APIS]
    for row in world.store.select(_APIS, {"uniquename": api.name}):
        delete_row(world, caller, table, row)
    own = stable_id(_APIS, api.name)
    insert_row(world, caller, table, _row(api), own)
    for name, parts in ((_PARAMETERS, api.parameters), (_PROPERTIES, api.properties)):
        for part in parts:
            values = {**_part(api, part), **lookup_values("customapiid", _APIS, own)}
            if name == _PARAMETERS:
                values["isoptional"] = int(part.optional)
            insert_row(world, caller, world.model.tables[name], values, stable_id(name, api.name, part.name))
    world.store.note(_ANSWERS, api.name, orjson.dumps(api.answers))


def _row(api: CustomApi) -> dict[str, Any]:
    binding = _GLOBAL if not api.table else _COLLECTION if api.on_collection else _ROW
    return {
        **_names(api.name, api.name),
        "bindingtype": binding,
        "boundentitylogicalname": api.table or None,
        "isfunction": int(api.is_function),
        "isprivate": int(api.is_private),
        "executeprivilegename": api.privilege or None,
    }


def _part(api: CustomApi, part: Part) -> dict[str, Any]:
    names = _names(f"{api.name}.{part.name}", part.name)
    return {**names, "type": KINDS.index(part.kind), "logicalentityname": part.table or None}


def _names(name: str, unique_name: str) -> dict[str, Any]:
    return {"name": name, "uniquename": unique_name, "displayname": unique_name, "description": unique_name}
