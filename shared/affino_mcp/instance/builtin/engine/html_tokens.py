"""Reads the tags and comments of an HTML text in one linear pass, as the tokenizer of the HTML standard does (13.2.5).

Only its data state is followed, which is all there is for texts without the elements of `AMBIGUOUS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Final

from affino_mcp.instance.builtin.engine.html_bare_signs import BareSigns
from affino_mcp.late_pattern import late_pattern
from affino_mcp.value_class import value_class

RAW_TEXT: Final = frozenset({"script", "style"})
"""Elements whose content is removed with them, unread."""
AMBIGUOUS: Final = RAW_TEXT | frozenset(
    ["iframe", "math", "noembed", "noframes", "noscript", "plaintext", "svg", "textarea", "title", "xmp"]
)
"""Elements behind which the standard reads a text by other rules than in the data state."""

_NAME: Final = late_pattern(r"[a-zA-Z][^ \t\r\n/>]*")
_BETWEEN: Final = late_pattern(r"[ \t\r\n/]*")
_ATTRIBUTE: Final = late_pattern(r"([^ \t\r\n/>][^ \t\r\n/>=]*)(?:[ \t\r\n]*(=)[ \t\r\n]*)?")
_UNQUOTED: Final = late_pattern(r"[^ \t\r\n>]*")
_COMMENT_END: Final = late_pattern(r"--!?>")
_REFERENCE: Final = late_pattern(r"&(?:#(?:[0-9]+|[xX][0-9a-fA-F]+);?|[a-zA-Z][a-zA-Z0-9]*[;=]?)")
_ZEROS: Final = late_pattern(r"(?<=[#xX])0+(?=[0-9a-fA-F])")
_MAX_DIGITS: Final = 8
"""Digits of a numeric reference that are read; every number with more is beyond Unicode."""


MAX_ATTRIBUTES: Final = 256
"""How many attributes a tag may have; reading one stops beyond that."""


class TokenKind(Enum):
    """What a token is; BARE is a `<` that is text, though a parser would take it for the beginning of a tag."""

    START, END, COMMENT, BARE = range(4)


_FOREIGN_STEPS: Final = {
    (name, kind): step for name in ("svg", "math") for kind, step in ((TokenKind.START, 1), (TokenKind.END, -1))
}
"""By how much a tag changes the number of open SVG and MathML elements."""


@value_class
class Token:
    """A tag, a comment or a bare sign from `start` to `end`; names are in lower case, values as they are written."""

    kind: TokenKind
    start: int
    end: int
    name: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


def read_tokens(text: str) -> Iterator[Token]:
    """Yields the tags, comments and bare signs of a text in order; the content of RAW_TEXT elements belongs to their tag.

    Whoever gives the text to a parser escapes the bare signs first.
    """
    place, foreign, signs = text.find("<"), 0, BareSigns(text)
    while place >= 0:
        is_bare = not foreign and signs.is_bare(place)
        token = _bare_sign(place) if is_bare else _read_token(text, place)
        if token is not None:
            foreign = max(0, foreign + _FOREIGN_STEPS.get((token.name, token.kind), 0))
            token = _with_content(text, token, in_foreign=foreign > 0)
            yield token
        place = text.find("<", token.end if token else place + 1)


def _bare_sign(place: int) -> Token:
    return Token(TokenKind.BARE, place, place + 1)


def _read_token(text: str, start: int) -> Token | None:
    """The token that begins with this `<`; None when the `<` is text."""
    following = text[start + 1 : start + 2]
    if following in {"!", "?"}:
        return Token(TokenKind.COMMENT, start, _find_comment_end(text, start))
    if following != "/":
        name = _NAME.match(text, start + 1)
        return _read_tag(text, start, name, TokenKind.START) if name else None
    name = _NAME.match(text, start + 2)
    if name:
        return _read_tag(text, start, name, TokenKind.END)
    is_text = text[start + 2 : start + 3] in ("", ">")
    return _bare_sign(start) if is_text else Token(TokenKind.COMMENT, start, _find_end(text, ">", start))


def _find_end(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _find_comment_end(text: str, start: int) -> int:
    if not text.startswith("<!--", start) or text.startswith((">", "->"), start + 4):
        return _find_end(text, ">", start)
    found = _COMMENT_END.search(text, start + 4)
    return found.end() if found else len(text)


def _read_tag(text: str, start: int, name: re.Match[str], kind: TokenKind) -> Token:
    word, attributes = name[0].lower(), list[tuple[str, str]]()
    place = _end_of(_BETWEEN, text, name.end())
    while place < len(text) and text[place] != ">":
        read = _read_attribute(text, place)
        if read is None:
            return _bare_sign(start)
        attribute, value, place = read
        attributes.append((attribute, value))
        if len(attributes) > MAX_ATTRIBUTES:
            break
        place = _end_of(_BETWEEN, text, place)
    if place >= len(text) and len(attributes) <= MAX_ATTRIBUTES:
        return _bare_sign(start)
    return Token(kind, start, place + 1, word, tuple(attributes))


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _read_attribute(text: str, place: int) -> tuple[str, str, int] | None:
    """The attribute's name, its value and where it ends; None when its quotation mark is never closed."""
    found = _ATTRIBUTE.match(text, place)
    assert found is not None
    begin, name = found.end(), found[1].lower()
    if not found[2]:
        return name, "", len(found[1]) + place
    mark = text[begin : begin + 1]
    if mark not in ("'", '"'):
        end = _end_of(_UNQUOTED, text, begin)
        return name, text[begin:end], end
    closing = text.find(mark, begin + 1)
    return None if closing < 0 else (name, text[begin + 1 : closing], closing + 1)


def _with_content(text: str, token: Token, *, in_foreign: bool) -> Token:
    """The token with the content that is removed with it, which ends at its end tag; in SVG and MathML, at any tag."""
    if token.kind is not TokenKind.START or token.name not in RAW_TEXT:
        return token
    end_tag = re.compile("<" if in_foreign else rf"</{token.name}(?=[ \t\r\n/>])", re.IGNORECASE)
    found = end_tag.search(text, token.end)
    return replace(token, end=found.start() if found else len(text))


def decode_value(value: str) -> str:
    """An attribute's value with its character references read, by the rules of the standard for values."""
    return _REFERENCE.sub(_decode_reference, value) if "&" in value else value


def _decode_reference(found: re.Match[str]) -> str:
    from html import entities, unescape  # noqa: PLC0415 (its table of names takes 1 ms of a start)

    written = found[0]
    if written.startswith("&#"):
        number = _ZEROS.sub("", written).rstrip(";")
        return unescape(number[: _MAX_DIGITS + 3] + ";")
    return unescape(written) if not written.endswith("=") and written[1:] in entities.html5 else written
