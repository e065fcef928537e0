"""Credentials that the sandbox hands out, for programs that do not run in its process."""

from __future__ import annotations

from onteg_dynamics.sandbox.entra.assertions import federated_token
from onteg_dynamics.sandbox.entra.certificate import client_certificate
from onteg_dynamics.sandbox.entra.directory import CONNECTOR, EXCHANGE_AUDIENCE
from onteg_dynamics.sandbox.entra.reply import Asked, Reply
from onteg_dynamics.sandbox.entra.tenant import Tenant

HANDED_OUT = "/_sandbox/entra/"


def hand_out(name: str, asked: Asked, tenant: Tenant) -> Reply | None:
    """A credential as the content of a file, or None where there is none of that name.

    Args:
        name: ``client.pem`` (the connector application's certificate and key) or ``federated-token``.
        asked: The request; its query may name another ``subject`` or ``audience`` for the token.
        tenant: The sandbox's tenant.
    """
    if f"{tenant.origins.scheme}://{asked.headers.get('host', '').lower()}" not in tenant.origins.all:
        return None  # a page of another site that has made its name point here gets nothing
    if name == "client.pem":
        return Reply.text(client_certificate().pem.decode())
    if name != "federated-token":
        return None
    subject = asked.query.get("subject", CONNECTOR.subject)
    audience = asked.query.get("audience", EXCHANGE_AUDIENCE)
    return Reply.text(federated_token(tenant.trusted_issuer, subject, audience, tenant.tokens.clock()))
