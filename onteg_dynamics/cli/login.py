"""`login`: a person signs in with a device code; what an application needs to act for him is printed."""

from __future__ import annotations

from typing import Any

import click

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.guard import telling_errors
from onteg_dynamics.connection import endpoint_origin

__all__ = ["login"]

SAMPLE_CLIENT = "51f81489-12ee-4a9e-aaae-a2591f45987d"  # Microsoft's public client for trying Dataverse out


@click.command(epilog=exits.HELP)
@click.option("--endpoint-url", required=True, metavar="URL", help="Address of the environment.")
@click.option("--token-url", required=True, metavar="URL", help="Token URL of your tenant.")
@click.option("--client-id", default=SAMPLE_CLIENT, show_default=True, help="A public client.")
@click.option("--ca-bundle", metavar="FILE", help="PEM file with the certificate authorities to trust.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole connection form, filled in.")
@telling_errors
def login(endpoint_url: str, token_url: str, client_id: str, ca_bundle: str | None, *, as_json: bool) -> None:
    """Sign in with a browser on any machine, and print a refresh token for Authorization Code.

    The token opens Dynamics in your name: pipe it into the place where secrets are kept.
    """
    answer = _sign_in(endpoint_origin(endpoint_url), token_url, client_id, ca_bundle)
    if not as_json:
        click.echo(answer["refresh_token"])
        return
    form = {
        "connection_name": "Signed in by device code",
        "endpoint_url": endpoint_origin(endpoint_url),
        "authentication": "OAuth",
        "flows": "Authorization Code",
        "token_url": token_url,
        "client_id": client_id,
        "refresh_token": answer["refresh_token"],
    }
    show.print_json(form | ({"ca_bundle": ca_bundle} if ca_bundle else {}))


def _sign_in(endpoint: str, token_url: str, client_id: str, ca_bundle: str | None) -> Any:
    from onteg_dynamics.dataverse.authority import scope_list
    from onteg_dynamics.dataverse.delegated import sign_in_by_device
    from onteg_dynamics.dataverse.transport import NetworkSettings, new_session

    with new_session(NetworkSettings(ca_bundle=ca_bundle)) as session:
        return sign_in_by_device(
            token_url, client_id, scope_list("", endpoint), session=session, show=show.errors.print
        )
