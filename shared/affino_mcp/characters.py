"""The one form in which texts are stored: characters that cannot be seen are removed, control characters refused.

What texts of Latin letters need is here; `unseen_characters`, which knows all others, is imported for the first such text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from affino_mcp.late_pattern import late_pattern
from affino_mcp.tidied_text import FALSE_BREAKS, ForbiddenCharacters, TidyText

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_PLAIN: Final = re.compile(r"[\x00-\x84\x86-\xac\xae-\u02ff]*")
"""Texts of these letters are in NFC, and hold nothing to remove."""
_SEPARATOR: Final = late_pattern(r"[\x85\u2028\u2029]")
_BREAK: Final = late_pattern(r"[\r\n\t]")


def tidy_text(text: str, *, lines: bool = False) -> TidyText:
    """Gives the text as it is stored: in NFC, without surrounding blanks and without characters that cannot be seen.

    Takes a text of one line, or of several (`lines`), in which NEL and the Unicode separators become line breaks. Joiners
    and direction marks stay where they join or order something visible. Raises ForbiddenCharacters. Linear in the length.
    """
    _require_no_controls(text, lines=lines)
    broken = _SEPARATOR.sub("\n", text)
    tidied = TidyText(text.strip()) if _PLAIN.fullmatch(text) else load_unicode()(broken)
    if not lines and _BREAK.search(tidied.text):
        raise ForbiddenCharacters("must be one line")
    return tidied if broken == text else TidyText(tidied.text, (FALSE_BREAKS, *tidied.removed))


def load_unicode() -> Callable[[str], TidyText]:
    """Loads what knows the letters of all scripts, and gives what tidies their texts."""
    from affino_mcp.unseen_characters import tidy_unicode  # noqa: PLC0415 (its expressions take 3 ms to compile)

    return tidy_unicode


def remove_unseen(text: str) -> str:
    """The text without the characters that comparisons of names ignore: every one that cannot be seen, joiners too."""
    if text.isascii() or _PLAIN.fullmatch(text):
        return text
    from affino_mcp.unseen_characters import remove_ignored  # noqa: PLC0415 (as above)

    return remove_ignored(text)


def _require_no_controls(text: str, *, lines: bool) -> None:
    if _CONTROL.search(text):
        raise ForbiddenCharacters("must not contain control characters or broken Unicode")
    if not lines and _SEPARATOR.search(text):
        raise ForbiddenCharacters("must be one line")
