"""Sanitises HTML before it is stored, with nh3 under the policy of docs/html-policy.md."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import Final

import nh3

from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.port import Call

_TABLE: Final = {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"}
_TEXT: Final = {"a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small"}
_BLOCKS: Final = {
    "blockquote",
    "br",
    "div",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "ul",
}
ALLOWED_TAGS: Final = (
    _TABLE | _TEXT | _BLOCKS | {f"h{n}" for n in range(1, 7)} | {"img", "span", "strong", "sub", "sup", "u", "var"}
)
ALLOWED_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"title", "lang", "dir"},
    "a": {"href"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "img": {"src", "alt", "width", "height"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
}
ALLOWED_SCHEMES: Final = {"http", "https", "mailto", "tel"}
_ADDED: Final = "rel"
_REL: Final = "noopener noreferrer nofollow"
_MAX_ROUNDS: Final = 5


def sanitise_html(text: str) -> tuple[str, bool]:
    """Sanitises a text; returns the allowed text, and True when something was removed."""
    kept = _sanitise_until_stable(text)
    return kept, bool(_count_parts(text) - _count_parts(kept))


def _sanitise_until_stable(text: str) -> str:
    """Sanitises repeatedly until nothing changes.

    A browser could read the text differently after one round and find a script in it.
    """
    for _ in range(_MAX_ROUNDS):
        once = nh3.clean(
            text, tags=ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES, url_schemes=ALLOWED_SCHEMES, link_rel=_REL
        )
        if once == text:
            return once
        text = once
    return nh3.clean(text, tags=set())


def sanitise_argument(call: Call, argument: str, text: str) -> str:
    """Sanitises a text for storing; warns the caller, naming the argument, when something was removed."""
    kept, removed = sanitise_html(text)
    if removed:
        message = (
            f"{argument} held HTML that is not allowed here (scripts, handlers, styles, frames, ...); it was removed."
        )
        call.warn(WarningCode.HTML_SANITISED, argument, message)
    return kept


class _PartCounter(HTMLParser):
    """Counts the tags, attributes and comments of an HTML text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[tuple[str, ...]] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag,] += 1
        self.found.update((tag, name, value or "") for name, value in attrs if name != _ADDED)

    def handle_comment(self, data: str) -> None:
        self.found["<!--", data] += 1

    def handle_decl(self, decl: str) -> None:
        self.found["<!", decl] += 1

    def unknown_decl(self, data: str) -> None:
        self.found["<!", data] += 1

    def handle_pi(self, data: str) -> None:
        self.found["<?", data] += 1


def _count_parts(text: str) -> Counter[tuple[str, ...]]:
    parser = _PartCounter()
    parser.feed(text)
    parser.close()
    return parser.found
