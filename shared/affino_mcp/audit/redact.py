"""Redacts arguments for the API Log: no secrets, no long texts, at most half a row.

A value is withheld when its name is that of a secret, at any depth; in a text that contains a secret in a known form
(`password: ...`, `Bearer ...`, a signed token, an AWS key) only the secret is withheld. Files and long texts become
their length, SHA-256 and beginning, so that an operator can recognise what was sent although the log does not hold it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from affino_mcp.text import fold

WITHHELD: Final = "[withheld]"
"""The text that replaces a secret."""

BUDGET: Final = 4000
"""The most bytes for the arguments of one row."""

_LENGTHS: Final = (200, 60, 20)
_UNKNOWN: Final = 40
_NAME: Final = 60
_ARGUMENTS: Final = 60
_ENTRIES: Final = 20
_DEPTH: Final = 5
_WINDOW: Final = 1000
_LARGEST: Final = 10**37

_SECRET_NAME: Final = re.compile(
    "password|passwd|passphrase|passcode|pwd|secret|token|apikey|accesskey|privatekey|authorization|bearer|credential"
    "|cookie|sessionid|sessionkey"
)
_SECRET_TEXT: Final = re.compile(
    r"(?:\b(?:password|passwd|passphrase|pwd|secret|token|api[ _-]?key|authorization|credentials?)\b"
    r"[\"']?\s?(?:[:=]|\bis\b)\s?[\"']?(?:bearer |basic )?\S+)"
    r"|(?:\bbearer +\S{8,})"
    r"|(?:\beyJ[\w-]+\.[\w-]+\.[\w-]*)"
    r"|(?:\b(?:AKIA|ASIA)[A-Z0-9]{12,})",
    re.IGNORECASE,
)


def redact(
    arguments: Mapping[str, Any], allowed: Iterable[str] | None = None, known: Iterable[str] = ()
) -> dict[str, Any]:
    """Gives the redacted arguments, in JSON values that a row can hold (no floats, no lone surrogates).

    `allowed` are the method's own argument names (any case and underscores); values under other names are truncated to
    fewer characters. `known` are secrets of this call, withheld wherever they occur.
    """
    names = None if allowed is None else {_canonical(name) for name in allowed}
    secrets = [secret for secret in known if secret]
    for length in _LENGTHS:
        kept = {
            _name(name, secrets): _value(name, value, _room(name, names, length), _DEPTH, secrets)
            for name, value in list(arguments.items())[:_ARGUMENTS]
        }
        if weight(kept) <= BUDGET:
            return kept
    return {"(too much)": {"names": [_name(name, secrets)[:20] for name in list(arguments)[:_ARGUMENTS]]}}


def brief(name: str, value: Any, length: int, known: Iterable[str] = ()) -> Any:
    """Gives one value, redacted under the same rules; a longer text becomes its digest, length and beginning."""
    return _value(name, value, length, _DEPTH, [secret for secret in known if secret])


def title(name: str, known: Iterable[str] = ()) -> str:
    """Gives the name of a value, redacted."""
    return _name(name, [secret for secret in known if secret])


def digested(value: Any) -> bool:
    """True if a redacted value is the length and digest of a text that was too long."""
    return isinstance(value, dict) and {"length", "sha256"} <= value.keys()


def weight(document: Any) -> int:
    """Gives the bytes of a document as compact JSON in UTF-8: an upper bound of its size in a row."""
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def plain(text: str) -> str:
    """Gives the text with the characters that a row cannot hold replaced by `?`."""
    return text.encode("utf-8", "replace").decode()


def digest(text: str) -> dict[str, Any]:
    """Gives the length of a text and the SHA-256 of its UTF-8 form."""
    return {"length": len(text), "sha256": hashlib.sha256(plain(text).encode()).hexdigest()}


def _canonical(name: str) -> str:
    return "".join(letter for letter in fold(name) if letter.isalnum())


def _secret(name: Any) -> bool:
    return isinstance(name, str) and _SECRET_NAME.search(_canonical(name)) is not None


def _room(name: str, allowed: set[str] | None, length: int) -> int:
    return length if allowed is None or _canonical(name) in allowed else min(length, _UNKNOWN)


def _name(name: Any, secrets: list[str]) -> str:
    return _scrubbed(str(name), secrets)[:_NAME] or "(no name)"


def _scrubbed(text: str, secrets: list[str]) -> str:
    start = text[:_WINDOW]
    for secret in secrets:
        start = start.replace(secret, WITHHELD)
    if len(text) > _WINDOW and secrets:
        start = start[: -max(map(len, secrets))]  # the window may have cut a secret in two
    return _SECRET_TEXT.sub(WITHHELD, plain(start))


def _value(name: Any, value: Any, length: int, depth: int, secrets: list[str]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _secret(name):
        return WITHHELD
    match value:
        case str():
            return _text(name, value, length, secrets)
        case int():
            return value if abs(value) < _LARGEST else "(a huge number)"
        case dict() | list() | tuple():
            return _inside(name, value, length, depth, secrets) if depth else "(more inside)"
    return repr(value) if isinstance(value, float) else f"({type(value).__name__})"


def _inside(name: Any, value: Any, length: int, depth: int, secrets: list[str]) -> Any:
    if isinstance(value, dict):
        return _entries(value, length, depth, secrets)
    kept = [_value(name, part, length, depth - 1, secrets) for part in value[:_ENTRIES]]
    return kept + ([f"(and {len(value) - _ENTRIES} more)"] if len(value) > _ENTRIES else [])


def _entries(value: dict[Any, Any], length: int, depth: int, secrets: list[str]) -> dict[str, Any]:
    """Redacts a dictionary; `{"name": "password", "value": ...}` is withheld like `{"password": ...}`."""
    labelled = any(_secret(part) for name, part in value.items() if _canonical(str(name)) in ("name", "key", "field"))
    return {
        _name(name, secrets): WITHHELD
        if labelled and _canonical(str(name)) == "value"
        else _value(name, part, length, depth - 1, secrets)
        for name, part in list(value.items())[:_ENTRIES]
    }


def _text(name: Any, text: str, length: int, secrets: list[str]) -> Any:
    if _canonical(str(name)).endswith("base64"):
        return digest(text)
    start = _scrubbed(text, secrets)
    if len(text) <= length:
        return start[: length + len(WITHHELD)]
    return digest(text) | {"start": start[:length]}
