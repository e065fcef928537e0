"""The Dataverse Web API client: `Dataverse`. Useful without the connector.

tokens = ClientCredentials(...)
transport = Transport("https://org.crm.dynamics.com", tokens, new_session(NetworkSettings()))
dataverse = Dataverse(transport)
dataverse.create("account", {"name": "Contoso"})
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from onteg_dynamics.dataverse import rows
from onteg_dynamics.dataverse.limits import Call
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.parties import with_parties
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.dataverse.queries import LARGEST_PAGE, Query
from onteg_dynamics.dataverse.reading import Reading
from onteg_dynamics.dataverse.rows import Found, Key, Written
from onteg_dynamics.dataverse.selection import Selection, choose
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.dataverse.tables import Described, Table

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.parallel import Streams

__all__ = ["Dataverse"]


class Dataverse(Link):
    """A client for one environment. Tables are named by logical name or entity set name.

    Rows are dicts by logical column name. See `PayloadWriter.write` for what may be written, `Selection` for what comes
    out. Every method raises what `Link.send` raises.
    """

    def within(self, call: Call) -> Dataverse:
        """The same client at work on `call`."""
        return replace(self, call=call)

    def create(self, table: str, row: Mapping[str, Any], *, returning: bool = False) -> Written:
        """Create a row; see `rows.create`. Its party columns take what `parties.parties` does."""
        found = self.table(table)
        plain, parties = with_parties(self, found, row)
        return rows.create(self, found, plain, returning=returning, related=parties)

    def get(self, table: str, key: Key, *, select: Sequence[str] = (), expand: str = "", labels: bool = False) -> Found:
        """Read one row by id or alternate key; see `rows.get`."""
        return rows.get(self, self.table(table), key, self.selection(table, select, expand=expand, labels=labels))

    def update(self, table: str, key: Key, row: Mapping[str, Any], **how: Any) -> Written:
        """Change columns of a row that exists; for ``etag``, ``returning``, ``only_changes`` see `rows.update`."""
        return rows.update(self, self.table(table), key, row, **how)

    def upsert(self, table: str, key: Key, row: Mapping[str, Any], **how: Any) -> Written:
        """Change the row with this key, or create it; for ``create_only`` and the like see `rows.upsert`."""
        return rows.upsert(self, self.table(table), key, row, **how)

    def delete(self, table: str, key: Key, *, etag: str | None = None) -> None:
        """Delete a row; see `rows.delete`."""
        rows.delete(self, self.table(table), key, etag=etag)

    def selection(
        self, table: str, select: Sequence[str] = (), *, expand: str = "", labels: bool = False, raw: bool = False
    ) -> Selection:
        """Which columns of `table` to read.

        Raises:
            UnknownNameError: a column does not exist.
        """
        found = self.table(table)
        if not select and not labels:
            return Selection(found, expand=expand, raw=raw)
        columns = self.columns(found)
        chosen = choose(columns, select) if select else ()
        return Selection(found, chosen, expand, labels, raw, columns)

    def rows(
        self,
        table: str,
        *,
        select: Sequence[str] = (),
        filter: str = "",  # noqa: A002 - the field's own word
        order_by: str = "",
        expand: str = "",
        top: int | None = None,
        page_size: int = LARGEST_PAGE,
        labels: bool = False,
    ) -> Iterator[Row]:
        """All rows that match, one after the other, read page by page; see `queries.Query`."""
        selection = self.selection(table, select, expand=expand, labels=labels)
        query = Query(selection, filter, order_by, top, page_size)
        for page in Reading(self, query):
            yield from page

    def at_once(
        self,
        table: str,
        *,
        select: Sequence[str] = (),
        filter: str = "",  # noqa: A002 - the field's own word
        labels: bool = False,
        page_size: int = LARGEST_PAGE,
        parallel: int = 8,
    ) -> Streams:
        """All rows that match, in no order, read in several streams at a time where the table can be split.

        Iterate over it for pages of rows. Pays where each call takes long; see `parallel.Streams`.

        Args:
            table: logical name or entity set name.
            select: columns, none for all.
            filter: OData ``$filter`` text.
            labels: bring labels and lookup tables beside the values.
            page_size: rows a page, 1 to 5000.
            parallel: how many streams are read at a time.

        Raises:
            UnknownNameError: the table or a column does not exist.
        """
        from onteg_dynamics.dataverse.exporting.sources import TableSource
        from onteg_dynamics.dataverse.parallel import Streams

        selection = self.selection(table, select, labels=labels)
        columns = selection.columns or self.columns(selection.table).visible()
        return Streams(self, TableSource(selection, list(columns), filter, page_size), parallel)

    def tables(self) -> tuple[Table, ...]:
        """All tables that have an entity set, by logical name."""
        return self.metadata.tables(self.fetch)

    def describe(self, table: Table) -> list[Described]:
        """The columns of `table` that can be read, with all that is known of each; learned in few round trips."""
        columns = self.columns(table)
        self.metadata.learn_details(table, self.fetch)
        return [
            Described(column, self.details(table, column.name), columns.relationships.get(column.name, ()))
            for column in columns.visible()
        ]

    def who_am_i(self) -> Mapping[str, str]:
        """The ids ``UserId``, ``BusinessUnitId`` and ``OrganizationId`` of whoever the token stands for."""
        data = self.send(Request("GET", "WhoAmI")).data
        return {name: data[name] for name in ("UserId", "BusinessUnitId", "OrganizationId")}

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()
