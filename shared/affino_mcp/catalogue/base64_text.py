"""Files in Base64 as tools print them: in lines, without padding, with the letters of URLs (RFC 4648), as a data: URL."""

from __future__ import annotations

import re
from typing import Any, Final

from affino_mcp.catalogue.reading import Reading, ReadingRefused
from affino_mcp.late_pattern import late_pattern

MAX_BASE64_CHARACTERS: Final = 4 * 1024 * 1024
"""Maximum characters of Base64: a Lambda request holds 6 MB."""
_MAX_WRAPPED_CHARACTERS: Final = MAX_BASE64_CHARACTERS * 9 // 8
"""So long is a text of that many characters in lines; longer ones are left to the check of their length."""
_MAX_PREFIX_CHARACTERS: Final = 200
_DATA_URL: Final = late_pattern(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+=[^;,]*)*)(;base64)?,", re.IGNORECASE)
_PLAIN_LETTERS: Final = str.maketrans("-_", "+/", " \t\r\n\f\v")


def read_base64(value: Any, reading: Reading) -> Any:
    """The text in one line of RFC 4648's first alphabet, with padding; a data: prefix gives the MimeType.

    Raises ReadingRefused for a data: URL of another form. Linear in the length.
    """
    if not isinstance(value, str) or len(value) > _MAX_WRAPPED_CHARACTERS:
        return value
    text = _without_prefix(value, reading).translate(_PLAIN_LETTERS).rstrip("=")
    return text + "=" * (-len(text) % 4)


def _without_prefix(text: str, reading: Reading) -> str:
    begun = text.lstrip()
    if begun[:5].casefold() != "data:":
        return begun
    found = _DATA_URL.match(begun[:_MAX_PREFIX_CHARACTERS])
    if found is None or not found[3]:
        raise ReadingRefused("begins like a data: URL, but not with data:TYPE;base64, as in data:image/png;base64,")
    if found[1]:
        reading.imply("MimeType", found[1].lower(), told=False)
    return begun[found.end() :]
