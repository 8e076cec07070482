"""Redirect URIs: which a client may have, which one is meant, and what a person and a browser are told about it.

Equal byte for byte (RFC 9700, section 2.1), but for the port of a loopback address (RFC 8252, section 7.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import urlencode, urlsplit

MAX_URI_CHARACTERS: Final = 2000
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_AFTER_HOST: Final = r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
_PORT: Final = r"(?::(?P<port>[1-9][0-9]{0,4}))?"
_HTTPS: Final = re.compile(rf"https://(?P<host>{_LABEL}(?:\.{_LABEL})*){_PORT}(?P<rest>{_AFTER_HOST})")
_LOOPBACK: Final = re.compile(rf"http://(?P<host>127\.0\.0\.1|\[::1\]|localhost){_PORT}(?P<rest>{_AFTER_HOST})")
_PRIVATE: Final = re.compile(
    rf"(?P<scheme>[a-z][a-z0-9+.-]{{1,39}}):(?://)?(?P<host>[A-Za-z0-9._-]*)(?P<rest>{_AFTER_HOST})"
)
_NOT_PRIVATE: Final = frozenset(
    {"http", "https", "javascript", "data", "file", "blob", "about", "ftp", "mailto", "tel", "sms", "ws", "wss",
     "vbscript", "view-source", "filesystem", "intent", "content", "jar"}
)  # fmt: skip
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class RedirectPlace(NamedTuple):
    """Where an answer goes: the host that a person is shown, and whether it is a program on this computer."""

    shown: str
    is_loopback: bool


def is_web_redirect(uri: str) -> bool:
    """True for a redirect URI that every client may have: https, or http on this computer; no fragment or user part."""
    return _is_plain(uri) and _match_web(uri) is not None


def is_private_redirect(uri: str) -> bool:
    """True for a redirect URI of a scheme of a program's own (RFC 8252, section 7.1), as `cursor://`."""
    found = _PRIVATE.fullmatch(uri) if _is_plain(uri) else None
    return found is not None and found["scheme"] not in _NOT_PRIVATE


def allows_redirect(registered: Iterable[str], uri: str) -> bool:
    """True when `uri` is one of the registered ones; on this computer the port alone may differ."""
    known = list(registered)
    if uri in known:
        return True
    asked = _match_web(uri) if _is_plain(uri) else None
    return asked is not None and any(_is_same_but_port(asked, one) for one in known)


def describe_redirect(uri: str) -> RedirectPlace:
    """Gives what a person is told of a redirect URI that a client has."""
    web = _match_web(uri)
    if web is None:
        return RedirectPlace(f"{uri.partition(':')[0]}:", is_loopback=False)
    is_loopback = web.re is _LOOPBACK
    port = f":{web['port']}" if web["port"] and not is_loopback else ""
    return RedirectPlace(f"{web['host']}{port}", is_loopback)


def form_action_source(uri: str) -> str:
    """Gives the source of a Content-Security-Policy that lets a form end at this redirect URI.

    No source may name an IPv6 address (CSP Level 3, section 2.3.1), nor the host of a scheme that is not the web's.
    """
    found = _match_web(uri)
    if found is None or found["host"] == "[::1]":
        return f"{uri.partition(':')[0]}:"
    scheme = uri.partition(":")[0]
    return f"{scheme}://{found['host']}" + (f":{found['port']}" if found["port"] else "")


def with_parameters(uri: str, **parameters: str) -> str:
    """Gives the redirect URI with these parameters added to its query; those without a value are left out."""
    added = urlencode({name: value for name, value in parameters.items() if value})
    return f"{uri}{'&' if urlsplit(uri).query else '' if uri.endswith('?') else '?'}{added}"


def _is_plain(uri: str) -> bool:
    return len(uri) <= MAX_URI_CHARACTERS and not _BROKEN_ESCAPE.search(uri)


def _match_web(uri: str) -> re.Match[str] | None:
    found = _HTTPS.fullmatch(uri) or _LOOPBACK.fullmatch(uri)
    return found if found is None or int(found["port"] or 0) <= 65_535 else None


def _is_same_but_port(asked: re.Match[str], known: str) -> bool:
    found = _LOOPBACK.fullmatch(known) if asked.re is _LOOPBACK else None
    return found is not None and (found["host"], found["rest"]) == (asked["host"], asked["rest"])
