"""Access tokens for Dataverse: by client credentials through msal, or a ready one.

Implements "Use OAuth authentication with Microsoft Dataverse" and Entra's "client credentials flow". msal is imported
with the first token, since it takes longer to load than all of ours. Its habits that do not suit us are met here: it
uses the network in its constructor, knows no timeout, asks a foreign host about hosts it does not know, answers a
repeated request with the old error, and lets as many threads ask as there are.
"""

from __future__ import annotations

import random as chance
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from onteg_dynamics.dataverse.bearer import ReadyToken, jwt_claims
from onteg_dynamics.dataverse.entra import explain_entra
from onteg_dynamics.dataverse.protocol import Repeat, retry_after
from onteg_dynamics.dataverse.retries import Failure, Fate, RetryPolicy
from onteg_dynamics.dataverse.token_http import Reply, TokenHttp
from onteg_dynamics.dataverse.tokens import SharedToken, Token, TokenProvider
from onteg_dynamics.errors import (
    AuthenticationError,
    ErrorDetails,
    OntegError,
    Problem,
    SettingsError,
    TransportError,
)

if TYPE_CHECKING:
    import requests

__all__ = ["ClientCredentials", "ReadyToken", "Token", "TokenProvider", "authority_of", "jwt_claims", "scope_list"]

_EXAMPLE = "https://login.microsoftonline.com/{tenant-id}/oauth2/v2.0/token"
_SHARED_TENANTS = frozenset({"common", "organizations", "consumers"})
# What may follow the tenant: nothing, the endpoints of both versions, the issuer.
_ENDPOINT = re.compile(r"(?:/v2\.0|/oauth2(?:/v2\.0)?(?:/(?:token|authorize))?)?/?", re.IGNORECASE)
_NOT_FOR_APPLICATIONS = frozenset({"openid", "offline_access", "profile", "email"})
_DEFAULT = "/.default"


def authority_of(token_url: str) -> str:
    """The authority in a Token URL: scheme, host and tenant, such as ``https://login.microsoftonline.com/TENANT``.

    Args:
        token_url: of either version (``/oauth2/v2.0/token``, ``/oauth2/token``), on any host.

    Raises:
        SettingsError: it cannot be the Token URL of one tenant.
    """
    url = token_url.strip()
    parts = _split(url)
    if parts is None:
        raise _token_url_error(f"is not a URL; it looks like {_EXAMPLE}")
    if fault := _host_fault(parts):
        raise _token_url_error(fault)
    tenant, rest = _tenant_and_rest(parts.path)
    if fault := _tenant_fault(tenant) or _rest_fault(rest):
        raise _token_url_error(fault)
    return f"https://{parts.netloc.lower()}/{tenant}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return None if re.search(r"[\s\\\x00-\x1f\x7f]", url) else parts


def _host_fault(parts: SplitResult) -> str:
    if parts.scheme != "https":
        return f"must start with https://, such as {_EXAMPLE}"
    if "@" in parts.netloc:
        return "must not contain a user name or password"
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", parts.hostname or ""):
        return f"has no valid host name; it looks like {_EXAMPLE}"
    if re.search(r"\.dynamics\.(com|cn)$", parts.hostname or "", re.IGNORECASE):
        return f"is the address of the environment, not of the token service; it looks like {_EXAMPLE}"
    return ""


def _tenant_and_rest(path: str) -> tuple[str, str]:
    tenant, slash, rest = path.lstrip("/").partition("/")
    return tenant, slash + rest


def _tenant_fault(tenant: str) -> str:
    if not tenant or tenant.lower() in ("oauth2", "v2.0"):
        return f"names no tenant; it looks like {_EXAMPLE}"
    if tenant.lower() in _SHARED_TENANTS:
        return f"must name your tenant in place of {tenant.lower()}: its ID or a domain name of it"
    if re.search(r"[{}<>]|%7[bd]|%3[ce]", tenant, re.IGNORECASE):
        return "still holds a placeholder; put the Directory (tenant) ID there, without braces"
    if not re.fullmatch(r"\w[\w.-]*", tenant, re.ASCII):
        return "has a tenant that is neither an ID (GUID) nor a domain name"
    return ""


