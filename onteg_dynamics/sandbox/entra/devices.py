"""Signing in on another device: the device authorization endpoint, and the page for the code.

Follows "Microsoft identity platform and the OAuth 2.0 device authorization grant flow".
"""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.entra import denials
from onteg_dynamics.sandbox.entra.grant import needed, read_form
from onteg_dynamics.sandbox.entra.ledger import DEVICE_SECONDS, INTERVAL_SECONDS, Device, new_user_code
from onteg_dynamics.sandbox.entra.pages import device_page, done_page
from onteg_dynamics.sandbox.entra.reply import Asked, Reply, read_fields
from onteg_dynamics.sandbox.entra.tenant import Tenant
from onteg_dynamics.sandbox.entra.wish import read_wish

PAGE = "devicelogin"


def begin_device(asked: Asked, tenant: Tenant, name: str) -> dict[str, Any]:
    """The document with a device code and the code for the person.

    Args:
        asked: The request.
        tenant: The sandbox's tenant.
        name: The tenant's name, as the path has it.

    Raises:
        Denial: The request is refused.
    """
    fields = read_form(asked)
    tenant.check(name, shared=True)
    application = tenant.application(needed(fields, "client_id"))
    if not application.is_public:
        raise denials.no_credential()
    wish = read_wish(fields, application, tenant.origins, version=2)
    device = Device(application.client_id, wish, new_user_code())
    page = f"{asked.origin}/{PAGE}"
    return {
        "user_code": device.user_code,
        "device_code": tenant.ledger.devices.put(device),
        "verification_uri": page,
        "expires_in": DEVICE_SECONDS,
        "interval": INTERVAL_SECONDS,
        "message": f"To sign in, use a web browser to open the page {page} and enter the code {device.user_code} to "
        "authenticate.",
    }


def answer_device_page(asked: Asked, tenant: Tenant) -> Reply:
    """The page on which a person types in the code, and what comes of it.

    Args:
        asked: The request.
        tenant: The sandbox's tenant.
    """
    everybody = tenant.people.everybody()
    if asked.method != "POST":
        return Reply.page(device_page(asked.query.get("otc", ""), everybody))
    fields = read_fields((asked.body or b"").decode("utf-8", "replace"))
    code = fields.get("otc", "")
    login = None if fields.get("decline") else fields.get("login", "")
    try:
        answer_device(tenant, code, login)
    except LookupError as error:
        return Reply.page(device_page(code, everybody, str(error)), 400)
    return Reply.page(done_page("You have signed in on your device. You may now close this window."))


def answer_device(tenant: Tenant, user_code: str, login: str | None) -> None:
    """Somebody types in a device's code.

    Args:
        tenant: The sandbox's tenant.
        user_code: The code that the device shows.
        login: The user principal name of who signs in; None declines.

    Raises:
        LookupError: No device waits for that code, or nobody has that name.
    """
    device = tenant.ledger.device(user_code)
    if device is None:
        raise LookupError("That code didn't work. Check the code and try again.")
    if login is None:
        device.declined = True
        return
    person = tenant.people.find(login)
    if person is None:
        raise LookupError(f"Nobody is called {login} here.")
    device.person = person
