"""Client ID Metadata Documents: a client whose id is the URL of a document that says who it is.

Source: draft-ietf-oauth-client-id-metadata-document; the names in the document are those of RFC 7591, section 2. The document
proves that whoever runs its host speaks for the client. What else it says, the client says of itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from affino_mcp.gate.grants.redirect_uris import is_web_redirect

MAX_URL_CHARACTERS: Final = 2000
MAX_NAME_CHARACTERS: Final = 100
MAX_REDIRECT_URIS: Final = 20
MIN_KEPT_SECONDS: Final = 5 * 60
MAX_KEPT_SECONDS: Final = 24 * 3600
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TOP_LABEL: Final = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
_URL: Final = re.compile(
    rf"https://(?P<host>(?:{_LABEL}\.)+{_TOP_LABEL})(?::443)?(?P<path>(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{{2}})*)+)"
)
_MAX_HOST_CHARACTERS: Final = 253
_MAX_AGE: Final = re.compile(r"(?:^|,)\s*max-age=\"?([0-9]{1,9})\"?\s*(?:,|$)", re.IGNORECASE)
_SECONDS: Final = re.compile(r"[0-9]{1,9}")
_NOT_KEPT: Final = re.compile(r"(?:^|,)\s*no-(?:store|cache)\b", re.IGNORECASE)


class DocumentPlace(NamedTuple):
    """Where a client's document is: its host, which proves the client, and its path."""

    host: str
    path: str


class ClientDocument(NamedTuple):
    """What a client's document says: its name, made fit to be shown, and its redirect URIs."""

    name: str
    redirect_uris: tuple[str, ...]


class DocumentRefused(Exception):
    """The document is not one of this client; `reason` is one of the words of this module, for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def find_document_place(client_id: str) -> DocumentPlace | None:
    """Gives where the document of this client is; None for a client id that is no URL of a document.

    https; a host name in lower case that is no address; a path other than `/` without `.` and `..`; no user, query, fragment
    or port but 443.
    """
    found = _URL.fullmatch(client_id) if len(client_id) <= MAX_URL_CHARACTERS else None
    if found is None or found["path"] == "/" or len(found["host"]) > _MAX_HOST_CHARACTERS:
        return None
    if any(unquote(segment) in {".", ".."} for segment in found["path"].split("/")):
        return None
    return DocumentPlace(found["host"], found["path"])


def read_document(client_id: str, content: bytes) -> ClientDocument:
    """Reads the document of a client. Raises DocumentRefused."""
    document = _parse_object(content)
    if document.get("client_id") != client_id:
        raise DocumentRefused("other_client")
    if document.get("token_endpoint_auth_method", "none") != "none":
        raise DocumentRefused("method_not_supported")
    grants = document.get("grant_types", ["authorization_code"])
    if not isinstance(grants, list) or "authorization_code" not in grants:
        raise DocumentRefused("grant_not_supported")
    return ClientDocument(_read_name(document), _read_redirect_uris(document))


def kept_seconds(cache_headers: Mapping[str, str], at: datetime) -> int:
    """Gives for how many seconds a document may be kept, by the headers that it came with (RFC 9111, section 4.2)."""
    control = cache_headers.get("cache-control", "")
    if _NOT_KEPT.search(control):
        return MIN_KEPT_SECONDS
    lifetime = _MAX_AGE.search(control)
    seconds = int(lifetime[1]) if lifetime else _seconds_to_expiry(cache_headers.get("expires", ""), at)
    age = _SECONDS.fullmatch(cache_headers.get("age", ""))
    return min(max(seconds - (int(age[0]) if age else 0), MIN_KEPT_SECONDS), MAX_KEPT_SECONDS)


def _seconds_to_expiry(expires: str, at: datetime) -> int:
    try:
        return int((parsedate_to_datetime(expires) - at).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a zone
        return 0


def shown_name(name: str) -> str:
    """Gives a client's name as a person may see it: on one line, without what cannot be seen or turns the direction."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS].strip()


def _parse_object(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_unique_members)
    except (ValueError, RecursionError) as error:
        raise DocumentRefused("not_json") from error
    if not isinstance(document, dict):
        raise DocumentRefused("not_json")
    return document


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these members. Raises ValueError when it says something twice."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError
    return dict(pairs)


def _read_name(document: Mapping[str, Any]) -> str:
    name = document.get("client_name")
    shown = shown_name(name) if isinstance(name, str) else ""
    if not shown:
        raise DocumentRefused("no_name")
    return shown


def _read_redirect_uris(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The redirect URIs that a client with a document may have; others that it lists are left out."""
    given = document.get("redirect_uris")
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_REDIRECT_URIS:
        raise DocumentRefused("no_redirect")
    usable = [uri for uri in given if isinstance(uri, str) and is_web_redirect(uri)]
    if not usable:
        raise DocumentRefused("no_redirect")
    return tuple(dict.fromkeys(usable))
