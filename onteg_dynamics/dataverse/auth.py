"""Access tokens for Dataverse through msal, in every way that needs no person: shared by threads, renewed in time.

Implements "Use OAuth authentication with Microsoft Dataverse" and Entra's "client credentials flow". msal is imported
with the first token, since it takes longer to load than all of ours. Its habits that do not suit us are met here: it
uses the network in its constructor, knows no timeout, asks a foreign host about hosts it does not know, answers a
repeated request with the old error, and lets as many threads ask as there are.
"""

from __future__ import annotations

import random as chance
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onteg_dynamics.dataverse.authority import authority_of, scope_list
from onteg_dynamics.dataverse.bearer import ReadyToken, jwt_claims
from onteg_dynamics.dataverse.credentials import ClientSecret, Credential
from onteg_dynamics.dataverse.entra import explain_entra
from onteg_dynamics.dataverse.protocol import Repeat, retry_after
from onteg_dynamics.dataverse.retries import Failure, Fate, RetryPolicy
from onteg_dynamics.dataverse.token_http import Reply, TokenHttp
from onteg_dynamics.dataverse.tokens import SharedToken, Token, TokenProvider
from onteg_dynamics.errors import AuthenticationError, ErrorDetails, OntegError, TransportError

if TYPE_CHECKING:
    import requests

__all__ = [
    "ClientCredentials",
    "MsalTokens",
    "ReadyToken",
    "Token",
    "TokenProvider",
    "authority_of",
    "jwt_claims",
    "refusal_of",
    "scope_list",
]


class MsalTokens(ABC):
    """Tokens that msal gets, as a `TokenProvider`. Nothing is sent before the first token is asked for.

    Args:
        http: msal's way to the network; closed with this.
        clock: seconds since the epoch.
        sleep: waits between attempts at a token service that is busy.
        random: a number from 0 to 1, for the jitter of these waits.
    """

    def __init__(
        self,
        http: TokenHttp,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = chance.random,
    ) -> None:
        self._http = http
        self._clock, self._sleep, self._random = clock, sleep, random
        self._replies: dict[str, Any] = {}  # where msal remembers answers; emptied before each request
        self._shared = SharedToken(self._fetch, clock)

    def token(self) -> Token:
        """See `TokenProvider.token`."""
        return self._shared.token()

    def renew(self, rejected: str) -> Token:
        """See `TokenProvider.renew`."""
        return self._shared.renew(rejected)

    def secrets(self) -> Iterable[str]:
        """The credential's secrets, the token, and the two before it."""
        return (*self._own_secrets(), *self._shared.secrets())

    def close(self) -> None:
        """Forget the token, close the session."""
        self._shared.forget()
        self._http.close()

    @abstractmethod
    def _acquire(self) -> Mapping[str, Any]:
        """What msal answers to one request for a token."""

    def _own_secrets(self) -> Iterable[str]:
        """What the credential holds."""
        return ()

    def _fetch(self) -> Token:
        """A new token, after a few attempts if the service is busy. Only one thread at a time is in here."""
        policy, waited, tried = RetryPolicy(attempts=3, budget=20.0), 0.0, 0
        while True:
            outcome = self._ask()
            if isinstance(outcome, Token):
                return outcome
            tried += 1
            pause = policy.pause(_failure(outcome), Repeat.ALWAYS, tried, waited, self._random)
            if pause is None or tried >= policy.attempts:
                raise outcome
            waited += pause
            self._sleep(pause)

    def _ask(self) -> Token | OntegError:
        asked = self._clock()
        self._replies.clear()
        self._http.reset()
        try:
            answer = self._acquire()
        except OntegError as exc:  # of ours: there is no credential to ask with
            return exc
        except Exception as exc:  # noqa: BLE001 - msal lets through what an odd answer makes of its code
            answer, stumbled = {}, type(exc).__name__
        else:
            stumbled = ""
        if isinstance(value := answer.get("access_token"), str) and value:
            return Token(value, _end(answer, asked))
        return refusal_of(answer, self._http, stumbled)


class ClientCredentials(MsalTokens):
    """Tokens for an application by its Client ID and a credential.

    Args:
        token_url: the form's Token URL.
        client_id: the form's Client ID.
        credential: a client secret, or what `credentials` has.
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
        credential: str | Credential,
        scopes: Sequence[str],
        *,
        session: requests.Session,
        timeout: float | tuple[float, float] = (10.0, 60.0),
        **timing: Any,
    ) -> None:
        self._authority = authority_of(token_url)
        self._client_id = client_id.strip()
        self._credential = ClientSecret(credential) if isinstance(credential, str) else credential
        self._scopes = list(scopes)
        self._app: Any = None
        super().__init__(TokenHttp(session, self._authority, timeout), **timing)

    def _own_secrets(self) -> Iterable[str]:
        return self._credential.secrets()

    def _acquire(self) -> Mapping[str, Any]:
        if self._app is None:
            import msal  # type: ignore[import-untyped]

            self._app = msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=self._credential.for_msal(),
                authority=self._authority,
                instance_discovery=False,
                http_client=self._http,
                http_cache=self._replies,
            )
        self._app.remove_tokens_for_client()  # we keep the token; msal must ask
        answer = self._app.acquire_token_for_client(self._scopes)
        return answer if isinstance(answer, Mapping) else {}


def _end(answer: Mapping[str, Any], asked: float) -> float | None:
    """When the token of `answer` ends. Counted from before the request, which errs on the safe side."""
    seconds = answer.get("expires_in")
    if isinstance(seconds, (int, str)) and re.fullmatch(r"\d{1,9}", str(seconds)):
        return asked + int(seconds)
    return None


def _failure(error: OntegError) -> Failure:
    if isinstance(error, TransportError) and error.details.retryable:
        return Failure(Fate.UNSENT)
    return Failure(Fate.REFUSED, error.details.status, error.details.retry_after)


def refusal_of(answer: Mapping[str, Any], http: TokenHttp, stumbled: str = "") -> OntegError:
    """The error that an answer without a token stands for.

    Args:
        answer: what msal made of it.
        http: what came over the network.
        stumbled: the name of the exception that msal let through.
    """
    reply, host = http.reply, http.host
    if http.fault is not None:
        return http.fault
    if reply is None:
        return AuthenticationError(f"msal could not ask for a token ({stumbled or 'no request was sent'}).")
    error = answer if answer.get("error") else reply.json()
    if error.get("error"):
        return _explained(error, reply)
    details = ErrorDetails(
        fix="Try again in a minute." if reply.busy else "Check the host and the tenant in the Token URL.",
        status=reply.status_code,
        retryable=reply.busy,
        retry_after=retry_after(reply.headers, now=None),
    )
    what = "is busy or down" if reply.busy else "does not answer like a token service"
    return AuthenticationError(f"{host} {what} (HTTP {reply.status_code}).", details)


def _explained(error: Mapping[str, Any], reply: Reply) -> AuthenticationError:
    refusal = explain_entra(error)
    trace = str(error.get("trace_id") or "")
    details = ErrorDetails(
        fix=refusal.fix,
        code=refusal.code,
        status=reply.status_code,
        request_id=trace if re.fullmatch(r"[\w-]{1,64}", trace) else reply.headers.get("x-ms-request-id"),
        retryable=refusal.retryable or reply.busy,
        retry_after=retry_after(reply.headers, now=None),
    )
    return AuthenticationError(refusal.message, details)
