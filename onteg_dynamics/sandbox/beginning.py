"""What a sandbox begins with and goes back to: a seed, tables of metadata files, rows of data files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import date, datetime, timezone
from pathlib import Path

from onteg_dynamics.sandbox.datafiles import load_folder
from onteg_dynamics.sandbox.importing import import_metadata
from onteg_dynamics.sandbox.model import Model, load_model
from onteg_dynamics.sandbox.processes.custom import declare
from onteg_dynamics.sandbox.schema import kept_model
from onteg_dynamics.sandbox.seed import SEEDS, is_sown, refuse_all, seed_caller, sow
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import World

Files = str | Path | Sequence[str | Path]


class Beginning:
    """The rows and the metadata of a sandbox that nobody has used yet; made once, and only where they are needed.

    Args:
        seed: One of `SEEDS`.
        today: The day that the seed's dates are counted from; the present day where it is None.
        metadata: Metadata files of a real environment.
        data: A folder of data files, or one of them.
        custom_apis: A file that declares custom APIs.

    Raises:
        ValueError: There is no such seed.
    """

    def __init__(
        self,
        seed: str,
        today: date | None = None,
        metadata: Files = (),
        data: str | Path | None = None,
        custom_apis: str | Path | None = None,
    ) -> None:
        if seed not in SEEDS:
            raise ValueError(f"There is no seed {seed!r}; there are: {', '.join(SEEDS)}.")
        self.seed = seed
        self._today = today
        self._metadata = [Path(one) for one in ([metadata] if isinstance(metadata, str | Path) else metadata)]
        self._data = Path(data) if data is not None else None
        self._custom_apis = Path(custom_apis) if custom_apis is not None else None
        self._made: tuple[Store, Model] | None = None

    def fill(self, store: Store) -> None:
        """Makes a store ready: an empty one gets everything, one with rows the tables that it lacks.

        Raises:
            DataFileError: A data file cannot be loaded.
            MetadataFileError: A metadata file cannot be read.
            CustomApiFileError: A file of custom APIs cannot be taken.
        """
        store.build(load_model())
        store.renew_views(kept_model(store))
        if is_sown(store):
            self._imported(store)
        else:
            self._pristine()[0].db.backup(store.db)

    def restore(self, store: Store) -> Model:
        """Puts a store back, and gives the metadata that belongs to it."""
        pristine, model = self._pristine()
        pristine.db.backup(store.db)
        return model

    def close(self) -> None:
        """Lets go what was made."""
        if self._made is not None:
            self._made[0].close()
            self._made = None

    def _pristine(self) -> tuple[Store, Model]:
        if self._made is None:
            with ExitStack() as stack:
                store = stack.enter_context(closing(Store()))
                sow(store, self.seed, self._today or datetime.now(timezone.utc).date())
                self._made = store, self._prepared(store)
                stack.pop_all()
        assert self._made is not None
        return self._made

    def _prepared(self, store: Store) -> Model:
        world = self._imported(store)
        if self._data is not None:
            load_folder(world, seed_caller(), self._data)
        return world.model

    def _imported(self, store: Store) -> World:
        """A world that lets nobody in, with the tables of the metadata files and the custom APIs."""
        world = World(kept_model(store), store, refuse_all)
        if self._metadata:
            import_metadata(world, seed_caller(), self._metadata)
        if self._custom_apis is not None:
            declare(world, seed_caller(), self._custom_apis)
        return world
