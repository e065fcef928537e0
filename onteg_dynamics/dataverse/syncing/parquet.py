"""A Parquet file that follows a table of the service.

The state stands in the file's own metadata, so that rows and state change in one step: when the new file takes the old
one's name. Until then pages gather in a folder beside it, each noted with its state. Memory grows with the changes of
one run, not with the table.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.dataverse.exporting.arrow import ArrowPages, require_arrow, write_parquet
from onteg_dynamics.dataverse.exporting.fields import Field
from onteg_dynamics.dataverse.exporting.target import Target
from onteg_dynamics.dataverse.exporting.work import Plan, Work, read_whole, write_whole
from onteg_dynamics.dataverse.paging import fingerprint
from onteg_dynamics.dataverse.syncing.sync import Part, problem
from onteg_dynamics.dataverse.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ParquetStore"]

_STATE = b"onteg.sync"
_ROWS, _DELETED, _NOTE = 0, 1, "0000.json"
_QUIET = 24 * 3600.0
"""Seconds for which an old state serves where nothing has changed: the file need not be written again for it."""


class ParquetStore:
    """As `Store`.

    Args:
        path: the file.
        target: gives the whole file its place.
        table: of the service.
        fields: its columns.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        path: Path,
        target: Target,
        table: Table,
        fields: Sequence[Field],
        clock: Callable[[], float] = time.time,
    ) -> None:
        require_arrow()
        self.path, self.target, self._key, self._clock = path, target, table.primary_id, clock
        self._pages = ArrowPages(fields)
        self._work = Work(target.work)
        self._note: dict[str, Any] = {}

    @contextmanager
    def opened(self) -> Iterator[None]:
        """As in `Store`."""
        kept = self._kept_state()
        with self._work.entered():
            base = fingerprint([orjson.dumps(kept).decode()])
            note = read_whole(self._work.folder / _NOTE)
            if note is None or note["base"] != base:
                self._work.begin(Plan(base, self._clock(), []))
                note = {"base": base, "state": kept, "full": False, "rows": 0, "deleted": 0}
            self._note = dict(note)
            with self._tidied():
                yield
            self._work.remove()

    @contextmanager
    def _tidied(self) -> Iterator[None]:
        """Leave no folder behind where nothing was gathered that would be worth going on with."""
        try:
            yield
        except Exception:
            if not self._note["rows"]:
                self._work.remove()
            raise

    def state(self) -> Mapping[str, Any] | None:
        """As in `Store`."""
        found: Mapping[str, Any] | None = self._note["state"]
        return found

    def keep(self, part: Part) -> None:
        """As in `Store`."""
        note = {**self._note, "rows": 0, "deleted": 0, "full": False} if part.begun else self._note
        batch, _ = self._pages.encode(memoryview(orjson.dumps(list(part.rows))))
        gone = "".join(f"{one}\n" for one in part.deleted).encode()
        lengths = {
            "rows": self._append(_ROWS, note["rows"], batch),
            "deleted": self._append(_DELETED, note["deleted"], gone),
        }
        self._note = {**note, **lengths, "state": {**part.state, "moved": self._clock()}}
        self._note["full"] = part.full or note["full"]
        write_whole(self._work.folder / _NOTE, self._note)

    def _append(self, number: int, length: int, payload: bytes | memoryview) -> int:
        with self._work.appending(number, length) as file:
            file.write(payload)
        return length + len(payload)

    def finish(self) -> int:
        """As in `Store`."""
        from pyarrow import parquet

        if self._is_quiet():
            return int(parquet.read_metadata(self.path).num_rows)
        schema = self._pages.schema.with_metadata({_STATE: orjson.dumps(self._note["state"])})
        write_parquet(self._merged(), schema, self._work.result, self._pages.repeating)
        rows = int(parquet.read_metadata(self._work.result).num_rows)
        self.target.publish(self._work.result)
        return rows

    def _is_quiet(self) -> bool:
        """Whether nothing has changed, and the state that the file has will serve for a while."""
        kept = self._kept_state()
        unchanged = not (self._note["rows"] or self._note["deleted"] or self._note["full"])
        return unchanged and kept is not None and self._clock() - kept["moved"] < _QUIET

    def _merged(self) -> Iterator[pa.RecordBatch]:
        """The rows of the old file that were left alone, then the new ones; none that was deleted."""
        gone = set(self._deleted())
        changed = gone.union(*map(self._ids, self._gathered()))
        old = () if self._note["full"] or not self.path.exists() else self._old()
        yield from chain(_without(old, self._key, changed), self._last_of_each(gone))

    def _old(self) -> Iterator[pa.RecordBatch]:
        from pyarrow import parquet

        with parquet.ParquetFile(self.path) as file:
            for batch in file.iter_batches():
                yield batch.cast(self._pages.schema)

    def _gathered(self) -> Iterator[pa.RecordBatch]:
        file = self._work.rows(_ROWS)
        return self._pages.batches([file] if file.exists() else [])

    def _last_of_each(self, gone: set[str]) -> Iterator[pa.RecordBatch]:
        """The gathered rows, each once as it was last: a row that changes while pages are read may come again."""
        left: dict[str, int] = {}
        for batch in self._gathered():
            for own in self._ids(batch):
                left[own] = left.get(own, 0) + 1
        for batch in self._gathered():
            mask = []
            for own in self._ids(batch):
                left[own] -= 1
                mask.append(left[own] == 0 and own not in gone)
            yield batch if all(mask) else batch.filter(_booleans(mask))

    def _ids(self, batch: pa.RecordBatch) -> list[str]:
        ids: list[str] = batch.column(self._key).to_pylist()
        return ids

    def _deleted(self) -> list[str]:
        file = self._work.rows(_DELETED)
        return file.read_text("ascii").split() if file.exists() else []

    def _kept_state(self) -> dict[str, Any] | None:
        """The state in the file; None where there is no file.

        Raises:
            InputError: the file is not of our making.
        """
        import pyarrow as pa
        from pyarrow import parquet

        if not self.path.exists():
            return None
        try:
            metadata = parquet.read_schema(self.path).metadata or {}
        except pa.ArrowInvalid:
            raise problem("is no Parquet file") from None
        if _STATE not in metadata:
            raise problem("is not of Sync Table's making; choose another file")
        state: dict[str, Any] = orjson.loads(metadata[_STATE])
        return state


def _without(batches: Iterable[pa.RecordBatch], key: str, ids: set[str]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    from pyarrow import compute

    wanted = pa.array(sorted(ids), pa.string())
    for batch in batches:
        yield batch.filter(compute.invert(compute.is_in(batch.column(key), value_set=wanted)))


def _booleans(mask: Sequence[bool]) -> pa.Array:
    import pyarrow as pa

    return pa.array(mask, pa.bool_())
