"""What of a call a row of the API Log may hold: no secrets, no long texts, at most half a row of arguments.

A value is withheld when its name is that of a secret, at any depth; in a text that contains a secret in a known form
(`password: ...`, `Bearer ...`, a signed token, an AWS key, a key with its secret and token in one) only the secret is
withheld. Files and long texts become their length, SHA-256 and beginning, so that an operator can recognise what was sent
although the log does not hold it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from affino_mcp.compact_json import to_json_bytes
from affino_mcp.text import fold

WITHHELD_TEXT: Final = "[withheld]"
"""The text that replaces a secret."""

MAX_ARGUMENTS_BYTES: Final = 4000
"""The most bytes for the arguments of one row."""

_TEXT_CHARACTERS: Final = (200, 60, 20)
_UNKNOWN_TEXT_CHARACTERS: Final = 40
_MAX_NAME_CHARACTERS: Final = 60
_MAX_ARGUMENTS: Final = 60
_MAX_ENTRIES: Final = 20
_MAX_DEPTH: Final = 5
_SCRUBBED_CHARACTERS: Final = 1000
_MAX_NUMBER: Final = 10**37

_SECRET_NAME_PATTERN: Final = re.compile(
    "password|passwd|passphrase|passcode|pwd|secret|token|apikey|accesskey|privatekey|authorization|bearer|credential"
    "|cookie|sessionid|sessionkey"
)
_SECRET_TEXT_PATTERN: Final = re.compile(
    r"(?:\b(?:password|passwd|passphrase|pwd|secret|token|api[ _-]?key|authorization|credentials?)\b"
    r"[\"']?\s?(?:[:=]|\bis\b)\s?[\"']?(?:bearer |basic )?\S+)"
    r"|(?:\bbearer +\S{8,})"
    r"|(?:\beyJ[\w-]+\.[\w-]+\.[\w-]*)"
    r"|(?:\b(?:AKIA|ASIA)[A-Z0-9]{12,})"
    r"|(?:\baff[acort]_[0-9a-f]{64}\b)"
    r"|(?:\b[0-9a-z]{8,64}\.[0-9a-z]{32,128}\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)",
    re.IGNORECASE,
)


def redact_arguments(
    arguments: Mapping[str, Any], allowed: Iterable[str] | None = None, known: Iterable[str] = ()
) -> dict[str, Any]:
    """Gives the redacted arguments, in JSON values that a row can hold (no floats, no lone surrogates).

    `allowed` are the method's own argument names (any case and underscores); values under other names are truncated to
    fewer characters. `known` are secrets of this call, withheld wherever they occur.
    """
    names = None if allowed is None else _canonical_names(tuple(allowed))
    secrets = [secret for secret in known if secret]
    for length in _TEXT_CHARACTERS:
        kept = {
            _redact_name(name, secrets): _redact_value(
                name, value, _text_limit(name, names, length), _MAX_DEPTH, secrets
            )
            for name, value in list(arguments.items())[:_MAX_ARGUMENTS]
        }
        if json_bytes(kept) <= MAX_ARGUMENTS_BYTES:
            return kept
    return {"(too much)": {"names": [_redact_name(name, secrets)[:20] for name in list(arguments)[:_MAX_ARGUMENTS]]}}


def redact_value(name: str, value: Any, length: int, known: Iterable[str] = ()) -> Any:
    """Gives one value, redacted under the same rules; a longer text becomes its digest, length and beginning."""
    return _redact_value(name, value, length, _MAX_DEPTH, [secret for secret in known if secret])


def redact_name(name: str, known: Iterable[str] = ()) -> str:
    """Gives the name of a value, redacted."""
    return _redact_name(name, [secret for secret in known if secret])


def is_digest(value: Any) -> bool:
    """True if a redacted value is the length and digest of a text that was too long."""
    return isinstance(value, dict) and {"length", "sha256"} <= value.keys()


def json_bytes(document: Any) -> int:
    """Gives the bytes of a document as compact JSON in UTF-8: an upper bound of its size in a row."""
    return len(to_json_bytes(document))


def storable_text(text: str) -> str:
    """Gives the text with the characters that a row cannot hold replaced by `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def digest_text(text: str) -> dict[str, Any]:
    """Gives the length of a text and the SHA-256 of its UTF-8 form."""
    return {"length": len(text), "sha256": hashlib.sha256(storable_text(text).encode()).hexdigest()}


def _canonical_name(name: str) -> str:
    """The form in which names are compared; those of the catalogue, which a call asks for three times each, are kept."""
    return (_fold_name if len(name) <= _MAX_NAME_CHARACTERS else _fold_name.__wrapped__)(name)


@lru_cache(maxsize=1024)
def _fold_name(name: str) -> str:
    return "".join(letter for letter in fold(name) if letter.isalnum())


@lru_cache(maxsize=512)
def _canonical_names(own: tuple[str, ...]) -> frozenset[str]:
    """The names of one method's arguments; the methods and their arguments are always the same."""
    return frozenset(map(_canonical_name, own))


def _is_secret_name(name: Any) -> bool:
    return isinstance(name, str) and _SECRET_NAME_PATTERN.search(_canonical_name(name)) is not None


def _text_limit(name: str, allowed: frozenset[str] | None, length: int) -> int:
    return length if allowed is None or _canonical_name(name) in allowed else min(length, _UNKNOWN_TEXT_CHARACTERS)


def _redact_name(name: Any, secrets: list[str]) -> str:
    return _scrub_secrets(str(name), secrets)[:_MAX_NAME_CHARACTERS] or "(no name)"


def _scrub_secrets(text: str, secrets: list[str]) -> str:
    start = text[:_SCRUBBED_CHARACTERS]
    for secret in secrets:
        start = start.replace(secret, WITHHELD_TEXT)
    if len(text) > _SCRUBBED_CHARACTERS and secrets:
        start = start[: -max(map(len, secrets))]  # the window may have cut a secret in two
    return _SECRET_TEXT_PATTERN.sub(WITHHELD_TEXT, storable_text(start))


def _redact_value(name: Any, value: Any, length: int, depth: int, secrets: list[str]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _is_secret_name(name):
        return WITHHELD_TEXT
    match value:
        case str():
            return _redact_text(name, value, length, secrets)
        case int():
            return value if abs(value) < _MAX_NUMBER else "(a huge number)"
        case dict() | list() | tuple():
            return _redact_container(name, value, length, depth, secrets) if depth else "(more inside)"
    return repr(value) if isinstance(value, float) else f"({type(value).__name__})"


def _redact_container(name: Any, value: Any, length: int, depth: int, secrets: list[str]) -> Any:
    if isinstance(value, dict):
        return _redact_entries(value, length, depth, secrets)
    kept = [_redact_value(name, part, length, depth - 1, secrets) for part in value[:_MAX_ENTRIES]]
    return kept + ([f"(and {len(value) - _MAX_ENTRIES} more)"] if len(value) > _MAX_ENTRIES else [])


def _redact_entries(value: dict[Any, Any], length: int, depth: int, secrets: list[str]) -> dict[str, Any]:
    """Redacts a dictionary; `{"name": "password", "value": ...}` is withheld like `{"password": ...}`."""
    labelled = any(
        _is_secret_name(part) for name, part in value.items() if _canonical_name(str(name)) in ("name", "key", "field")
    )
    return {
        _redact_name(name, secrets): WITHHELD_TEXT
        if labelled and _canonical_name(str(name)) == "value"
        else _redact_value(name, part, length, depth - 1, secrets)
        for name, part in list(value.items())[:_MAX_ENTRIES]
    }


def _redact_text(name: Any, text: str, length: int, secrets: list[str]) -> Any:
    if _canonical_name(str(name)).endswith("base64"):
        return digest_text(text)
    start = _scrub_secrets(text, secrets)
    if len(text) <= length:
        return start[: length + len(WITHHELD_TEXT)]
    return digest_text(text) | {"start": start[:length]}


def truncate_value(value: Any, text: int, entries: int) -> Any:
    """Gives a value of a row with texts of at most `text` characters and lists of at most `entries`."""
    match value:
        case str():
            return storable_text(value[:text])
        case None | bool() | int():
            return value
        case dict():
            return {
                truncate_text(name, text): _flatten_value(part, text) for name, part in list(value.items())[:entries]
            }
        case list() | tuple():
            return [truncate_value(part, text, entries) for part in value[:entries]]
    return truncate_text(value, text)


def _flatten_value(value: Any, text: int) -> Any:
    return value if isinstance(value, int | None) else truncate_text(value, text)


def truncate_text(value: Any, text: int) -> str:
    """Gives the first `text` characters of a value as a text that a row can hold."""
    return storable_text(str(value)[:text])
