"""The file that declares custom APIs: JSON, a list of them or an object with ``custom_apis``.

One of them::

    {"name": "new_Greet", "bound_to": "contact", "parameters": {"Greeting": "String"},
     "response": {"Text": "String"}, "answer": {"Text": "{Greeting}, {entity.fullname}!"}}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from onteg_dynamics.sandbox.model import Model
from onteg_dynamics.sandbox.processes.custom.declared import KINDS, CustomApi, Part
from onteg_dynamics.sandbox.processes.custom.templates import gaps

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]+")
_PART = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KNOWN = frozenset(
    ("name", "function", "bound_to", "collection", "parameters", "response", "answer", "privilege", "private")
)
_PART_KNOWN = frozenset(("type", "optional", "table"))
ENTITY = "entity"
"""What an answer's gaps call the row that the API is bound to, as the CSDL does."""


class CustomApiFileError(ValueError):
    """A file of custom APIs that cannot be taken; the text tells which of them and why."""


def read_file(path: Path) -> tuple[CustomApi, ...]:
    """The custom APIs that a file declares.

    Raises:
        CustomApiFileError: It is no such file.
        OSError: It cannot be read.
    """
    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise CustomApiFileError(f"{path}: this is not JSON: {error}") from error
    found = document.get("custom_apis") if isinstance(document, dict) else document
    if not isinstance(found, list):
        raise CustomApiFileError(f'{path}: a list was expected, or an object with "custom_apis"')
    apis = tuple(_api(path, number, one) for number, one in enumerate(found, 1))
    names = [api.name for api in apis]
    for name in names:
        if names.count(name) > 1:
            raise CustomApiFileError(f"{path}: {name} is declared twice")
    return apis


def check_tables(path: Path, apis: tuple[CustomApi, ...], model: Model) -> None:
    """Refuses custom APIs of tables that there are not.

    Raises:
        CustomApiFileError: It names API and table.
    """
    for api in apis:
        for table in (api.table, *(part.table for part in (*api.parameters, *api.properties))):
            if table and model.table(table) is None:
                raise CustomApiFileError(f"{path}: {api.name}: there is no table {table!r}")


def _api(path: Path, number: int, value: Any) -> CustomApi:
    name = value.get("name") if isinstance(value, dict) else None
    where = f"{path}: {name or f'number {number}'}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise CustomApiFileError(f'{where}: a "name" with a prefix was expected, such as new_Greet')
    _only(where, value, _KNOWN)
    answers = value.get("answer", {})
    if not isinstance(answers, dict):
        raise CustomApiFileError(f'{where}: "answer" must be an object')
    api = CustomApi(
        name,
        is_function=value.get("function") is True,
        table=value.get("bound_to") or "",
        on_collection=value.get("collection") is True,
        parameters=_parts(where, value.get("parameters", {})),
        properties=_parts(where, value.get("response", {})),
        answers=answers,
        privilege=value.get("privilege") or "",
        is_private=value.get("private") is True,
    )
    _check(where, api)
    return api


def _check(where: str, api: CustomApi) -> None:
    if not api.is_callable:
        raise CustomApiFileError(f'{where}: a function must give something: "response" is missing')
    if api.on_collection and not api.table:
        raise CustomApiFileError(f'{where}: "collection" needs "bound_to"')
    unknown = api.answers.keys() - {part.name for part in api.properties}
    if unknown:
        raise CustomApiFileError(f'{where}: "response" has no {min(unknown)!r}, which "answer" gives')
    known = {part.name for part in api.parameters}
    known |= {ENTITY} if api.table and not api.on_collection else set()
    for gap in gaps(api.answers):
        if gap not in known:
            raise CustomApiFileError(f'{where}: "answer" asks for {{{gap}}}, which is no parameter')


def _parts(where: str, value: Any) -> tuple[Part, ...]:
    if not isinstance(value, dict):
        raise CustomApiFileError(f'{where}: "parameters" and "response" must be objects: types by name')
    return tuple(_part(f"{where}: {name}", name, one) for name, one in value.items())


def _part(where: str, name: str, value: Any) -> Part:
    given: Mapping[str, Any] = {"type": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or given.get("type") not in KINDS or not _PART.fullmatch(name):
        raise CustomApiFileError(f"{where}: a type was expected, one of {', '.join(KINDS)}")
    _only(where, given, _PART_KNOWN)
    return Part(name, given["type"], given.get("table") or "", optional=given.get("optional") is True)


def _only(where: str, value: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = value.keys() - known
    if unknown:
        raise CustomApiFileError(f"{where}: {min(unknown)!r} is not known; there are {', '.join(sorted(known))}")
