"""Pictures of the media library in a text: `<img src="media:7">` names the media item, whichever file and address it has.

The reference is stored as it is. What it shows is found out whenever the text is read (see docs/html-policy.md).
"""

from __future__ import annotations

from typing import Final

from affino_mcp.instance.builtin.engine.html_tokens import TokenKind, decode_value, read_tokens
from affino_mcp.late_pattern import late_pattern

PICTURE_SCHEME: Final = "media"
_REFERENCE: Final = late_pattern(rf"{PICTURE_SCHEME}:([1-9][0-9]{{0,15}})")


def is_picture_reference(tag: str, attribute: str, value: str) -> bool:
    """True for the reference to a media item where a picture's address stands."""
    return (tag, attribute) == ("img", "src") and _REFERENCE.fullmatch(value) is not None


def find_pictures(html: str) -> list[int]:
    """The codes of the media items that a sanitised text shows, each once, in their order."""
    if f"{PICTURE_SCHEME}:" not in html:
        return []
    pictures = (token for token in read_tokens(html) if token.kind is TokenKind.START and token.name == "img")
    sources = (decode_value(value) for token in pictures for name, value in token.attributes if name == "src")
    return list(dict.fromkeys(int(found[1]) for source in sources if (found := _REFERENCE.fullmatch(source))))
