"""The connection form in Airflow's terms, both ways. Imports nothing of Airflow.

Airflow hides a value by the *name* of its field. So names are chosen by one rule: a field is a secret exactly if its
name says so. Implements "Managing Connections" (declarative ``conn-fields``, Airflow 3.2 and later).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from onteg_dynamics.connection import connection_form
from onteg_dynamics.manifest import own_manifest

__all__ = [
    "CONNECTION_TYPE",
    "STANDARD",
    "AirflowConnection",
    "conn_fields",
    "field_name",
    "settings_of",
    "ui_behaviour",
]

CONNECTION_TYPE = "msdynamics365"
STANDARD = {"endpoint_url": "host", "client_id": "login", "client_secret": "password"}
"""Settings that stand in Airflow's own columns; the column ``password`` is encrypted and masked."""

UNUSED = ("schema", "extra")
# The page's Test button refuses a stored connection without a port in Airflow 3.3.1 and 3.3.2 (apache/airflow#73298).
PORT_HINT = "443 (Airflow 3.3.1 and 3.3.2 test no connection without a port)"
DEFAULT_PORTS = {"https": 443, "http": 80}
OWN = ("connection_name", "connector")  # Airflow's Connection ID, and always this connector
# Airflow takes whatever has "token" in its name for a secret; an address or a path that is masked cannot be checked.
RENAMED = {"token_url": "sign_in_url", "federated_token_file": "federated_credential_file"}
# Patterns stay away: a field that shows *** must be accepted when another one is changed.
KEPT = ("type", "enum", "default", "minimum", "maximum", "exclusiveMinimum")


class AirflowConnection(Protocol):
    """What is read of a connection of Airflow's."""

    conn_id: str
    host: str | None
    login: str | None
    password: str | None
    port: int | None

    @property
    def extra_dejson(self) -> Mapping[str, Any]:
        """The fields that have no column of their own."""


def field_name(key: str) -> str:
    """What a setting's field is called in Airflow, where it has no column of its own.

    Args:
        key: of the connection form.
    """
    return RENAMED.get(key, key)


def conn_fields() -> dict[str, dict[str, Any]]:
    """The fields beside Airflow's own columns, each with label, help and JSON Schema, in the form's order."""
    return {field_name(key): _field(schema) for key, schema in _fields() if key not in STANDARD}


def ui_behaviour() -> dict[str, Any]:
    """Which of Airflow's own columns the form shows, under which labels."""
    fields = dict(_fields())
    placeholders = {column: fields[key]["x-onteg-placeholder"] for key, column in STANDARD.items()}
    return {
        "hidden-fields": list(UNUSED),
        "relabeling": {column: fields[key]["title"] for key, column in STANDARD.items()},
        "placeholders": {**placeholders, "port": PORT_HINT},
    }


def settings_of(connection: AirflowConnection) -> dict[str, Any]:
    """The settings that a connection of Airflow's holds, as the connector's own form has them; not yet checked.

    Args:
        connection: from Airflow's database, its environment or a secrets backend.
    """
    extra = connection.extra_dejson
    named = {key: extra.get(field_name(key)) for key, _ in _fields() if key not in STANDARD}
    columns = {"endpoint_url": _endpoint(connection), "client_id": connection.login}
    settings = {**named, **columns, "client_secret": connection.password}
    own = {"connection_name": connection.conn_id, "connector": own_manifest().id}
    return {**own, **{key: value for key, value in settings.items() if value not in (None, "")}}


def _endpoint(connection: AirflowConnection) -> str | None:
    """The Endpoint URL. A connection given as a URI has a host only; a port counts where the URL names none."""
    host, port = connection.host, connection.port
    if not host:
        return host
    try:
        parts = urlsplit(host if "://" in host else f"https://{host}")
    except ValueError:  # the form tells what is wrong with it
        return host
    if port and port != DEFAULT_PORTS.get(parts.scheme) and not re.search(r":\d+$", parts.netloc):
        parts = parts._replace(netloc=f"{parts.netloc}:{port}")
    return parts.geturl()


def _fields() -> Iterable[tuple[str, Mapping[str, Any]]]:
    fields = connection_form().fields
    ordered = sorted(fields, key=lambda key: fields[key]["x-onteg-order"])
    return [(key, fields[key]) for key in ordered if key not in OWN]


def _field(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"label": schema["title"], "description": schema["description"], "schema": _schema(schema)}


def _schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The field's own rules, each field optional: which are needed depends on others, which Airflow cannot say."""
    kept = {keyword: schema[keyword] for keyword in KEPT if keyword in schema}
    kept["type"] = [_kind(schema), "null"]
    if schema.get("writeOnly"):
        kept["format"] = "password"
    return {**kept, "section": schema["x-onteg-group"]}


def _kind(schema: Mapping[str, Any]) -> str:
    kind = str(schema.get("type", "string"))
    return "string" if kind == "array" else kind
