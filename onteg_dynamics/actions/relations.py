"""Links between rows: Relate, Unrelate, Replace Related Records; List Relationships."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.targets import table_of
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.relations import Way
    from onteg_dynamics.dataverse.tables import Table

Options = Mapping[str, Any]


def relate_records(context: Context, options: Options) -> Outcome:
    """Link a row with others."""
    from onteg_dynamics.dataverse.relations import relate

    ends = _Ends(context, options)
    if not ends.way.is_collection and len(ends.others) > 1:
        raise InputError((Problem("related_ids", "", "must be one row: this relationship is a lookup"),))
    done = [relate(context.dataverse, ends.table, ends.own, ends.way, ends.target, other) for other in ends.others]
    return Outcome({**ends.told(), "related": sum(done), "already_related": len(done) - sum(done)})


def unrelate_records(context: Context, options: Options) -> Outcome:
    """Take links between a row and others away."""
    from onteg_dynamics.dataverse.relations import unrelate

    ends = _Ends(context, options)
    done = [unrelate(context.dataverse, ends.table, ends.own, ends.way, ends.target, other) for other in ends.others]
    return Outcome({**ends.told(), "unrelated": sum(done), "not_related": len(done) - sum(done)})


def replace_related_records(context: Context, options: Options) -> Outcome:
    """Link a row with exactly these others."""
    from onteg_dynamics.dataverse.relations import relate, related_ids, unrelate

    ends = _Ends(context, options)
    if not ends.way.is_collection:
        raise InputError((Problem("relationship", "", "is a lookup; Update Record sets it"),))
    before = set(related_ids(context.dataverse, ends.table, ends.own, ends.way, ends.target))
    wanted = set(ends.others)
    for other in sorted(wanted - before):
        relate(context.dataverse, ends.table, ends.own, ends.way, ends.target, other)
    for other in sorted(before - wanted):
        unrelate(context.dataverse, ends.table, ends.own, ends.way, ends.target, other)
    counts = {"related": len(wanted - before), "unrelated": len(before - wanted), "kept": len(wanted & before)}
    return Outcome({**ends.told(), **counts})


def list_relationships(context: Context, options: Options) -> Outcome:
    """List the ways from a table's rows to others."""
    from onteg_dynamics.dataverse.relations import ways

    table = context.dataverse.table(options["table"])
    found = [_told(way) for way in ways(context.dataverse, table)]
    kind = options.get("kind")
    return Outcome({"table": table.name, "relationships": [one for one in found if not kind or one["kind"] == kind]})


class _Ends:
    """Both ends of a link, as the options name them."""

    def __init__(self, context: Context, options: Options) -> None:
        from onteg_dynamics.dataverse.ids import as_guid
        from onteg_dynamics.dataverse.relations import find_way

        dataverse = context.dataverse
        self.table: Table = dataverse.table(options["table"])
        self.target: Table = table_of(context, options["related_table"], "related_table")
        self.way: Way = find_way(dataverse, self.table, self.target, options.get("relationship", ""))
        self.own = as_guid(options["id"])
        self.others = [as_guid(one) for one in options["related_ids"]]

    def told(self) -> dict[str, Any]:
        """What every answer of the family tells."""
        return {"table": self.table.name, "id": self.own, "relationship": self.way.schema_name}


def _told(way: Way) -> dict[str, Any]:
    return {**vars(way), "column": way.column or None}


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("relate_records", relate_records, Annotations(idempotent=True)),
        Action("unrelate_records", unrelate_records, Annotations(destructive=True, idempotent=True)),
        Action("replace_related_records", replace_related_records, Annotations(destructive=True, idempotent=True)),
        Action("list_relationships", list_relationships, Annotations(read_only=True, idempotent=True)),
    )
