"""Which partition a request means, and rows whose time is over.

Follows "Use elastic tables": a row with a partition of its own is found by key and partition together, by the
alternate key or by ``?partitionId=``; one without is found by its key alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.elastic import PARTITION
from onteg_dynamics.sandbox.service import resources

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.service.message import Request

_OPTION = "partitionId"
_BY_OPTION = frozenset({"GET", "DELETE"})


def elastic_table(resource: resources.Resource) -> Table | None:
    """The elastic table that an address leads to, or None."""
    if isinstance(resource, resources.Reference):
        return None if isinstance(resource.of, resources.Nothing) else elastic_table(resource.of)
    if isinstance(resource, (resources.Property, resources.RawValue)):
        return elastic_table(resource.row)
    if isinstance(resource, resources.Count):
        return elastic_table(resource.rows)
    if isinstance(resource, resources.Call):
        return None if resource.target is None else elastic_table(resource.target)
    if isinstance(resource, resources.Nothing) or not resource.table.is_elastic:
        return None
    return resource.table


def partitioned(request: Request, resource: resources.Resource) -> resources.Resource:
    """The resource in its partition; where the address leads to no elastic table, the resource itself.

    Args:
        request: The request; a list that names a partition gets a filter more.
        resource: What its address leads to.
    """
    table = elastic_table(resource)
    if table is None:
        return resource
    request.world.store.expire(table, request.world.now())
    if isinstance(resource, resources.OneRow):
        return _row(request, resource)
    if isinstance(resource, (resources.Property, resources.RawValue)):
        return replace(resource, row=_row(request, resource.row))
    if isinstance(resource, resources.Reference) and isinstance(resource.of, resources.OneRow):
        return replace(resource, of=_row(request, resource.of))
    if isinstance(resource, (resources.Rows, resources.Count)):
        _restrict(request)
    return resource


def key_of(table: Table, row_id: str, partition: Any) -> dict[str, Any]:
    """The key of a row: without a partition of its own, it is in that of its id."""
    return {table.primary_id: row_id, PARTITION: str(partition) if partition else row_id}


def row_key(table: Table, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The key that a row in a body names, or None where it names none."""
    row_id = values.get(table.primary_id)
    return None if row_id is None else key_of(table, str(row_id).lower(), values.get(PARTITION))


def _row(request: Request, row: resources.OneRow) -> resources.OneRow:
    if isinstance(row.key, dict):
        # Microsoft's sample writes the name with a capital letter.
        key = {PARTITION if name == _OPTION else name: value for name, value in row.key.items()}
        text = row.key_text.replace(f"{_OPTION}=", f"{PARTITION}=") if key != row.key else row.key_text
        return replace(row, key=key, key_text=text)
    partition = _wanted(request) if request.method in _BY_OPTION else _given(request, row)
    return replace(row, key=key_of(row.table, row.key, partition))


def _wanted(request: Request) -> str | None:
    """The query option, with or without quotes: the documentation shows both."""
    given = next((value for name, value in request.options if _is_option(name)), None)
    if given is None:
        return None
    is_quoted = len(given) > 1 and given[0] == given[-1] == "'"
    return given[1:-1].replace("''", "'") if is_quoted else given


def _given(request: Request, row: resources.OneRow) -> Any:
    """The partition in the body of a PATCH."""
    body = request.payload(row.table.entity_set_name) if request.body.strip() else {}
    return body.get(PARTITION)


def _restrict(request: Request) -> None:
    """A list of one partition: the same list with a filter more."""
    partition = _wanted(request)
    if partition is None:
        return
    condition = "{} eq '{}'".format(PARTITION, partition.replace("'", "''"))
    options = [pair for pair in request.options if pair[0] != "$filter" and not _is_option(pair[0])]
    filters = [f"({text})" for name, text in request.options if name == "$filter"]
    request.options = [*options, ("$filter", " and ".join([*filters, condition]))]


def _is_option(name: str) -> bool:
    """The documentation writes ``partitionId``, clients in use ``partitionid``; optional parameters have no case."""
    return name.lower() == _OPTION.lower()
