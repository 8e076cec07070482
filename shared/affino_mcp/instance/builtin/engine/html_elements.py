"""The elements of HTML by how they stand in a text (the HTML standard, sections 4 and 15.3, with the obsolete ones of 16.2)."""

from __future__ import annotations

from typing import Final

_TABLE_PARTS: Final = "caption colgroup col thead tbody tfoot tr th td"
_WITHIN_WORDS: Final = """
a abbr acronym b base basefont bdi bdo big blink cite code data del dfn em font head html i ins kbd label link mark math meta
meter nobr noscript output progress q rb rp ruby s samp script slot small span strike strong style sub sup svg
template time tt u var wbr
"""
_BETWEEN_WORDS: Final = """
address applet area article aside audio bgsound blockquote body br button canvas center datalist dd details dialog dir div
dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 header hgroup hr iframe image img input
isindex keygen legend li listing main map marquee menu menuitem multicol nav nextid noembed noframes object ol optgroup
option p param rt rtc picture plaintext portal pre search section select source spacer summary table textarea title track ul video
xmp
"""
_WORDS_OF_PICTURES: Final = "desc text tspan"
_NEED_END: Final = """
a abbr b big center cite code del em font i ins kbd mark nobr q s samp small span strike strong sub sup tt u var
"""

TABLE_PARTS: Final = frozenset(_TABLE_PARTS.split())
"""Elements that a parser drops outside of a table."""
ELEMENTS: Final = TABLE_PARTS.union(_WITHIN_WORDS.split(), _BETWEEN_WORDS.split())
"""The names of HTML's elements, SVG and MathML themselves among them, what is inside of those not."""
FORMATTING_WITH_END: Final = frozenset(_NEED_END.split())
"""Elements that change nothing but the look of words, and of which no honest text leaves out the end tag."""
_SEPARATING: Final = TABLE_PARTS.union(_BETWEEN_WORDS.split(), _WORDS_OF_PICTURES.split())


def separates_words(name: str) -> bool:
    """True when what stands before and behind a tag of this name are different words, as of a block, a cell or a button."""
    return name in _SEPARATING
