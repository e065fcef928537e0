"""Tokens that a person once agreed to: by a refresh token, and getting one with a device code.

Implements Entra's "OAuth 2.0 authorization code flow" (refreshing the access token) and "device authorization grant".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onteg_dynamics.dataverse.auth import MsalTokens, refusal_of
from onteg_dynamics.dataverse.authority import authority_of
from onteg_dynamics.dataverse.token_http import TokenHttp

if TYPE_CHECKING:
    import requests

__all__ = ["RefreshTokens", "sign_in_by_device"]

_PERMISSION = "user_impersonation"


def delegated_scopes(scopes: Sequence[str]) -> list[str]:
    """Scopes as a person grants them: `scope_list`'s, with the permission in place of everything granted."""
    return [scope.removesuffix(".default") + _PERMISSION if scope.endswith("/.default") else scope for scope in scopes]


class RefreshTokens(MsalTokens):
    """Tokens on behalf of a person, by the refresh token of an earlier sign-in.

    Args:
        token_url: the form's Token URL.
        client_id: the form's Client ID.
        client_secret: the form's Client Secret; "" for a public client.
        refresh_token: from the sign-in. The service may give a newer one with each token; it is kept in memory.
        scopes: what `scope_list` gives.
        session: sends the requests; closed with this.
        timeout: seconds for connecting and for reading.
        timing: clock, sleep and random of `MsalTokens`.

    Raises:
        SettingsError: the Token URL cannot be one.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        scopes: Sequence[str],
        *,
        session: requests.Session,
        timeout: float | tuple[float, float] = (10.0, 60.0),
        **timing: Any,
    ) -> None:
        self._authority = authority_of(token_url)
        self._client_id, self._client_secret = client_id.strip(), client_secret
        self._refresh = [refresh_token]  # the first one and the latest: either may turn up in an answer
        self._scopes = delegated_scopes(scopes)
        super().__init__(TokenHttp(session, self._authority, timeout), **timing)

    def _own_secrets(self) -> Iterable[str]:
        return (self._client_secret, *self._refresh)

    def _acquire(self) -> Mapping[str, Any]:
        app = _application(self._client_id, self._client_secret, self._authority, self._http, self._replies)
        answer = app.acquire_token_by_refresh_token(self._refresh[-1], self._scopes)
        if not isinstance(answer, Mapping):
            return {}
        if isinstance(newer := answer.get("refresh_token"), str) and newer:
            self._refresh = [self._refresh[0], newer]
        return answer


def sign_in_by_device(
    token_url: str,
    client_id: str,
    scopes: Sequence[str],
    *,
    session: requests.Session,
    show: Callable[[str], None],
    timeout: float | tuple[float, float] = (10.0, 60.0),
) -> Mapping[str, Any]:
    """Sign a person in who types a code into a browser, on any machine.

    Args:
        token_url: names the tenant.
        client_id: of a public client.
        scopes: what `scope_list` gives.
        session: sends the requests.
        show: is given the sentence that tells the person what to do.
        timeout: seconds for connecting and for reading.

    Returns:
        The token service's answer: ``access_token``, ``refresh_token``, ``expires_in`` and more.

    Raises:
        SettingsError: the Token URL cannot be one.
        AuthenticationError: the person did not sign in, or may not.
        TransportError: the token service cannot be reached.
    """
    authority = authority_of(token_url)
    http = TokenHttp(session, authority, timeout)
    app = _application(client_id, "", authority, http, {})
    flow = _answered(http, lambda: app.initiate_device_flow(delegated_scopes(scopes)), "user_code")
    show(str(flow["message"]))
    answer: Mapping[str, Any] = _answered(http, lambda: app.acquire_token_by_device_flow(flow), "refresh_token")
    return answer


def _answered(http: TokenHttp, ask: Callable[[], Any], wanted: str) -> Any:
    """The answer if it holds what is wanted, else the error it stands for."""
    http.reset()
    try:
        answer = ask()
        stumbled = ""
    except Exception as exc:  # noqa: BLE001 - msal lets through what an odd answer makes of its code
        answer, stumbled = {}, type(exc).__name__
    if isinstance(answer, Mapping) and answer.get(wanted):
        return answer
    raise refusal_of(answer if isinstance(answer, Mapping) else {}, http, stumbled)


def _application(client_id: str, secret: str, authority: str, http: TokenHttp, replies: dict[str, Any]) -> Any:
    """A new one each time: msal would answer from its cache, and we keep the token."""
    import msal  # type: ignore[import-untyped]

    kind = msal.ConfidentialClientApplication if secret else msal.PublicClientApplication
    return kind(
        client_id,
        client_credential=secret or None,
        authority=authority,
        instance_discovery=False,
        http_client=http,
        http_cache=replies,
    )
