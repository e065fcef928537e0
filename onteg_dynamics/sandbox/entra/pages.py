"""The few pages that people see: who are you, type in the code, that went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from onteg_dynamics.sandbox.entra.directory import Registration
from onteg_dynamics.sandbox.entra.people import Person

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:12vh auto;padding:0 1rem;color:#1b1b1b}"
    "button,input{font:inherit;padding:.6rem .8rem;border:1px solid #8a8886;border-radius:4px;background:#fff}"
    "button{display:block;width:100%;margin:.4rem 0;text-align:left;cursor:pointer}"
    "button:hover,button:focus{background:#eff6fc}input{width:100%;box-sizing:border-box}small{color:#605e5c}"
)


def sign_in_page(
    path: str, fields: Mapping[str, str], application: Registration, people: Iterable[Person], failed: str = ""
) -> str:
    """A page with a button for each person.

    Args:
        path: The authorization endpoint.
        fields: The request; it is sent again, with the person's name.
        application: What the person signs in to.
        people: Who there is.
        failed: What to say of the attempt before, or empty.
    """
    given = {name: value for name, value in fields.items() if name not in {"login_hint", "prompt"}}
    hint = fields.get("login_hint", "")
    said = failed or (f"There is no {hint} here." if hint else "")
    body = f"{_note(said)}<p>Sign in to <b>{escape(application.name)}</b> as</p>{_buttons(people, 'login_hint')}"
    return _page("Sign in", f'<form method="get" action="{escape(path)}">{_hidden(given)}{body}</form>')


def device_page(code: str, people: Iterable[Person], failed: str = "") -> str:
    """A page for the code that a device shows.

    Args:
        code: The code, where it is known already.
        people: Who there is.
        failed: What to say of the attempt before, or empty.
    """
    box = f'<label>Code <input name="otc" required autofocus value="{escape(code)}"></label>'
    answers = f'{_buttons(people, "login")}<button name="decline" value="1">Cancel: this was not me</button>'
    return _page("Enter code", f'<form method="post">{_note(failed)}{box}<p>Sign in as</p>{answers}</form>')


def done_page(text: str) -> str:
    """A page that says that all is done."""
    return _page("Done", f"<p>{escape(text)}</p>")


def error_page(text: str) -> str:
    """A page that says why it did not work."""
    return _page("Sorry, but we are having trouble signing you in.", f"<p>{escape(text)}</p>")


def form_page(address: str, fields: Mapping[str, str]) -> str:
    """A page that posts a form by itself, as ``response_mode=form_post`` wants it."""
    button = '<noscript><button type="submit">Continue</button></noscript>'
    form = f'<form method="post" action="{escape(address)}">{_hidden(fields)}{button}</form>'
    return _page("Working …", f"{form}<script>document.forms[0].submit()</script>")


def _buttons(people: Iterable[Person], name: str) -> str:
    shown = (
        f'<button name="{name}" value="{escape(person.login)}">{escape(person.name)}'
        f"<br><small>{escape(person.login)}</small></button>"
        for person in people
    )
    return "".join(shown) or "<p>Nobody has an account in this environment.</p>"


def _hidden(fields: Mapping[str, str]) -> str:
    pairs = ((escape(name), escape(value)) for name, value in fields.items())
    return "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in pairs)


def _note(text: str) -> str:
    return f'<p role="alert"><b>{escape(text)}</b></p>' if text else ""


def _page(title: str, body: str) -> str:
    about = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head = f"{about}<title>{title}</title><style>{_STYLE}</style>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{title}</h1>{body}</body></html>'