def _rest_fault(rest: str) -> str:
    return "" if _ENDPOINT.fullmatch(rest) else f"is not a token endpoint; it looks like {_EXAMPLE}"


def _token_url_error(message: str) -> SettingsError:
    return SettingsError((Problem("token_url", "Token URL", message),))


def scope_list(scopes: str | Sequence[str], endpoint_url: str) -> list[str]:
    """The scopes to ask for. An application can only ask for all it was granted: ``RESOURCE/.default``.

    Args:
        scopes: a scope, a resource, or several, as a list or a text with blanks or commas between; may be empty.
            What only users have (openid, offline_access, user_impersonation …) is dropped or becomes ``.default``.
        endpoint_url: of the environment; the resource if none is given.

    Returns:
        At least one scope, each once.
    """
    texts = (scopes,) if isinstance(scopes, str) else scopes
    words = [word for text in texts for word in re.split(r"[\s,]+", text) if word]
    resource = endpoint_url.strip().rstrip("/")
    found = [_scope(word, resource) for word in words if word.lower() not in _NOT_FOR_APPLICATIONS]
    return list(dict.fromkeys(found)) or [resource + _DEFAULT]


def _scope(word: str, resource: str) -> str:
    lower, known = word.lower(), resource.lower()
    if lower in (".default", _DEFAULT, "user_impersonation", known, known + "/") or lower.startswith(known + "/api/"):
        return resource + _DEFAULT
    if lower.endswith(_DEFAULT):
        return word
    if lower.endswith("/user_impersonation"):
        return word.rpartition("/")[0] + _DEFAULT
    if re.fullmatch(r"\w+://[^/]+/?|[0-9a-fA-F-]{36}", word):
        return word.rstrip("/") + _DEFAULT
    return word


class ClientCredentials:
    """Tokens for an application by its Client ID and Client Secret, as a `TokenProvider`.

    Nothing is sent before the first token is asked for.

    Args:
        token_url: the form's Token URL.
        client_id: the form's Client ID.
        client_secret: the form's Client Secret.
        scopes: what `scope_list` gives.
        session: sends the requests; closed with this.
        timeout: seconds for connecting and for reading.
        clock: seconds since the epoch.
        sleep: waits between attempts at a token service that is busy.
        random: a number from 0 to 1, for the jitter of these waits.

    Raises:
        SettingsError: the Token URL cannot be one.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        scopes: Sequence[str],
        *,
        session: requests.Session,
        timeout: float | tuple[float, float] = (10.0, 60.0),
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = chance.random,
    ) -> None:
        self._authority = authority_of(token_url)
        self._client_id = client_id.strip()
        self._client_secret = client_secret
        self._scopes = list(scopes)
        self._http = TokenHttp(session, self._authority, timeout)
        self._clock, self._sleep, self._random = clock, sleep, random
        self._replies: dict[str, Any] = {}  # where msal remembers answers; emptied before each request
        self._app: Any = None
        self._shared = SharedToken(self._fetch, clock)

    def token(self) -> Token:
        """See `TokenProvider.token`."""
        return self._shared.token()

    def renew(self, rejected: str) -> Token:
        """See `TokenProvider.renew`."""
        return self._shared.renew(rejected)

    def secrets(self) -> Iterable[str]:
        """The client secret, the token, and the two before it."""
        return (self._client_secret, *self._shared.secrets())

    def close(self) -> None:
        """Forget the token, close the session."""
        self._shared.forget()
        self._http.close()

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
        except Exception as exc:  # noqa: BLE001 - msal lets through what an odd answer makes of its code
            answer, stumbled = {}, type(exc).__name__
        else:
            stumbled = ""
        if isinstance(value := answer.get("access_token"), str) and value:
            return Token(value, _end(answer, asked))
        return self._http.fault or _refusal(answer, self._http.reply, stumbled, self._authority)

    def _acquire(self) -> Mapping[str, Any]:
        if self._app is None:
            import msal  # type: ignore[import-untyped]

            self._app = msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=self._client_secret,
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


def _refusal(answer: Mapping[str, Any], reply: Reply | None, stumbled: str, authority: str) -> OntegError:
    """The error that an answer without a token stands for."""
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
    return AuthenticationError(f"{urlsplit(authority).netloc} {what} (HTTP {reply.status_code}).", details)


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
