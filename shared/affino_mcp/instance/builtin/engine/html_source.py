"""Reads an HTML text before it is given to a parser: its bounds, its parts, and a form in which no parser loses words."""

from __future__ import annotations

from collections import Counter
from typing import Final

from affino_mcp.characters import tidy_text
from affino_mcp.instance.builtin.engine.html_anchors import Anchors, read_anchors, remove_prefix
from affino_mcp.instance.builtin.engine.html_bounds import Nesting, require_few_tags
from affino_mcp.instance.builtin.engine.html_elements import TABLE_PARTS, separates_words
from affino_mcp.instance.builtin.engine.html_report import Part
from affino_mcp.instance.builtin.engine.html_tokens import (
    AMBIGUOUS,
    RAW_TEXT,
    Token,
    TokenKind,
    decode_value,
    read_tokens,
)
from affino_mcp.tidied_text import ForbiddenCharacters
from affino_mcp.value_class import value_class

_NEVER_COUNTED: Final = "rel"
"""An attribute that sanitising sets itself, whatever was given."""
_TABLE_STEPS: Final = {("table", TokenKind.START): 1, ("table", TokenKind.END): -1}
_NOTHING: Final = "<!---->"
"""Takes the place of a tag: what stood on both sides of it does not become a tag."""


@value_class
class HtmlSource:
    """A text as it was read: what it can lose, its form for the parser, its anchors, and comments that held words."""

    parts: Counter[Part]
    plain: str
    anchors: Anchors
    hidden: tuple[str, ...]


def read_source(text: str, kept_tags: frozenset[str]) -> HtmlSource:
    """Reads a text of which these tags are kept. Raises HtmlTooComplex for a text beyond the bounds.

    In `plain` no element is left that parsers read by other rules, no sign that is a part of a sentence, and where a tag
    that separates words will go there is a blank.
    """
    require_few_tags(text)
    nesting, tokens, kept, end, tables = Nesting(), list[Token](), list[str](), 0, 0
    for token in read_tokens(text):
        nesting.add(token)
        tokens.append(token)
        tables = max(0, tables + _TABLE_STEPS.get((token.name, token.kind), 0))
        instead = _replacement(token, kept_tags, in_table=tables > 0)
        if instead is not None:
            kept += [text[end : token.start], instead]
            end = token.end
    hidden = tuple(text[token.start : token.end] for token in tokens if _hides_words(text, token))
    return HtmlSource(count_parts(tokens), "".join(kept) + text[end:], read_anchors(tokens), hidden)


def _replacement(token: Token, kept_tags: frozenset[str], *, in_table: bool) -> str | None:
    """What the parser gets instead of a token; None for the token itself."""
    if token.kind is TokenKind.BARE:
        return "&lt;"
    is_stray = token.name in TABLE_PARTS and not in_table
    separates = separates_words(token.name) and (is_stray or token.name not in kept_tags)
    if token.name in AMBIGUOUS or separates:
        return f" {_NOTHING}" if separates else _NOTHING
    return None


def _hides_words(text: str, token: Token) -> bool:
    """True for a comment or a script that is none by its look, or has no end: words of a sentence may be in it."""
    endless = token.name in RAW_TEXT and token.end == len(text)
    return endless or (token.kind is TokenKind.COMMENT and not text.startswith("-->", token.end - 3))


def remove_tags(html: str) -> str:
    """The text without its tags, for a parser; a blank stands for those that separate words."""
    kept, end = list[str](), 0
    for token in read_tokens(html):
        kept += [html[end : token.start], f" {_NOTHING}" if separates_words(token.name) else _NOTHING]
        end = token.end
    return "".join(kept) + html[end:]


def count_parts(tokens: list[Token]) -> Counter[Part]:
    """What can be lost of a text, with its number: tags, attributes with their values, comments."""
    return Counter(part for token in tokens for part in _parts_of(token))


def _parts_of(token: Token) -> list[Part]:
    """What can be lost of a token: its tag and each attribute with its value, in a form that cleaning does not change."""
    if token.kind in (TokenKind.END, TokenKind.BARE):
        return []
    given = ((name, _comparable(name, value)) for name, value in token.attributes if name != _NEVER_COUNTED)
    return [(token.name, token.kind.name), *((token.name, name, value) for name, value in given)]


def _comparable(name: str, value: str) -> str:
    decoded = decode_value(value).replace("\r\n", "\n").replace("\r", "\n")
    try:
        tidied = tidy_text(decoded, lines=True).text
    except ForbiddenCharacters:
        return decoded
    return remove_prefix(name, tidied)
