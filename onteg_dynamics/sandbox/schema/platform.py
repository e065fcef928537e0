"""What the platform gives to a new table: its own columns, their relationships, and links from notes and activities.

The columns are those that the reference shows for every custom table ("Create table definitions" and the table
reference); they are copied from a standard table, so that they behave alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from onteg_dynamics.sandbox.model import Cascade, Column, ManyToOne, Model, Table
from onteg_dynamics.sandbox.schema.stamps import stamped
from onteg_dynamics.sandbox.write.values import new_id

_FILES = "fileattachment"
_SOURCE, _ORGANIZED_SOURCE = "account", "product"
_ALWAYS = (
    "createdon",
    "createdby",
    "createdonbehalfby",
    "modifiedon",
    "modifiedby",
    "modifiedonbehalfby",
    "statecode",
    "statuscode",
    "versionnumber",
    "importsequencenumber",
    "overriddencreatedon",
    "timezoneruleversionnumber",
    "utcconversiontimezonecode",
)
_OWNED = ("ownerid", "owninguser", "owningteam", "owningbusinessunit")
_ORGANIZED = ("organizationid",)
_MONEY = ("transactioncurrencyid", "exchangerate")
_LINKS: Mapping[str, tuple[str, str]] = {
    "createdby": ("lk_{}_createdby", "systemuser"),
    "createdonbehalfby": ("lk_{}_createdonbehalfby", "systemuser"),
    "modifiedby": ("lk_{}_modifiedby", "systemuser"),
    "modifiedonbehalfby": ("lk_{}_modifiedonbehalfby", "systemuser"),
    "ownerid": ("owner_{}", "owner"),
    "owninguser": ("user_{}", "systemuser"),
    "owningteam": ("team_{}", "team"),
    "owningbusinessunit": ("business_unit_{}", "businessunit"),
    "organizationid": ("organization_{}", "organization"),
    "transactioncurrencyid": ("TransactionCurrency_{}", "transactioncurrency"),
}
_NO_CASCADE = Cascade(delete="NoCascade")
_RESTRICT = Cascade(delete="Restrict")


def platform_columns(model: Model, table: str, ownership: str, now: str) -> list[Column]:
    """The columns that a new table has whatever its definition says.

    Args:
        model: The metadata.
        table: The new table's logical name.
        ownership: UserOwned, OrganizationOwned or None.
        now: The present moment.
    """
    owned = _OWNED if ownership == "UserOwned" else ()
    columns = _copies(model.tables[_SOURCE], (*_ALWAYS, *owned), table, now)
    if ownership == "OrganizationOwned":
        columns += _copies(model.tables[_ORGANIZED_SOURCE], _ORGANIZED, table, now)
    return columns


def currency_columns(model: Model, table: str, now: str) -> list[Column]:
    """The currency and the exchange rate that come with a table's first money column."""
    return _copies(model.tables[_SOURCE], _MONEY, table, now)


def platform_relations(model: Model, table: str, columns: Iterable[Column]) -> list[ManyToOne]:
    """The relationships of the platform's lookup columns among some columns."""
    return [_link(model, table, column.logical_name) for column in columns if column.logical_name in _LINKS]


def note_links(model: Model, table: Table) -> list[ManyToOne]:
    """The relationship through which notes belong to a table's rows."""
    name = table.logical_name
    found = [one for one in model.pointing_at(_SOURCE) if (one.table, one.column) == ("annotation", "objectid")]
    return [_linked(one, table, f"{name}_Annotations", f"objectid_{name}") for one in found]


def file_links(model: Model, table: Table) -> list[ManyToOne]:
    """The relationship through which the files of a table's columns are described; nothing where it has one."""
    name = table.logical_name
    if any(one.table == _FILES for one in model.pointing_at(name)):
        return []
    collection, key = f"{name}_FileAttachments", table.primary_id
    navigation, cascade = f"objectid_{name}", Cascade(delete="Cascade")
    made = ManyToOne(
        collection, _FILES, "objectid", name, key, navigation, collection, new_id(), cascade, settings=stamped()
    )
    return [made]


def activity_links(model: Model, table: Table) -> list[ManyToOne]:
    """The relationships through which activities regard a table's rows."""
    name, before = table.logical_name, f"regardingobjectid_{_SOURCE}"
    return [
        _linked(one, table, name + one.schema_name[len(_SOURCE) :], one.navigation.replace(before, before[:-7] + name))
        for one in model.pointing_at(_SOURCE)
        if one.column == "regardingobjectid"
    ]


def retargeted(model: Model, relation: ManyToOne, *, gone: bool = False) -> Column | None:
    """The lookup column of a relationship, now that it reaches the relationship's target, or reaches it no more."""
    column = model.tables[relation.table].columns.get(relation.column)
    if column is None:
        return None
    others = tuple(target for target in column.targets if target != relation.target)
    return replace(column, targets=others if gone else (*others, relation.target))


def _copies(source: Table, names: tuple[str, ...], table: str, now: str) -> list[Column]:
    """Columns of a standard table, and the ones that belong to them, as columns of a new one."""
    wanted = set(names)
    found = [column for column in source.columns.values() if {column.logical_name, column.attribute_of} & wanted]
    return [replace(column, table=table, metadata_id=new_id(), settings=stamped(now)) for column in found]


def _link(model: Model, table: str, column: str) -> ManyToOne:
    pattern, target = _LINKS[column]
    schema = pattern.format(table)
    key = model.tables[target].primary_id
    cascade = _RESTRICT if column == "transactioncurrencyid" else _NO_CASCADE
    return ManyToOne(schema, table, column, target, key, column, schema, new_id(), cascade, settings=stamped())


def _linked(like: ManyToOne, table: Table, schema: str, navigation: str) -> ManyToOne:
    return replace(
        like,
        schema_name=schema,
        target=table.logical_name,
        target_column=table.primary_id,
        navigation=navigation,
        collection=schema,
        metadata_id=new_id(),
        settings=stamped(),
    )
