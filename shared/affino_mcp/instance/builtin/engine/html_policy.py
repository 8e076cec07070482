"""Sanitises HTML before it is stored, with nh3 under the policy of docs/html-policy.md."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import nh3

from affino_mcp.catalogue.faults import HTML_GROWTH, describe_growth
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.warning import WarningCode, warn_of_tidying
from affino_mcp.characters import ForbiddenCharacters, TidyText, remove_unseen, tidy_text
from affino_mcp.instance.builtin.engine.html_bounds import HtmlTooComplex, Nesting, require_few_tags
from affino_mcp.instance.builtin.engine.html_tokens import AMBIGUOUS, Token, TokenKind, decode_value, read_tokens
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import InvalidArgument

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
_ADDRESSES: Final = {"href", "src", "cite"}
_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_FIRST_SEGMENT: Final = re.compile(r"([^/?#]*?):")
_OVERLAY: Final = "\u0338"
"""The stroke that normal form C joins with a `<` or `>` before it into one character, which would break a tag."""


@dataclass(frozen=True)
class SanitisedHtml:
    """HTML as it is stored; `lost_parts` is True when something was removed, `tidied` says which characters were."""

    text: str
    lost_parts: bool
    tidied: TidyText


def sanitise_html(text: str, limit: int) -> SanitisedHtml:
    """Sanitises a text of which at most `limit` characters can be stored.

    Raises HtmlTooComplex for a text beyond the bounds, ForbiddenCharacters for characters that no text may hold.
    """
    parts, plain = _read(text)
    cleaned = _tidy(_clean(plain))
    if len(cleaned.text) > limit:
        raise HtmlTooComplex(describe_growth(len(cleaned.text), limit, HTML_GROWTH))
    stored = _clean(cleaned.text)
    if stored != cleaned.text:
        # A browser could read the text differently after one round and find a script in it.
        stored = _tidy(nh3.clean(cleaned.text, tags=set())).text
    return SanitisedHtml(stored, bool(parts - _count_parts(stored)), cleaned)


def sanitise_argument(call: Call, field: Field, text: str) -> str:
    """Sanitises the text of an argument for storing; warns the caller, naming it, when something was removed.

    Raises InvalidArgument for a text that is beyond the bounds or holds characters that no text may hold.
    """
    argument = field.name
    try:
        found = sanitise_html(text, field.kind.schema["maxLength"])
    except (HtmlTooComplex, ForbiddenCharacters) as fault:
        raise InvalidArgument(argument, f"{argument} {fault}.") from None
    if found.lost_parts:
        message = (
            f"{argument} held HTML that is not allowed here (scripts, handlers, styles, frames, ...); it was removed."
        )
        call.warn(WarningCode.HTML_SANITISED, argument, message)
    if found.tidied.removed:
        call.warn(WarningCode.STORED_DIFFERENTLY, argument, warn_of_tidying(argument, [found.tidied])["Message"])
    return found.text


def _read(text: str) -> tuple[Counter[tuple[str, ...]], str]:
    """The parts of a text, and the text without the elements that parsers read by other rules; checks the bounds."""
    require_few_tags(text)
    nesting, parts, kept, end = Nesting(), Counter[tuple[str, ...]](), list[str](), 0
    for token in read_tokens(text):
        nesting.add(token)
        parts.update(_parts_of(token))
        if token.name in AMBIGUOUS:
            kept += [text[end : token.start], "<!---->"]
            end = token.end
    return parts, "".join(kept) + text[end:]


def _clean(text: str) -> str:
    return nh3.clean(
        text,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=ALLOWED_SCHEMES,
        attribute_filter=_filter_attribute,
        link_rel=_REL,
    )


def _filter_attribute(_tag: str, attribute: str, value: str) -> str | None:
    """The value to keep; None for an address with a scheme that is not allowed.

    The first segment of a relative address holds no colon (RFC 3986, 4.2), so that whatever stands before the first colon
    is taken for a scheme. Browsers pass over blanks and control characters in it.
    """
    if attribute not in _ADDRESSES:
        return value
    scheme = _FIRST_SEGMENT.match(_BLANKS.sub("", remove_unseen(value)))
    return value if scheme is None or scheme[1].lower() in ALLOWED_SCHEMES else None


def _tidy(html: str) -> TidyText:
    """Sanitised HTML as it is stored; a stroke behind a tag would become one character with its last sign."""
    tidied = tidy_text(html, lines=True)
    whole = all(tidied.text.count(sign) == html.count(sign) for sign in "<>")
    return tidied if whole else tidy_text(html.replace(_OVERLAY, ""), lines=True)


def _count_parts(text: str) -> Counter[tuple[str, ...]]:
    return Counter(part for token in read_tokens(text) for part in _parts_of(token))


def _parts_of(token: Token) -> list[tuple[str, ...]]:
    """What can be lost of a token: its tag and each attribute with its value, in a form that cleaning does not change."""
    if token.kind is TokenKind.END:
        return []
    tag = (token.name, token.kind.name)
    return [tag, *((token.name, name, _comparable(value)) for name, value in token.attributes if name != _ADDED)]


def _comparable(value: str) -> str:
    decoded = decode_value(value).replace("\r\n", "\n").replace("\r", "\n")
    try:
        return tidy_text(decoded, lines=True).text
    except ForbiddenCharacters:
        return decoded
