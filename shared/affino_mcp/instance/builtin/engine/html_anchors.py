"""Anchors of a text: ids that links of the same text jump to. They get a prefix, so that they can name nothing of a page.

A browser makes elements with an id reachable by scripts under that name, where one could stand for a part of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import unquote

from affino_mcp.instance.builtin.engine.html_tokens import Token, TokenKind, decode_value
from affino_mcp.value_class import value_class

ANCHOR_PREFIX: Final = "user-content-"
ANCHOR_ATTRIBUTES: Final = frozenset({"id", "name"})
_ALWAYS_KEPT: Final = frozenset({"a", "h1", "h2", "h3", "h4", "h5", "h6"})
_TOP: Final = frozenset({"", "top"})
"""Fragments that mean the top of the page, without an id."""


@value_class
class Anchors:
    """The anchors of a text, by their names with the prefix: those that links jump to, and those that are kept."""

    targets: frozenset[str]
    kept: frozenset[str]

    def store_value(self, tag: str, attribute: str, value: str) -> str | None:
        """The value to store of an attribute: anchors, and links to those that are kept, get the prefix. None: none of it."""
        if attribute in ANCHOR_ATTRIBUTES:
            return add_prefix(value.strip()) if _is_kept(tag, value, self.targets) else None
        if attribute == "href" and value.startswith("#") and unquote(add_prefix(value[1:])) in self.kept:
            return f"#{add_prefix(value[1:])}"
        return value


def add_prefix(anchor: str) -> str:
    """The anchor's name with the prefix; an empty one stays."""
    return anchor if not anchor or anchor.startswith(ANCHOR_PREFIX) else ANCHOR_PREFIX + anchor


def remove_prefix(attribute: str, value: str) -> str:
    """The value of an attribute as it was given, if it is that of an anchor or of a link to one."""
    if attribute in ANCHOR_ATTRIBUTES:
        return value.strip().removeprefix(ANCHOR_PREFIX)
    return value.replace(f"#{ANCHOR_PREFIX}", "#", 1) if attribute == "href" and value.startswith("#") else value


def _is_kept(tag: str, value: str, targets: frozenset[str]) -> bool:
    """True for an id of a heading or link, and for one that a link of the text jumps to."""
    return bool(value.strip()) and (tag in _ALWAYS_KEPT or add_prefix(value.strip()) in targets)


def read_anchors(tokens: Sequence[Token]) -> Anchors:
    """Finds the anchors of a text, and what its links jump to."""
    targets = find_targets(tokens)
    given = ((token.name, value) for token in tokens for value in _values(token, ANCHOR_ATTRIBUTES))
    return Anchors(
        targets, frozenset(add_prefix(value.strip()) for tag, value in given if _is_kept(tag, value, targets))
    )


def find_targets(tokens: Iterable[Token]) -> frozenset[str]:
    """The anchors that links jump to, with the prefix."""
    links = (_values(token, {"href"}) for token in tokens if token.name == "a")
    fragments = (value[1:] for values in links for value in values if value.startswith("#"))
    return frozenset(add_prefix(unquote(part)) for part in fragments if part.casefold() not in _TOP)


def find_dead_links(tokens: Sequence[Token]) -> list[str]:
    """The anchors, without the prefix and in alphabetical order, that links jump to and the text does not have."""
    there = {value for token in tokens for value in _values(token, ANCHOR_ATTRIBUTES)}
    return sorted(target.removeprefix(ANCHOR_PREFIX) for target in find_targets(tokens) - there)


def _values(token: Token, names: Iterable[str]) -> list[str]:
    if token.kind is not TokenKind.START:
        return []
    return [decode_value(value) for name, value in token.attributes if name in names]
