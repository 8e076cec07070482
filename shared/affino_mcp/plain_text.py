"""The plain form of a text, in which searches, sort orders and checks for duplicates compare spellings.

A text is the same with and without marks, in any case, in letters of any width and in the digits of any script. Letters
without a decomposition in Unicode have the spelling of CLDR's transform Latin-ASCII; those of Arabic and Persian the one
of the light stemming that search engines use (alef, yeh, kaf, heh).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from affino_mcp.characters import remove_unseen
from affino_mcp.late_pattern import late_pattern

_LATIN: Final = {
    "æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "đ": "d", "ħ": "h", "\u0131": "i", "ȷ": "j", "ĸ": "k", "ł": "l", "ŋ": "n",
    "þ": "th", "ŧ": "t", "ƀ": "b", "ɓ": "b", "ƈ": "c", "ɖ": "d", "ɗ": "d", "ƌ": "d", "ǝ": "e", "ə": "a", "ɛ": "e", "ƒ": "f",
    "ǥ": "g", "ɠ": "g", "ɦ": "h", "ƕ": "hv", "ɨ": "i", "ƙ": "k", "ƚ": "l", "ɫ": "l", "ɲ": "n", "ƞ": "n", "ɔ": "o", "ɵ": "o",
    "ƥ": "p", "ʂ": "s", "ƭ": "t", "ʈ": "t", "ʉ": "u", "ʊ": "u", "\u028b": "v", "ƴ": "y", "ƶ": "z", "ȥ": "z", "ⱥ": "a",
    "ȼ": "c", "ɇ": "e", "ɉ": "j", "ɍ": "r", "ɏ": "y",
}  # fmt: skip
_ARABIC: Final = {"ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "\u0647", "\u06c1": "\u0647", "ٱ": "\u0627"}
_CYRILLIC: Final = {"ґ": "\u0433"}
_APOSTROPHES: Final = {"\u02bc": "'", "\u2019": "'"}
_DROPPED: Final = "\u02b9\u02ba\u02bb\u02bd\u02be\u02bf\u0640\ua78c"
"""Modifier letters that stand for a mark (the okina, ayin and alef of transliterations), and the tatweel."""
_SPELLINGS: Final = str.maketrans(_LATIN | _ARABIC | _CYRILLIC | _APOSTROPHES | dict.fromkeys(_DROPPED, ""))
_SPELT_AS_TWO: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
"""Letters of German and the Nordic languages, as they are spelt where they cannot be written."""
_TWO_LETTERS: Final = str.maketrans(_SPELT_AS_TWO)
_OTHER_DIGITS: Final = late_pattern(r"[^\D0-9]")
"""A decimal digit of another script."""


def plain(text: str) -> str:
    """The text without marks, case and what cannot be seen: equal for spellings that are to find each other.

    Signs between words stay, vowel signs of Indic and South East Asian scripts too. The plain form of a plain text is itself.
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", remove_unseen(text))
    unmarked = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    spelt = unmarked.casefold().translate(_SPELLINGS)
    return _OTHER_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), spelt)


def spell_out(text: str) -> str:
    """The text in small letters with ä, ö, ü, ø and å spelt as two letters; a text without them as it is."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text).casefold()
    spelt = composed.translate(_TWO_LETTERS)
    return text if spelt == composed else spelt


def look(text: str) -> str:
    """What two names have in common that look alike: the letters and digits of their plain form.

    A name without any is what it is.
    """
    folded = plain(text)
    return "".join(letter for letter in folded if is_in_word(letter)) or folded


def is_in_word(letter: str) -> bool:
    """True for a letter, a digit, or a sign that is written on a letter, as vowels of many scripts are."""
    return letter.isalnum() or unicodedata.category(letter) in ("Mn", "Mc")
