"""The bounds of the JSON that callers send, checked in one pass that ends at the first fault.

Every later step (matching, redaction, the SDK's parsing) may walk through the parameters, fold their names or copy them; the
bounds keep each of these cheap, whatever an admitted caller sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from affino_mcp.errors import BadRequest
from affino_mcp.late_pattern import late_pattern

MAX_DEPTH: Final = 64
MAX_NODES: Final = 10_000
"""The most objects, lists, values and names of one message."""
MAX_NAME_BYTES: Final = 128
"""The most bytes of one name, in UTF-8."""


_MARKS: Final = (b",", b"[", b"{")
_TEXT_PATTERN: Final = late_pattern(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def has_too_many_parts(body: bytes, limit: int = MAX_NODES) -> bool:
    """True when a body that is JSON has more parts than a message may have: told without parsing it.

    Commas and opening brackets are counted outside of texts. Every entry of a list or object but the first has a comma, and
    every list or object but the outermost is an entry, so the entries are at least half as many.
    """
    if len(body) <= 2 * limit or sum(body.count(mark) for mark in _MARKS) <= 2 * limit:
        return False
    bare = _TEXT_PATTERN.sub(b"", body)
    return sum(bare.count(mark) for mark in _MARKS) > 2 * limit


def find_excess(params: dict[str, Any], *, may_hold_half_pairs: bool, limit: int = MAX_NODES) -> BadRequest | None:
    """Finds what is out of bounds, or no Unicode, inside the parameters; None when nothing is.

    A text can be no Unicode only when the message holds an escape that may be half of a pair (`may_hold_half_pairs`).
    """
    waiting: list[tuple[tuple[str, ...], Any]] = [((), params)]
    nodes = 0
    while waiting:
        path, value = waiting.pop()
        if len(path) >= MAX_DEPTH:
            return BadRequest("The message is nested too deeply.", rule=f"at most {MAX_DEPTH} levels")
        nodes += len(value)
        if nodes > limit:
            return too_many_parts()
        if fault := _find_bad_name(value) or (_find_bad_text(path, value) if may_hold_half_pairs else None):
            return fault
        waiting += [((*path, name), part) for name, part in _named_parts(value) if isinstance(part, dict | list)]
    return None


def too_many_parts() -> BadRequest:
    """Makes the refusal of a message with too many parts."""
    return BadRequest("The message has too many parts.", rule=f"at most {MAX_NODES} objects, values and names")


def is_unicode(value: Any) -> bool:
    """True for anything but a text with half of a surrogate pair, which can be neither stored nor sent."""
    if not isinstance(value, str) or value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _find_bad_name(value: dict[str, Any] | list[Any]) -> BadRequest | None:
    if isinstance(value, list) or all(len(name) <= MAX_NAME_BYTES // 4 or _is_short(name) for name in value):
        return None
    return BadRequest("A name in the message is too long.", rule=f"at most {MAX_NAME_BYTES} bytes")


def _is_short(name: str) -> bool:
    return len(name) <= MAX_NAME_BYTES and len(name.encode("utf-8", "replace")) <= MAX_NAME_BYTES


def _named_parts(value: dict[str, Any] | list[Any]) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ((str(place), part) for place, part in enumerate(value))


def _find_bad_text(path: tuple[str, ...], value: dict[str, Any] | list[Any]) -> BadRequest | None:
    for name, part in _named_parts(value):
        if not is_unicode(name) or not is_unicode(part):
            where = ".".join((*path, name) if is_unicode(name) else path)
            return BadRequest(f"The text at '{where}' holds characters that are not valid Unicode.", argument=where)
    return None


HALF_PAIR_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape that may be half of a surrogate pair; without one, texts need no check."""
