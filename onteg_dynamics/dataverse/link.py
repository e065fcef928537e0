"""A client at work on one call: sends requests, reads the answers, knows the tables."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from onteg_dynamics.dataverse.batch import (
    LONGEST_BATCH_URL,
    LONGEST_URL,
    Group,
    answers_of,
    split_answers,
    wrap_gets,
    wrap_groups,
)
from onteg_dynamics.dataverse.limits import Call
from onteg_dynamics.dataverse.metadata import Metadata
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.payload import PayloadWriter
from onteg_dynamics.dataverse.protocol import Answer, Request, Response, error_of, read
from onteg_dynamics.dataverse.tables import Columns, Details, Table
from onteg_dynamics.dataverse.transport import Transport
from onteg_dynamics.errors import InputError

__all__ = ["Link"]


# What follows a request to these is no longer what was known of the tables.
_DEFINITIONS = (
    "EntityDefinitions",
    "RelationshipDefinitions",
    "GlobalOptionSetDefinitions",
    "CreateEntities",
    "CreateCustomerRelationships",
    "CreatePolymorphicLookupAttribute",
    "InsertOptionValue",
    "InsertStatusValue",
    "UpdateOptionValue",
    "UpdateStateValue",
    "OrderOption",
    "Publish",
    "DeleteOptionValue",
)


@dataclass(frozen=True)
class Link:
    """What every operation needs.

    Attributes:
        transport: the way to the host.
        metadata: what is known of the tables; shared by all calls of a connection.
        call: deadline, cost and headers of the call at hand.
    """

    transport: Transport
    metadata: Metadata = field(default_factory=Metadata)
    call: Call = field(default_factory=Call)

    def send(self, request: Request) -> Answer:
        """Send `request` and read its answer. A GET too long for a URL goes as a ``$batch``.

        Raises:
            OntegError: see `Transport.send` and `protocol.read`.
        """
        return read(self.exchange(request))

    def exchange(self, request: Request) -> Response:
        """As `send`, but the answer as it came, errors included."""
        request = self.with_parameters(request)
        try:
            return self._carried_out(request)
        finally:
            if request.method != "GET" and request.path.startswith(_DEFINITIONS):
                self.metadata.forget()

    def _carried_out(self, request: Request) -> Response:
        if self.call.rehearsal is not None and request.method != "GET":
            return self.call.rehearsal.answer(request.with_headers(self.call.headers))
        if request.method == "GET" and len(self.transport.url(request.path)) > LONGEST_URL:
            return self._in_batch([request])[0]
        return self.transport.send(request, self.call)

    def with_parameters(self, request: Request) -> Request:
        """`request` with the call's parameters; links that the service gave, and metadata, take none."""
        if (
            not self.call.parameters
            or "://" in request.path
            or request.path.startswith(("/", "$", "EntityDefinitions"))
        ):
            return request
        more = query_string(self.call.parameters).removeprefix("?")
        return replace(request, path=f"{request.path}{'&' if '?' in request.path else '?'}{more}")

    def fetch(self, paths: Sequence[str]) -> list[Mapping[str, Any]]:
        """The JSON of these paths, in order, in one round trip.

        Raises:
            OntegError: any of them failed.
        """
        requests = [Request("GET", path) for path in paths]
        if len(requests) < 2:
            return [self.send(request).data for request in requests]
        return [read(response).data for response in self._in_batch(requests)]

    def operate(self, requests: Sequence[Request]) -> list[Response]:
        """Carry operations out in one round trip, each for itself; the answers, errors included, in their order.

        Args:
            requests: at most 1,000.

        Raises:
            OntegError: the batch itself failed.
        """
        return self.operate_groups([Group(tuple(requests))], go_on=True)[0]

    def operate_groups(self, groups: Sequence[Group], *, go_on: bool) -> list[list[Response]]:
        """Carry operations out in one round trip.

        Args:
            groups: at most 1,000 operations in all.
            go_on: carry out what follows an operation that fails.

        Returns:
            The answers of each group; see `batch.answers_of`.

        Raises:
            OntegError: the batch itself failed.
        """
        if self.call.rehearsal is not None:
            return [[self.exchange(request) for request in group.requests] for group in groups]
        groups = [replace(group, requests=tuple(map(self._inside, group.requests))) for group in groups]
        boundary = f"batch_{secrets.token_hex(16)}"
        response = self.transport.send(wrap_groups(groups, self.transport.root, boundary, go_on=go_on), self.call)
        if "multipart" not in (response.headers.get("Content-Type") or ""):
            raise error_of(response)
        return answers_of(groups, [replace(answer, lost=response.lost) for answer in split_answers(response)])

    def _in_batch(self, requests: Sequence[Request]) -> list[Response]:
        root = self.transport.root
        if any(len(self.transport.url(request.path)) > LONGEST_BATCH_URL for request in requests):
            raise InputError(f"the query is longer than {LONGEST_BATCH_URL} characters, the most the service reads")
        requests = [request.with_headers(self.call.headers) for request in requests]
        response = self.transport.send(wrap_gets(requests, root, f"batch_{secrets.token_hex(16)}"), self.call)
        if "multipart" not in (response.headers.get("Content-Type") or ""):
            raise error_of(response)
        return split_answers(response)

    def _inside(self, request: Request) -> Request:
        """An operation as a batch carries it: headers are each operation's own, those of the batch do not count."""
        return self.with_parameters(request).with_headers(self.call.headers)

    def table(self, name: str) -> Table:
        """The table with this logical name or entity set name.

        Raises:
            UnknownNameError: there is none.
        """
        return self.metadata.table(name, self.fetch)

    def columns(self, table: Table) -> Columns:
        """The columns and lookups of `table`."""
        return self.metadata.columns(table, self.fetch)

    def details(self, table: Table, column: str) -> Details:
        """Choices, lengths, ranges and date behaviour of a column of `table`."""
        return self.metadata.details(table, self.columns(table).by_name[column], self.fetch)

    def writer(self, table: Table) -> PayloadWriter:
        """What turns rows into bodies for `table`."""
        rehearsal = self.call.rehearsal
        return PayloadWriter(
            table,
            self.metadata,
            self.fetch,
            thorough=rehearsal is not None,
            left_out=self.call.left_out,
            resolved=rehearsal.resolved if rehearsal is not None else None,
        )
