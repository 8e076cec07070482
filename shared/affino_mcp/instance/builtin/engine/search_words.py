"""Search words: case and accents are ignored, and the beginning of a word matches."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_WORDS_PER_RECORD: Final = 25
"""How many different words of a record can be found; keeps a change within one transaction of 100 operations."""

_WORD = re.compile(r"[^\W_]+")


def fold_accents(text: str) -> str:
    """The text without accents and case, for comparing and sorting."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def split_words(*texts: str) -> list[str]:
    """The different words of some texts in their order: at most 25 words, each cut at 30 characters."""
    found = (word[:30] for text in texts for word in _WORD.findall(fold_accents(text)))
    return list(dict.fromkeys(found))[:MAX_WORDS_PER_RECORD]
