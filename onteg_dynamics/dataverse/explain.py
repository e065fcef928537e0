"""What a refusal means and what to do about it, in plain words: of the Web API, of the network, of a wrong host.

Pure, and tables before code. Implements "Web service error codes" and "Service protection API limits" of the Dataverse
guide. Refusals of the token service are in `explain_entra`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from onteg_dynamics.dataverse.entra import Refusal, explain_entra

__all__ = ["Refusal", "explain_dataverse", "explain_entra", "explain_network", "looks_foreign"]

_USERS = "Power Platform admin center > Environments > Settings > Users + permissions > Application users"
_SLOWER = (
    "Wait as long as the service asks, lower Concurrency, and use larger pages or bulk actions instead of row by row."
)
_TYPES = "Describe Table lists the columns with their types and limits."

# Keyed by the code in lower case. Codes of one cause share one sentence.
_DATAVERSE: Mapping[str, str] = {
    # who you are
    "0x8005f101": "The access token has expired; get a new one.",
    "0x80072560": f"The environment does not know this application. Add it as an application user ({_USERS} > New app "
    "user), choosing the app of this Client ID, and give it a security role. Check that the Endpoint URL is the right "
    "environment's.",
    "0x80042f09": f"The application user has no security role. Give it one: {_USERS} > Edit security roles.",
    "0x80040225": f"The user is switched off. Activate it: {_USERS}.",
    "0x80040220": f"Give the application user a security role that covers this: {_USERS} > Edit security roles.",
    "0x80048405": f"Give the application user a security role that covers this: {_USERS} > Edit security roles.",
    "0x8004a113": "The environment is in administration mode. Wait until it is over, or let an administrator end it.",
    # limits
    "0x80072322": f"Too many requests within 5 minutes. {_SLOWER}",
    "0x80072321": f"Too much execution time within 5 minutes. {_SLOWER}",
    "0x80072326": f"Too many requests at the same time. {_SLOWER}",
    "0x80060308": "Search takes one request a second from each user. Wait, then go on.",
    "0x8004e023": "Aggregates work on at most 50,000 rows. Filter more narrowly, or aggregate in parts.",
    "0x8004430d": "A query joins at most 15 tables. Take some away, or read in two steps.",
    # rows
    "0x80040217": "Check the row's id and the table; the row may be deleted, or the application user may not see it.",
    "0x80060891": "No row has these key values. Check them; Upsert Record creates the row where it is missing.",
    "0x80060892": "Another row has this alternate key. Change its values, or use Upsert Record to update that row.",
    "0x80040237": "A row with this id or key exists. Use Update Record or Upsert Record, or leave the id out.",
    "0x80040333": "A duplicate detection rule found a similar row. Update that row, or change the values.",
    "0x80060882": "Somebody changed the row since it was read. Read it again, then write with its new ETag.",
    "0x80060883": "Give the row's ETag, as Get Record returns it.",
    "0x8006088d": "The table does not support optimistic concurrency. Leave the ETag out.",
    "0x80040227": "Other rows depend on this one. Delete or reassign them first, or deactivate the row instead.",
    "0x80040265": "A plug-in or workflow of the environment stopped this, in its own words. Ask its owner.",
    "0x80040224": "A plug-in or workflow of the environment failed. Ask its owner; its trace log tells more.",
    "0x80040216": "Something failed inside the service. If it stays, give Microsoft's support the request id.",
    "0x80044352": "The change tracking cursor has expired. Start again without a cursor: a full synchronisation.",
    "0x80044150": "The database was busy (a deadlock). Try again, with smaller batches or fewer of them at a time.",
    "0x80044151": "The database took too long. Filter on indexed columns, or use fewer columns or smaller batches.",
    "0x80048554": "The row is locked by another job. Try again later.",
    # what was sent
    "0x80048d19": f"A value does not fit its column, or a column does not exist. {_TYPES}",
    "0x80060888": f"A column, option or function in the request is not known or not allowed here. {_TYPES}",
    "0x0": f"A column or option in the request is not known or not allowed here. {_TYPES}",
    "0x8006088a": "The name is not known; case counts. List Tables and Describe Table give the right ones.",
    "0x80040203": f"A value is missing or not allowed. {_TYPES}",
    "0x80044331": f"Shorten the text to the column's longest length. {_TYPES}",
    "0x8004432f": f"Keep the number within the column's range. {_TYPES}",
    "0x80044330": f"Keep the number within the column's range. {_TYPES}",
    "0x80048408": "This status reason does not belong to this status. Describe Table lists the pairs that do.",
    "0x80041102": f"The FetchXML names a table, column or operator that does not exist. {_TYPES}",
    "0x80041103": f"The FetchXML names a column that the table does not have. {_TYPES}",
    "0x80048d0b": "Elastic tables cannot be joined. Read the other table in a step of its own.",
    "0x80040800": "This table does not support the operation.",
    "0x80040315": "This table does not support the operation.",
    "0x80040219": "The service does not offer this operation.",
    "0x80060897": "Only an alternate key whose index failed can be reactivated.",
    # files and images
    "0x80044a02": "The file is larger than the column allows.",
    "0x80090487": "Only the primary image can be given when a row is created. Create the row, then set this image.",
    "0x80072553": "The image cannot be processed. It must be a GIF, JPEG, PNG, BMP or TIFF of at most 30 MB.",
    "0x80090017": "This environment takes files only whole, not in parts. Send a smaller file.",
}

# Where the code tells nothing.
_STATUS: Mapping[int, str] = {
    400: f"The service could not make sense of the request. {_TYPES}",
    403: f"The application user may not do this. Give it a security role that covers it: {_USERS}.",
    404: "Check the Endpoint URL, the names of table and columns, and the row's id.",
    405: "This table or address does not support the operation.",
    408: "The service took too long. Try again, with a narrower filter or a smaller batch.",
    412: "The row is not in the state that the request asks for. Read it again, then decide.",
    413: "Too much at once. Send fewer rows, or a smaller file.",
    414: "The query is too long. Shorten the filter, or use FetchXML.",
    429: f"The service asks for a pause. {_SLOWER}",
    501: "The service does not offer this operation.",
}
_UNAVAILABLE = (
    "The service is not available at the moment. Try again later; Microsoft 365 admin center shows its health."
)


def explain_dataverse(status: int, code: str, message: str, challenge: str | None) -> str | None:
    """What to do about an error answer of the Web API. Implements "Web service error codes".

    Args:
        status: HTTP status, 400 and up.
        code: the body's error code (``0x80040217``), "" for none.
        message: the body's message.
        challenge: the ``WWW-Authenticate`` header of a 401.

    Returns:
        One or more sentences, None where there is nothing to say beyond the message.
    """
    key = code.lower()
    if missing := _missing_right(message):
        return missing
    if key in _DATAVERSE and key != "0x0":
        return _DATAVERSE[key]
    if status == 401:
        return _unauthorized(challenge or "")
    if status == 400 and key in _DATAVERSE:
        return _DATAVERSE[key]
    return _STATUS.get(status) or (_UNAVAILABLE if status >= 500 else None)


_PRIVILEGE = re.compile(r"\bmissing (prv\w{1,100}) privilege\b(?:.{0,300}?\bentity '(\w{1,100})')?", re.DOTALL)
_ACCESS = re.compile(r"\bdoes not have (\w{1,50}?)Access right")


def _missing_right(message: str) -> str:
    """The right that a refusal names, and where to give it; "" if it names none."""
    if found := _PRIVILEGE.search(message):
        on = f" (table {found[2]})" if found[2] else ""
        return f"Add the privilege {found[1]}{on} to a security role of the application user: {_USERS}."
    if found := _ACCESS.search(message):
        return (
            f"The application user may not {found[1].lower()} this very row. Share or assign the row to it, or give "
            "its security role a wider access level (Business Unit, Organization)."
        )
    return ""


# Values of this header are not quoted, and a comma may follow: RFC 9110's own grammar does not fit.
_RESOURCE = re.compile(r"resource_id=\"?(https://[\w.:-]{1,253})")
_TENANT = re.compile(r"authorization_uri=\"?https://[\w.:-]{1,253}/([\w.-]{1,100})/")


def _unauthorized(challenge: str) -> str:
    resource, tenant = _RESOURCE.search(challenge), _TENANT.search(challenge)
    wanted = f" for {resource[1]}" if resource else " for the Endpoint URL"
    of = f" by the tenant {tenant[1]}" if tenant else ""
    return (
        f"The service does not accept the token. It wants one issued{wanted}{of}: compare Scopes and Token URL. "
        "A token given ready-made (Bearer) may have expired or be for another environment."
    )


def looks_foreign(status: int, content_type: str) -> str:
    """What to do when a host answers with a web page where data should be.

    Args:
        status: HTTP status of the page.
        content_type: its ``Content-Type``.
    """
    kind = content_type.partition(";")[0].strip() or "unknown"
    return (
        f"Check the Endpoint URL: it must be the environment's own address, such as https://yourorg.crm.dynamics.com, "
        "not make.powerapps.com, a portal or a sign-in page. Power Apps shows it under Settings > Developer resources "
        f"> Web API endpoint. A proxy may also have answered in its place (HTTP {status}, {kind})."
    )


@dataclass(frozen=True)
class _Fault:
    """A way to reach no answer: the exceptions that tell it, and what to say. `{host}` is filled in."""

    names: frozenset[str]
    message: str
    fix: str
    retryable: bool = True
    says: str = ""  # a pattern that one of the exceptions' texts must hold


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CERTIFICATE = _names("SSLCertVerificationError CertificateError")
_PROXY = "Check the Proxy setting, or HTTPS_PROXY in the environment; NO_PROXY lists hosts to reach without it."

# The first that fits counts, so what wraps others (a proxy's refusal) and what is narrower stands first.
_FAULTS = (
    _Fault(
        _names("ProxyError"),
        "The proxy asks for a user name and password.",
        "Give them in the Proxy setting: http://user:password@host:port.",
        retryable=False,
        says=r"failed: 407|407 Proxy",
    ),
    _Fault(_names("ProxyError"), "The proxy does not let the request to {host} through.", _PROXY),
    _Fault(_names("InvalidProxyURL ProxySchemeUnknown"), "The proxy's address is not a URL.", _PROXY, retryable=False),
    _Fault(
        _CERTIFICATE,
        "The certificate of {host} is for another host name.",
        "Check the host's name in the {field}; a company's proxy may stand in between.",
        retryable=False,
        says=r"(?i)hostname mismatch|doesn't match|not valid for",
    ),
    _Fault(
        _CERTIFICATE,
        "The certificate of {host} has expired or is not valid yet.",
        "Check this machine's clock; otherwise the host's owner must renew the certificate.",
        retryable=False,
        says=r"(?i)has expired|not yet valid",
    ),
    _Fault(
        _CERTIFICATE,
        "The certificate of {host} is not trusted.",
        "If it comes from a company's proxy or a sandbox, give the PEM file of its certificate authority as CA Bundle.",
        retryable=False,
    ),
    _Fault(
        _names("OSError"),
        "The CA bundle cannot be read.",
        "CA Bundle (or REQUESTS_CA_BUNDLE in the environment) must name a PEM file on this machine.",
        retryable=False,
        says=r"CA certificate bundle|invalid path",
    ),
    _Fault(
        _names("SSLEOFError SSLZeroReturnError"),
        "{host} closed the connection before it had answered.",
        "Try again; if it stays, check the port in the {field}, and that the host speaks HTTPS.",
    ),
    _Fault(
        _names("SSLError"),
        "No TLS connection to {host} came about.",
        "Check the port in the {field}, that the host speaks HTTPS, and that CA Bundle is a PEM file of certificates.",
        retryable=False,
    ),
    _Fault(
        _names("gaierror NameResolutionError"),
        "The host {host} could not be looked up just now.",
        "Try again; if it stays, check this machine's network and DNS.",
        says=r"(?i)temporary failure|EAI_AGAIN|try again",
    ),
    _Fault(
        _names("gaierror NameResolutionError"),
        "There is no host {host}.",
        "Check the spelling of the {field}, and this machine's network and DNS.",
        retryable=False,
    ),
    _Fault(
        _names("ConnectTimeout ConnectTimeoutError"),
        "No connection to {host} within the time allowed.",
        "Check the network and firewall; a longer Connect Timeout helps with slow lines.",
    ),
    _Fault(
        _names("ReadTimeout ReadTimeoutError TimeoutError timeout"),
        "{host} did not answer within the time allowed.",
        "Ask for less at once, or give a longer Read Timeout.",
    ),
    _Fault(
        _names("ConnectionRefusedError"),
        "{host} refuses the connection.",
        "Check host and port in the {field}; the service may be down, or a firewall in between.",
    ),
    _Fault(
        _names("OSError"),
        "There is no way to {host} from here.",
        "Check this machine's network, VPN and routes.",
        says=r"(?i)unreachable|no route",
    ),
    _Fault(
        _names("ConnectionResetError ConnectionAbortedError BrokenPipeError RemoteDisconnected"),
        "{host} closed the connection before it had answered.",
        "Try again; if it stays, a firewall or proxy in between may cut connections.",
    ),
    _Fault(
        _names("IncompleteRead ChunkedEncodingError ProtocolError InvalidChunkLength"),
        "The answer of {host} broke off.",
        "Try again; if it stays, ask for smaller pages.",
    ),
    _Fault(
        _names("DecodeError ContentDecodingError"),
        "The answer of {host} is damaged: it cannot be unpacked.",
        "Try again; if it stays, a proxy in between may alter answers.",
    ),
    _Fault(
        _names("InvalidURL InvalidSchema MissingSchema LocationParseError InvalidHeader"),
        "The request cannot be sent to {host} as it is.",
        "Check the {field}.",
        retryable=False,
    ),
)
_ANY_FAULT = _Fault(frozenset(), "The connection to {host} failed.", "Try again; if it stays, check the network.")


def explain_network(exc: Exception, origin: str, field: str = "Endpoint URL") -> tuple[str, str, bool]:
    """What a failed exchange means. Nothing of the exception's own text is passed on: it may hold a URL or a password.

    Args:
        exc: of requests, urllib3, ssl or the operating system; what it wraps is looked at too.
        origin: the URL that could not be reached.
        field: label of the form's field that the origin comes from.

    Returns:
        The sentence, what to do about it, and whether the same request may succeed later.
    """
    chain = tuple(_chain(exc))
    names = {type(link).__name__ for link in chain}  # not their bases: urllib3 derives refusals from timeouts
    texts = "\n".join(str(link) for link in chain)
    fault = next((each for each in _FAULTS if each.names & names and re.search(each.says, texts)), _ANY_FAULT)
    host = urlsplit(origin).netloc.rpartition("@")[2] or "the host"
    return fault.message.format(host=host), fault.fix.format(field=field), fault.retryable


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """`exc` and every exception inside it: its causes, and those that requests and urllib3 put in arguments."""
    seen: set[int] = set()
    waiting: list[object] = [exc]
    while waiting and len(seen) < 50:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
