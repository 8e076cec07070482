"""Bounds of an HTML text, counted from its tags before any parser builds a tree of it.

What a parser builds can be far larger than the text: a formatting element that is not closed is opened again in every
block that follows (the HTML standard, 13.2.4.3), and trees are walked by their depth.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.instance.builtin.engine.html_tokens import MAX_ATTRIBUTES, Token, TokenKind

MAX_TAGS: Final = 20_000
"""How many `<` an HTML text may hold."""
MAX_NESTING: Final = 256
"""How many elements may be open at one place."""
MAX_REOPENED: Final = 200_000
"""How many formatting elements may have to be opened again, at most, over the whole text."""

_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_FORMATTING: Final = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_CELLS: Final = frozenset({"td", "th"})
_ROWS: Final = _CELLS | {"tr"}
_GROUPS: Final = _ROWS | {"tbody", "thead", "tfoot", "caption", "colgroup"}
_CLOSED_BY_START: Final[dict[str, frozenset[str]]] = {
    "li": frozenset({"p", "li"}),
    "dt": frozenset({"p", "dt", "dd"}),
    "dd": frozenset({"p", "dt", "dd"}),
    "td": _CELLS | {"p"},
    "th": _CELLS | {"p"},
    "tr": _ROWS | {"p"},
    "tbody": _GROUPS | {"p"},
    "thead": _GROUPS | {"p"},
    "tfoot": _GROUPS | {"p"},
    **dict.fromkeys(
        [
            "blockquote",
            "div",
            "dl",
            "figcaption",
            "figure",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "ol",
            "p",
            "pre",
            "table",
            "ul",
        ],
        frozenset({"p"}),
    ),
}
"""The elements that a start tag closes, because their own end tag may be left out."""
_CLOSED_BY_END: Final = frozenset({"p", "li", "dt", "dd"})
_CLOSED_BY_TABLE_END: Final = _GROUPS | _CLOSED_BY_END
_TABLE_ENDS: Final = frozenset({"table"}) | _GROUPS
_MAX_IMPLIED: Final = 8
"""How many elements without end tags are looked through for the one that an end tag closes."""


class HtmlTooComplex(ValueError):
    """An HTML text is beyond a bound; the message is a fixed text that follows the argument's name."""


def require_few_tags(text: str) -> None:
    """Raises HtmlTooComplex for a text with more `<` than MAX_TAGS."""
    if text.count("<") > MAX_TAGS:
        raise HtmlTooComplex(f"must not hold more than {MAX_TAGS:,} tags or signs <")


class Nesting:
    """Counts open elements from the tags of a text, never fewer than a parser has open.

    An end tag that does not fit the element opened last closes nothing here.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._open_formatting = self._reopened = 0

    def add(self, token: Token) -> None:
        """Counts one token; raises HtmlTooComplex when a bound is passed."""
        if len(token.attributes) > MAX_ATTRIBUTES:
            raise HtmlTooComplex(f"must not hold a tag with more than {MAX_ATTRIBUTES} attributes")
        if token.kind is TokenKind.START and token.name not in _VOID:
            self._close_implied(token.name)
            self._open.append(token.name)
            self._open_formatting += token.name in _FORMATTING
        elif token.kind is TokenKind.END:
            self._close(token.name)
        self._reopened += self._open_formatting
        if len(self._open) > MAX_NESTING:
            raise HtmlTooComplex(f"must not nest more than {MAX_NESTING} tags, or leave so many open")
        if self._reopened > MAX_REOPENED:
            raise HtmlTooComplex("must close its formatting tags, like b and i, before other tags follow")

    def _close_implied(self, name: str) -> None:
        closed = _CLOSED_BY_START.get(name, frozenset())
        while self._open and self._open[-1] in closed:
            self._open.pop()

    def _close(self, name: str) -> None:
        implied = _CLOSED_BY_TABLE_END if name in _TABLE_ENDS else _CLOSED_BY_END
        for back in range(1, min(_MAX_IMPLIED, len(self._open)) + 1):
            if self._open[-back] == name:
                del self._open[-back:]
                self._open_formatting -= name in _FORMATTING
                return
            if self._open[-back] not in implied or name in _FORMATTING:
                return
