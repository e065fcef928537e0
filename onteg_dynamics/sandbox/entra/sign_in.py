"""The authorization endpoint: a person signs in, and an application gets a code for it.

Follows "Microsoft identity platform and OAuth 2.0 authorization code flow". There are no passwords: whoever sits at
this machine may be anybody. A ``login_hint`` that names a person of the environment is a sign-in without a page.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from onteg_dynamics.sandbox.entra import denials, sign_in_denials
from onteg_dynamics.sandbox.entra.denials import Denial
from onteg_dynamics.sandbox.entra.directory import Registration
from onteg_dynamics.sandbox.entra.grant import client_info, needed
from onteg_dynamics.sandbox.entra.ledger import Code, SignIn
from onteg_dynamics.sandbox.entra.pages import error_page, form_page, sign_in_page
from onteg_dynamics.sandbox.entra.people import Person
from onteg_dynamics.sandbox.entra.reply import Asked, Reply, read_fields
from onteg_dynamics.sandbox.entra.tenant import Tenant
from onteg_dynamics.sandbox.entra.wish import read_wish

_MODES = {"query": "?", "fragment": "#", "form_post": ""}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CHALLENGE = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def answer_authorize(asked: Asked, tenant: Tenant, name: str, version: int) -> Reply:
    """The page on which a person signs in, or the way back to the application.

    Args:
        asked: The request.
        tenant: The sandbox's tenant.
        name: The tenant's name, as the path has it.
        version: Which generation of endpoints, 1 or 2.
    """
    fields = _fields(asked)
    try:
        tenant.check(name, shared=True)
        application = tenant.application(needed(fields, "client_id"))
        redirect = _redirect(fields, application, asked.origin)
    except Denial as denial:  # nobody knows yet where it is safe to send the person
        return Reply.page(error_page(f"AADSTS{denial.code}: {denial.text}"), denial.status)
    try:
        return _signed_in(asked, fields, tenant, application, redirect, version)
    except Denial as denial:
        told = {"error": denial.error, "error_description": f"AADSTS{denial.code}: {denial.text}"}
        return _back(redirect, fields, {**told, "error_uri": f"{asked.origin}/error?code={denial.code}"})


def _signed_in(
    asked: Asked, fields: Mapping[str, str], tenant: Tenant, application: Registration, redirect: str, version: int
) -> Reply:
    _check(fields)
    wish = read_wish(fields, application, tenant.origins, version=version)
    person = tenant.people.find(fields.get("login_hint", ""))
    if person is None:
        if fields.get("prompt") == "none":
            raise sign_in_denials.nobody_signed_in()
        return Reply.page(sign_in_page(asked.path, fields, application, tenant.people.everybody()))
    sign_in = SignIn(application.client_id, person, wish, fields.get("nonce", ""))
    method = fields.get("code_challenge_method", "plain")
    code = tenant.ledger.codes.put(Code(sign_in, redirect, fields.get("code_challenge", ""), method))
    return _back(redirect, fields, {"code": code, **_about(person, fields, tenant), "session_state": str(uuid.uuid4())})


def _fields(asked: Asked) -> dict[str, str]:
    """The request's fields, in the query or in a posted form."""
    if asked.method != "POST":
        return dict(asked.query)
    return {**asked.query, **read_fields((asked.body or b"").decode("utf-8", "replace"))}


def _redirect(fields: Mapping[str, str], application: Registration, origin: str) -> str:
    """The reply address: any on this machine, and the one that Microsoft keeps for native clients."""
    uri = needed(fields, "redirect_uri")
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        raise sign_in_denials.wrong_redirect(uri, application.client_id) from None
    is_local = parts.scheme in {"http", "https"} and host in _LOOPBACK and not parts.fragment
    if not is_local and uri != f"{origin}/common/oauth2/nativeclient":
        raise sign_in_denials.wrong_redirect(uri, application.client_id)
    return uri


def _check(fields: Mapping[str, str]) -> None:
    kind, mode = needed(fields, "response_type"), fields.get("response_mode", "query")
    if kind != "code":
        raise sign_in_denials.unsupported_response_type(kind)
    if mode not in _MODES:
        raise sign_in_denials.unsupported_response_mode(mode)
    challenge, method = fields.get("code_challenge", ""), fields.get("code_challenge_method", "plain")
    if method not in {"plain", "S256"} or (challenge and not _CHALLENGE.fullmatch(challenge)):
        raise sign_in_denials.bad_challenge()
    if fields.get("prompt", "login") not in {"login", "none", "consent", "select_account", "create"}:
        raise denials.malformed_scope(f"prompt={fields['prompt']}")


def _about(person: Person, fields: Mapping[str, str], tenant: Tenant) -> dict[str, str]:
    wanted = fields.get("client_info") == "1"
    return {"client_info": client_info(person.object_id, tenant.id)} if wanted else {}


def _back(redirect: str, fields: Mapping[str, str], told: Mapping[str, str]) -> Reply:
    """The way back to the application, with what it is told."""
    state = {"state": fields["state"]} if fields.get("state") else {}
    mode = fields.get("response_mode", "query")
    if mode == "form_post":
        return Reply.page(form_page(redirect, {**told, **state}))
    mark = _MODES.get(mode, "?")
    mark = "&" if mark == "?" and "?" in redirect else mark
    return Reply.redirect(f"{redirect}{mark}{urlencode({**told, **state})}")
