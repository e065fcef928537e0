"""Pages of rows as Arrow, and Arrow as Parquet.

Measured, Arrow's own JSON reader makes a table from a page's bytes in a fraction of the time that rows as Python
objects take, and it reads decimals exactly; so rows are cut apart as bytes and handed to it. Where a page does not have
the form for that, it is read as Python objects instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.dataverse.exporting.fields import Field, Kind
from onteg_dynamics.dataverse.exporting.text import read_rows
from onteg_dynamics.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArrowPages", "require_arrow", "write_parquet"]

GROUP = 32_768
"""Rows of a row group of the Parquet file."""
_FIRST = b'{"@odata.etag":'
_DEEPEST = 500  # brackets; orjson refuses what is nested deeper than 1,024, Arrow's reader has no such limit


def require_arrow() -> None:
    """Refuse Parquet where pyarrow is not installed.

    Raises:
        InputError: says how to install it.
    """
    if find_spec("pyarrow") is None:
        raise InputError("Parquet needs pyarrow: pip install 'onteg-dynamics[export]'")


class ArrowPages:
    """Turns pages into record batches of one schema, and back from a file they were appended to.

    Args:
        fields: the columns.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        import pyarrow as pa
        from pyarrow import json

        self._fields = fields
        self.schema = pa.schema([pa.field(field.name, _type(field.kind)) for field in fields])
        self.repeating = [field.name for field in fields if field.repeats]
        wire = pa.schema([pa.field(field.source, _wire_type(field.kind)) for field in fields])
        self._parse = json.ParseOptions(explicit_schema=wire, unexpected_field_behavior="ignore")
        self._read: Callable[..., Any] = json.read_json

    def header(self) -> bytes:
        """Nothing: the schema is known."""
        return b""

    def encode(self, array: memoryview) -> tuple[memoryview, int]:
        """The page as a record batch in Arrow's own format, and how many rows it has.

        Args:
            array: rows as the service sends them, a JSON array.
        """
        if len(array) == len(b"[]"):
            return memoryview(b""), 0
        table = self._by_bytes(array)
        batch = (table if table is not None else self._by_objects(array)).combine_chunks().to_batches()[0]
        return memoryview(batch.serialize()), batch.num_rows

    def _by_bytes(self, array: memoryview) -> pa.Table | None:
        import pyarrow as pa
        from pyarrow import json

        lines = bytes(array[1:-1]).replace(b"}," + _FIRST, b"}\n" + _FIRST)
        count = lines.count(_FIRST)
        if not lines.startswith(_FIRST) or lines.count(b"{") - count + lines.count(b"[") > _DEEPEST:
            return None
        options = json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
        try:
            table = self._read(pa.BufferReader(lines), read_options=options, parse_options=self._parse)
        except pa.ArrowInvalid:
            return None
        return _typed(table, self.schema) if table.num_rows == count else None

    def _by_objects(self, array: memoryview) -> pa.Table:
        import pyarrow as pa

        found = read_rows(array)
        arrays = [pa.array(_values(found, field), _type(field.kind)) for field in self._fields]
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def batches(self, files: Iterable[Path]) -> Iterator[pa.RecordBatch]:
        """The record batches that were appended to these files, one after the other."""
        import pyarrow as pa

        for file in files:
            with pa.OSFile(str(file)) as source:
                size = source.size()
                while source.tell() < size:
                    yield pa.ipc.read_record_batch(pa.ipc.read_message(source), self.schema)


def _typed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table in its own types: days are the only ones that Arrow's reader knows otherwise."""
    import pyarrow as pa

    pairs = zip(table.columns, schema.types, strict=False)  # unwanted columns come last
    return pa.Table.from_arrays([one if one.type == type_ else one.cast(type_) for one, type_ in pairs], schema=schema)


def _type(kind: Kind) -> pa.DataType:
    import pyarrow as pa

    types: dict[Kind, Callable[[], pa.DataType]] = {
        "whole": pa.int32,
        "big": pa.int64,
        "number": pa.float64,
        # The service sends Money with up to ten digits after the point, exchange rates with twelve.
        "decimal": lambda: pa.decimal128(38, 12),
        "yes_no": pa.bool_,
        "moment": lambda: pa.timestamp("ms", "UTC"),
        "local_moment": lambda: pa.timestamp("ms"),
        "day": pa.date32,
    }
    return types.get(kind, pa.string)()


def _wire_type(kind: Kind) -> pa.DataType:
    """What Arrow's reader makes of the JSON: it knows no days and reads them as moments."""
    import pyarrow as pa

    return pa.timestamp("s") if kind == "day" else _type(kind)


def _values(rows: Sequence[dict[str, Any]], field: Field) -> list[Any]:
    values = [row.get(field.source) for row in rows]
    if field.kind == "decimal":
        return [None if value is None else Decimal(str(value)) for value in values]
    if field.kind in ("moment", "local_moment", "day"):
        return _moments(values, field.kind)
    if field.kind in ("text", "id"):
        return [_text(value) for value in values]
    return values


def _moments(values: Sequence[Any], kind: Kind) -> list[Any]:
    import pyarrow as pa

    found: list[Any] = pa.array(values, pa.string()).cast(_type(kind)).to_pylist()
    return found


def _text(value: Any) -> str | None:
    """A text; what is a list or an object in the service (a party list, an expanded row) as JSON."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def write_parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema, file: Path, repeating: Sequence[str]) -> None:
    """Write batches to a Parquet file. Row groups have the same number of rows, however the batches were cut.

    Args:
        batches: the rows.
        schema: their columns.
        file: where to.
        repeating: the columns with few different values: a dictionary of values pays for these alone.
    """
    from pyarrow import parquet

    _release()
    with parquet.ParquetWriter(file, schema, compression="zstd", use_dictionary=list(repeating) or False) as writer:
        for table in _groups(batches, schema):
            writer.write_table(table, row_group_size=GROUP)
            del table  # before the next one is put together
            _release()


def _release() -> None:
    """Have what is no longer needed go back to the system: allocators keep it, one for what the other has let go."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    pa.system_memory_pool().release_unused()


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= GROUP:
            table = pa.Table.from_batches(waiting, schema)
            waiting = table.slice(GROUP).to_batches()
            rows -= GROUP
            yield table.slice(0, GROUP)
            del table
    yield pa.Table.from_batches(waiting, schema)
