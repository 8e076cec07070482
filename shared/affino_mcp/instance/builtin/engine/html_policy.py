"""Sanitises HTML before it is stored, with nh3 under the policy of docs/html-policy.md."""

from __future__ import annotations

from enum import Enum
from typing import Final

import nh3

from affino_mcp.catalogue.faults import HTML_GROWTH, describe_growth
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.warning import WarningCode, warn_of_tidying
from affino_mcp.characters import remove_unseen, tidy_text
from affino_mcp.instance.builtin.engine.html_anchors import Anchors, find_dead_links
from affino_mcp.instance.builtin.engine.html_bounds import HtmlTooComplex
from affino_mcp.instance.builtin.engine.html_markdown import is_markdown
from affino_mcp.instance.builtin.engine.html_pictures import PICTURE_SCHEME, is_picture_reference
from affino_mcp.instance.builtin.engine.html_report import describe_removed, quote_texts
from affino_mcp.instance.builtin.engine.html_source import count_parts, read_source, remove_tags
from affino_mcp.instance.builtin.engine.html_tokens import read_tokens
from affino_mcp.instance.builtin.engine.html_words import find_lost_words, read_words
from affino_mcp.instance.port import Call
from affino_mcp.late_pattern import late_pattern
from affino_mcp.tidied_text import ForbiddenCharacters, TidyText
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

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
ALLOWED_TAGS: Final = frozenset(
    _TABLE | _TEXT | _BLOCKS | {f"h{n}" for n in range(1, 7)} | {"img", "span", "strong", "sub", "sup", "u", "var"}
)
ALLOWED_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"title", "lang", "dir", "id"},
    "a": {"href", "name"},
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
_REL: Final = "noopener noreferrer nofollow"
_ADDRESSES: Final = {"href", "src", "cite"}
_BLANKS: Final = late_pattern(r"[\x00-\x20\x7f-\xa0]+")
_FIRST_SEGMENT: Final = late_pattern(r"([^/?#]*?):")
_OVERLAY: Final = "\u0338"
"""The stroke that normal form C joins with a `<` or `>` before it into one character, which would break a tag."""


class Links(Enum):
    """Who writes a text: links of EDITORS are followed by search engines, and they show pictures of the media library."""

    EDITORS, VISITORS = range(2)


@value_class
class SanitisedHtml:
    """HTML as it is stored, and what it is told by.

    `removed` names in words what was taken out ("" for nothing), `lost_words` are visible words that are missing or out of
    place, `dead_links` anchors that no element has; `tidied` says which characters were removed.
    """

    text: str
    removed: str
    lost_words: tuple[str, ...]
    dead_links: tuple[str, ...]
    tidied: TidyText

    @property
    def lost_parts(self) -> bool:
        """True when something was removed, or words were lost."""
        return bool(self.removed or self.lost_words)


def sanitise_html(text: str, limit: int, links: Links = Links.VISITORS) -> SanitisedHtml:
    """Sanitises a text of which at most `limit` characters can be stored.

    Raises HtmlTooComplex for a text beyond the bounds, ForbiddenCharacters for characters that no text may hold.
    """
    source = read_source(text, ALLOWED_TAGS)
    cleaned = _tidy(_clean(source.plain, source.anchors, links))
    if len(cleaned.text) > limit:
        raise HtmlTooComplex(describe_growth(len(cleaned.text), limit, HTML_GROWTH))
    stored = _clean(cleaned.text, source.anchors, links)
    if stored != cleaned.text:
        # A browser could read the text differently after one round and find a script in it.
        stored = _tidy(nh3.clean(remove_tags(cleaned.text), tags=set())).text
    tokens = list(read_tokens(stored))
    removed = source.parts - count_parts(tokens)
    told = describe_removed(removed, ALLOWED_TAGS, source.hidden) if removed else ""
    lost = find_lost_words(read_words(text), read_words(stored))
    return SanitisedHtml(stored, told, tuple(lost), tuple(find_dead_links(tokens)), cleaned)


def sanitise_argument(call: Call, field: Field, text: str, links: Links = Links.VISITORS) -> str:
    """Sanitises the text of an argument for storing; warns the caller, naming it, of everything that was changed.

    Raises InvalidArgument for a text that is beyond the bounds or holds characters that no text may hold.
    """
    argument = field.name
    try:
        found = sanitise_html(text, field.kind.schema["maxLength"], links)
    except (HtmlTooComplex, ForbiddenCharacters) as fault:
        raise InvalidArgument(argument, f"{argument} {fault}.") from None
    if found.lost_parts:
        call.warn(WarningCode.HTML_SANITISED, argument, _describe_loss(argument, found))
    if found.dead_links:
        anchors = quote_texts(found.dead_links)
        message = f"{argument} links to anchors that it does not have: {anchors}. Give the elements meant that id."
        call.warn(WarningCode.UNKNOWN_REFERENCE, argument, message)
    if is_markdown(text):
        message = f"{argument} looks like Markdown; it is HTML and was stored as it is. Send it again as HTML."
        call.warn(WarningCode.NOT_HTML, argument, message)
    if found.tidied.removed:
        call.warn(WarningCode.STORED_DIFFERENTLY, argument, warn_of_tidying(argument, [found.tidied])["Message"])
    return found.text


def _describe_loss(argument: str, found: SanitisedHtml) -> str:
    lost = f"Words that are missing or out of place now: {quote_texts([' '.join(found.lost_words)])}."
    parts = (f"{argument} held HTML that is not allowed here.", found.removed, lost if found.lost_words else "")
    return " ".join(part for part in parts if part)


def _clean(text: str, anchors: Anchors, links: Links) -> str:
    def filter_attribute(tag: str, attribute: str, value: str) -> str | None:
        shown = links is Links.EDITORS and is_picture_reference(tag, attribute, value)
        return anchors.store_value(tag, attribute, value) if shown or _may_keep(attribute, value) else None

    return nh3.clean(
        text,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=ALLOWED_SCHEMES | {PICTURE_SCHEME},
        attribute_filter=filter_attribute,
        link_rel=None if links is Links.EDITORS else _REL,
    )


def _may_keep(attribute: str, value: str) -> bool:
    """False for an address with a scheme that is not allowed.

    The first segment of a relative address holds no colon (RFC 3986, 4.2), so that whatever stands before the first colon
    is taken for a scheme. Browsers pass over blanks and control characters in it.
    """
    if attribute not in _ADDRESSES:
        return True
    scheme = _FIRST_SEGMENT.match(_BLANKS.sub("", remove_unseen(value)))
    return scheme is None or scheme[1].lower() in ALLOWED_SCHEMES


def _tidy(html: str) -> TidyText:
    """Sanitised HTML as it is stored; a stroke behind a tag would become one character with its last sign."""
    tidied = tidy_text(html, lines=True)
    whole = all(tidied.text.count(sign) == html.count(sign) for sign in "<>")
    return tidied if whole else tidy_text(html.replace(_OVERLAY, ""), lines=True)
