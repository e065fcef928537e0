"""One sandbox: environment and Entra behind one port, with its rows, its certificate and its log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, datetime, timezone
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from onteg_dynamics.sandbox.beginning import Beginning, Files
from onteg_dynamics.sandbox.callers import caller_name
from onteg_dynamics.sandbox.changes import remember_for
from onteg_dynamics.sandbox.datafiles import load_folder, save_folder
from onteg_dynamics.sandbox.entra import (
    CONNECTOR,
    LIFETIME,
    EntraControl,
    Gate,
    Origins,
    Registration,
    Tokens,
    create_entra,
    open_tenant,
)
from onteg_dynamics.sandbox.faults import Faults, Rule
from onteg_dynamics.sandbox.files.pictures import create_pictures
from onteg_dynamics.sandbox.front import Front
from onteg_dynamics.sandbox.jobs import Jobs
from onteg_dynamics.sandbox.limits import Limits
from onteg_dynamics.sandbox.log import Exchange
from onteg_dynamics.sandbox.pages import PAGES
from onteg_dynamics.sandbox.schema import kept_model
from onteg_dynamics.sandbox.seed import seed_caller, sow
from onteg_dynamics.sandbox.server import Server, routed
from onteg_dynamics.sandbox.service import create_app
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.tls import Certificate
from onteg_dynamics.sandbox.webhooks import Hooks, give_up, send_posts
from onteg_dynamics.sandbox.world import Organization, World

T = TypeVar("T")

_CONNECTOR_ID = "msDynamics365Connector-v1.0"


@dataclass(frozen=True)
class _Parts:
    """What is there only while the sandbox runs."""

    stack: ExitStack
    certificate: Certificate | None
    server: Server
    origins: Origins
    tokens: Tokens
    entra: EntraControl
    gate: Gate
    world: World


class Sandbox:
    """A Dataverse environment on this machine; a context manager that starts and stops it.

    Args:
        seed: ``demo`` (a small company's data) or ``empty`` (an environment as it is handed out).
        port: Where to listen on loopback; 0 takes a free port.
        db: A SQLite file that keeps the rows; None keeps them in memory. A file that has rows is taken as it is.
        today: The day that the seed's dates are counted from; the present day where it is None.
        token_lifetime: Seconds until an access token ends.
        limits: Service protection limits: ``real``, a `Limits`, or ``REQUESTS/SECONDS/CONCURRENT/WINDOW`` such as
            ``60/10/2/5``; None for none.
        faults: What goes wrong with which requests: rules such as ``503 table=account nth=2``; see `faults.Rule`.
        fault_file: A JSON file of such rules, which come first.
        fault_seed: For rules with a probability; None takes that of the file, or 0.
        webhook_timeout: Seconds that the endpoint of a webhook has for its answer.
        change_tracking_days: How many days delta links are good for; None leaves it to the rows (7 in a seed).
        http: Plain HTTP instead of HTTPS, for clients that cannot take a certificate authority.
        watch: Is told of each request with its answer, on the server's thread; it must return at once.
        data: A folder of data files (or one file) that is loaded on top of the seed, and after each reset.
        metadata: Files with the metadata of a real environment (CSDL, definitions in JSON), whose tables it gets.
        custom_apis: A JSON file that declares custom APIs, with what they answer.

    Raises:
        ValueError: There is no such seed, or the limits or faults cannot be read.
    """

    def __init__(
        self,
        seed: str = "demo",
        port: int = 0,
        db: str | Path | None = None,
        *,
        today: date | None = None,
        token_lifetime: int = LIFETIME,
        limits: Limits | str | None = None,
        faults: Iterable[Rule | str | Mapping[str, Any]] = (),
        fault_file: str | Path | None = None,
        fault_seed: int | None = None,
        webhook_timeout: float = 60.0,
        change_tracking_days: int | None = None,
        http: bool = False,
        watch: Callable[[Exchange], None] | None = None,
        data: str | Path | None = None,
        metadata: Files = (),
        custom_apis: str | Path | None = None,
    ) -> None:
        self._beginning = Beginning(seed, today, metadata, data, custom_apis)
        self._port = port
        self._db = db
        self._lifetime = token_lifetime
        self._tracking_days = change_tracking_days
        self._http = http
        self._front = Front.build(watch, limits, faults, fault_file, fault_seed)
        self._webhook_timeout = webhook_timeout
        self._parts: _Parts | None = None

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - Self is not in Python 3.10's typing
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = f"at {self.url}" if self._parts is not None else "stopped"
        return f"<Sandbox {self._beginning.seed!r} {state}>"

    def start(self) -> None:
        """Starts the sandbox; one that runs is left alone.

        Raises:
            OSError: The port is taken.
            sqlite3.DatabaseError: The file cannot be opened, or is no SQLite database.
            DataFileError: A data file cannot be loaded.
            MetadataFileError: A metadata file cannot be read.
            CustomApiFileError: The file of custom APIs cannot be taken.
        """
        if self._parts is not None:
            return
        with ExitStack() as stack:
            store = Store(self._db)
            stack.callback(store.close)
            stack.callback(self._beginning.close)
            self._beginning.fill(store)
            self._parts = self._serve(stack, store)

    def stop(self) -> None:
        """Stops the sandbox and removes its certificate; rows in memory are gone."""
        parts, self._parts = self._parts, None
        if parts is not None:
            parts.stack.close()

    def reset(self) -> None:
        """Puts rows and metadata back to the seed, between two requests, faults to their beginning; empties the log."""
        self.call(self._restore)

    def load(self, path: str | Path) -> dict[str, int]:
        """Writes the rows of data files, between two requests: all of them or none.

        A row whose id is there is changed; what a new row leaves out gets the platform's defaults.

        Args:
            path: A folder with one file per table, named after it (``account.json``, ``contact.csv``), or one file.

        Returns:
            How many rows were written, by table.

        Raises:
            DataFileError: A file, a name or a value does not fit; it tells file, line and column.
        """
        return self.call(lambda: load_folder(self.world, seed_caller(), Path(path)))

    def save(self, path: str | Path, form: str = "json", tables: Collection[str] = ()) -> dict[str, int]:
        """Writes rows as data files, between two requests: all but those that every sandbox has.

        Args:
            path: The folder; files of the saved tables that are there are replaced.
            form: ``json`` or ``csv``.
            tables: Logical names of the tables to save; every table where it is empty.

        Returns:
            How many rows were written, by table.

        Raises:
            ValueError: There is no such format or table.
            OSError: The folder cannot be written.
        """
        with closing(Store()) as handed_out:
            sow(handed_out, "empty", datetime.now(timezone.utc).date())
            return self.call(lambda: save_folder(self.world, handed_out, Path(path), form, tables))

    def call(self, work: Callable[[], T]) -> T:
        """Runs something between two requests, on the server's thread; for whoever touches `world` while it runs.

        Args:
            work: What to run; its result is returned, its exception raised.
        """
        parts = self._running
        turns, hooks = parts.world.turns, parts.world.hooks
        return parts.server.run(lambda: turns.write(work, lambda: hooks.waits(parts.world)))

    @property
    def url(self) -> str:
        """The environment's address, ``https://127.0.0.1:PORT`` (or ``http://``, where that was asked for)."""
        return self._running.origins.main

    @property
    def pages(self) -> str:
        """Where a person looks at tables, rows and requests in a browser."""
        return self.url + PAGES

    @property
    def ca_bundle(self) -> Path:
        """The PEM file of the authority that clients must trust; it is there while the sandbox runs.

        Raises:
            RuntimeError: The sandbox speaks plain HTTP.
        """
        certificate = self._running.certificate
        if certificate is None:
            raise RuntimeError("This sandbox speaks plain HTTP; it has no certificate.")
        return certificate.ca_bundle

    @property
    def entra(self) -> EntraControl:
        """The token service from behind: a client certificate, people's tokens, device codes, managed identities."""
        return self._running.entra

    @property
    def client_certificate(self) -> Path:
        """A PEM file with the connector application's certificate and key; it is there while the sandbox runs."""
        return self._running.entra.certificate

    @property
    def world(self) -> World:
        """Model, rows and organisation; while requests come in, use it through `call`."""
        return self._running.world

    @property
    def exchanges(self) -> list[Exchange]:
        """The latest requests with their answers, secrets masked; the newest last."""
        return self._front.log.exchanges()

    @property
    def faults(self) -> Faults:
        """What goes wrong on order; may be changed at any time."""
        return self._front.faults

    def wait_for_webhooks(self, seconds: float = 10.0) -> bool:
        """Waits until the endpoints of asynchronous webhooks have answered, and their jobs tell how it went.

        Args:
            seconds: How long to wait.

        Returns:
            False where that took longer.
        """
        outbox = self.world.hooks.outbox
        self.call(lambda: send_posts(self.world))
        is_done = outbox.wait(seconds)
        self.call(lambda: send_posts(self.world))
        return is_done

    def name_of(self, exchange: Exchange) -> str:
        """The full name of the user who sent a request; the id that the request names where he is unknown."""
        return self.call(lambda: caller_name(self.world, exchange.caller)) if exchange.caller else ""

    def settings(self, application: Registration = CONNECTOR) -> dict[str, str]:
        """The connection form, filled in.

        The connector signs in over HTTPS only: where the sandbox speaks plain HTTP, the form holds a ready token.

        Args:
            application: Whose client id and secret.
        """
        if self._http:
            return {**self._form("Bearer"), "token": self.token(application)}
        sign_in = {**self._form("OAuth"), "flows": "Client Credentials", **self.credentials(application)}
        return {**sign_in, "ca_bundle": str(self.ca_bundle)}

    def credentials(self, application: Registration = CONNECTOR) -> dict[str, str]:
        """What a client needs to get tokens by itself.

        Args:
            application: Whose client id and secret.
        """
        return {
            "token_url": f"{self.url}/{self.world.organization.tenant_id}/oauth2/v2.0/token",
            "client_id": application.client_id,
            "client_secret": application.secret,
            "scopes": f"{self.url}/.default",
        }

    def token(self, application: Registration = CONNECTOR, **claims: Any) -> str:
        """A ready access token.

        Args:
            application: For whom.
            claims: Claims that replace or join the usual ones; one that is None is left out.
        """
        return self._running.tokens.issue(application, self.url, claims)

    def _form(self, authentication: str) -> dict[str, str]:
        return {
            "connection_name": "Sandbox",
            "connector": _CONNECTOR_ID,
            "endpoint_url": self.url,
            "authentication": authentication,
        }

    @property
    def _running(self) -> _Parts:
        if self._parts is None:
            raise RuntimeError("The sandbox is not running: use it in a with block, or start() it.")
        return self._parts

    def _serve(self, stack: ExitStack, store: Store) -> _Parts:
        certificate = None if self._http else Certificate()
        if certificate is not None:
            stack.callback(certificate.remove)
        server = Server(self._port)
        stack.callback(server.stop)
        origins, tenant = Origins(server.port, "http" if self._http else "https"), Organization.tenant_id
        tokens = Tokens(f"{origins.main}/{tenant}/", tenant, origins.resources, self._lifetime)
        gate = Gate(tokens, store, tenant, origins)
        hooks = Hooks(origins.main.partition("://")[2], self._webhook_timeout)
        world = World(kept_model(store), store, gate, hooks=hooks)
        stack.callback(world.turns.close)
        stack.callback(hooks.close)
        give_up(world)
        self._settle(world)
        directory = open_tenant(tenant, tokens, origins, store)
        control = EntraControl(directory, server.call)
        stack.callback(control.remove)
        rooms = {"/api/": create_app(lambda: world), "/Image/": create_pictures(lambda: world)}
        app = routed(rooms, create_entra(directory))
        stale = partial(tokens.issue, CONNECTOR, origins.main, {"exp": 1})
        app = self._front.around(app, world, origins, stale, self._restore_now)
        server.start(app, certificate.context if certificate is not None else None)
        return _Parts(stack.pop_all(), certificate, server, origins, tokens, control, gate, world)

    async def _restore_now(self) -> None:
        await self._running.world.turns.write(self._restore)

    def _restore(self) -> None:
        parts = self._running
        parts.world.model = self._beginning.restore(parts.world.store)
        parts.world.jobs = Jobs()
        parts.world.hooks.outbox.forget()
        parts.world.search.forget()
        self._settle(parts.world)
        parts.gate.forget()
        parts.entra.forget()
        self._front.restore()

    def _settle(self, world: World) -> None:
        """What was asked for in rows of the environment."""
        if self._tracking_days is not None:
            remember_for(world, self._tracking_days)
