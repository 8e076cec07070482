"""The beginnings of texts, as their readers see them, which searches look through.

A record holds the beginning of a long text that is stored in rows of its own, so that its words are known without a read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.kinds import Kind
from affino_mcp.instance.builtin.engine.document import Document, is_long_text
from affino_mcp.instance.builtin.engine.html_elements import separates_words
from affino_mcp.late_pattern import late_pattern

MAX_START_CHARACTERS: Final = 1000
"""How many characters of a text, as it is seen, searches look through."""
_MOST_MARKUP: Final = 8
"""So many characters of HTML are read for each one that is seen."""
_STARTS: Final = "TextStarts"
"""The attribute of the service that holds the beginnings of long texts, by the names of their fields."""
_TAG: Final = late_pattern(r"</?([A-Za-z][A-Za-z0-9]*)[^<>]*(?:>|$)")


def read_start(kind: Kind, text: str) -> str:
    """The first 1,000 characters of a text as it is seen, without a last word that is cut."""
    seen = _read_html(text[: MAX_START_CHARACTERS * _MOST_MARKUP]) if kind.html else text
    if len(seen) <= MAX_START_CHARACTERS:
        return seen
    start = seen[: MAX_START_CHARACTERS + 1]
    return start[:MAX_START_CHARACTERS] if start.isalnum() else re.sub(r"\S*\Z", "", start)


def _read_html(html: str) -> str:
    """The text between the tags of stored HTML: blocks, cells and line breaks separate words, formatting does not."""
    from html import unescape  # noqa: PLC0415 (its table of names takes 1 ms of a start)

    return unescape(_TAG.sub(lambda tag: " " if separates_words(tag[1].lower()) else "", html))


def with_start(document: Document, name: str, text: str) -> Document:
    """The document with the beginning of its long text `name`."""
    start = read_start(document.record.writable[name].kind, text)
    return replace(document, system={**document.system, _STARTS: {**_starts(document), name: start}})


def start_of(document: Document, name: str) -> str:
    """The beginning of one of the record's texts; "" when it has none."""
    value, field = document.values.get(name), document.record.writable[name]
    if is_long_text(value):
        return str(_starts(document).get(name, ""))
    return read_start(field.kind, str(value)) if value else ""


def lacks_start(document: Document) -> list[str]:
    """The names of the long texts that Search looks through and whose beginnings the record does not hold."""
    long = [name for name in document.record.search if is_long_text(document.values.get(name))]
    return [name for name in long if name not in _starts(document)]


def _starts(document: Document) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document.system.get(_STARTS, {})
    return found
