"""What may be uploaded: sizes, extensions and types, as columns and the organisation say.

Follows "Files and images overview" (block certain types of files) and the size limits of its sister pages.
"""

from __future__ import annotations

from mimetypes import MimeTypes
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.world import World

CHUNK = 4 * 1024 * 1024
UNKNOWN = "application/octet-stream"
BLOCKED = (
    "ade;adp;app;asa;ashx;asmx;asp;bas;bat;cdx;cer;chm;class;cmd;com;config;cpl;crt;csh;dll;exe;fxp;hlp;hta;htr;htw;ida;"
    "idc;idq;inf;ins;isp;its;jar;js;jse;ksh;lnk;mad;maf;mag;mam;maq;mar;mas;mat;mau;mav;maw;mda;mdb;mde;mdt;mdw;mdz;msc;"
    "msh;msh1;msh1xml;msh2;msh2xml;mshxml;msi;msp;mst;ops;pcd;pif;prf;prg;printer;pst;reg;rem;scf;scr;sct;shb;shs;shtm;"
    "shtml;soap;stm;tmp;url;vb;vbe;vbs;vsmacros;vss;vst;vsw;ws;wsc;wsf;wsh;svg"
)
_UPLOAD = 5_242_880
_KILO = 1024
_DEFAULT_KB = {"File": 32_768, "Image": 10_240}
_NOT_IN_NAMES = frozenset('\\/:*?"<>|')
_TYPES = MimeTypes(filenames=())


def mime_type_of(name: str, told: str | None = None) -> str:
    """The type of a file: what the client says, or what the ending of its name tells."""
    told = (told or "").partition(";")[0].strip().lower()
    return told if told and told != UNKNOWN else _TYPES.guess_type(name)[0] or UNKNOWN


def check_name(world: World, name: str) -> None:
    """Refuses names that no file can have, and blocked extensions."""
    if not name.strip() or any(letter in _NOT_IN_NAMES or letter < " " for letter in name):
        raise refusals.bad_file_name()
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    blocked = _setting(world, "blockedattachments", BLOCKED)
    if ending and ending in {word.strip().lower() for word in blocked.split(";")}:
        raise refusals.extension_blocked()


def check_mime_type(world: World, mime_type: str) -> None:
    """Refuses types that the organisation blocks, or does not allow; where some are allowed, none is blocked."""
    allowed, blocked = (_words(world, name) for name in ("allowedmimetypes", "blockedmimetypes"))
    if allowed and mime_type.lower() not in allowed:
        raise refusals.mime_type_not_allowed(mime_type)
    if not allowed and mime_type.lower() in blocked:
        raise refusals.mime_type_blocked(mime_type)


def check_column_size(column: Column, size: int) -> None:
    """Refuses a file that is bigger than its column allows."""
    limit = (column.max_size_kb or _DEFAULT_KB[column.type]) * _KILO
    if size > limit:
        raise refusals.image_too_big(limit, size) if column.type == "Image" else refusals.file_too_big()


def check_body_size(world: World, encoded: int) -> None:
    """Refuses a note's or attachment's file that is bigger, in Base64, than the organisation allows."""
    if encoded > int(_setting(world, "maxuploadfilesize", _UPLOAD)):
        raise refusals.file_too_big()


def _words(world: World, name: str) -> set[str]:
    text = _setting(world, name, "").replace(",", ";")
    return {word.strip().lower() for word in text.split(";") if word.strip()}


def _setting(world: World, name: str, default: Any) -> Any:
    """A column of the organisation; its default where the environment has no such row."""
    rows = world.store.select("organization", {}, [name], limit=1)
    if rows and rows[0][name] is not None:
        return rows[0][name]
    return "" if rows and isinstance(default, str) else default
