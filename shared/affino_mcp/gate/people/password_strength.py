"""The strength of a password that a person chooses: what is left of it when all that can be expected is taken out.

NIST SP 800-63B-4, 3.1.1.2 asks for a minimum length and for a comparison with expected values: common passwords,
repetitions and sequences, and words of the context. No kinds of characters are demanded, and nothing expires.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS
from affino_mcp.text import fold
from affino_mcp.tool_errors import InvalidArgument

MIN_CHOSEN_CHARACTERS: Final = 12
MIN_UNEXPECTED_CHARACTERS: Final = 7
"""How many characters must be left of a password without what can be expected in it."""
MIN_DIFFERENT_CHARACTERS: Final = 5
PASSWORD_RULE: Final = (
    f"At least {MIN_CHOSEN_CHARACTERS} characters: three or four words that do not belong together do well. "
    "Not your name or address, no common password, no rows like 12345 or aaaa."
)
"""What people are told before they choose."""
_MIN_NAME_CHARACTERS: Final = 3
_COMMON_TEXT: Final = """
password passwort motdepasse contrasena wachtwoord welcome willkommen letmein iloveyou changeme trustno1
dragon monkey football baseball superman batman princess sunshine master shadow admin administrator
operator user login secret qwerty qwertz azerty asdfgh zxcvbn yxcvbn qwer asdf summer winter spring
autumn affino control centre default internet computer
"""
_COMMON_WORDS: Final = frozenset(_COMMON_TEXT.split())
"""Words that lists of leaked passwords begin with, and those of this service."""
_LOOKALIKES: Final = str.maketrans("013457@$!", "oieastasi")


def require_strong_password(password: str, person: Person) -> None:
    """Raises InvalidArgument (password) for a password that can be guessed, or is too short or too long."""
    if not MIN_CHOSEN_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise InvalidArgument(
            "password",
            f"The password must have {MIN_CHOSEN_CHARACTERS} to {MAX_PASSWORD_CHARACTERS:,} characters.",
        )
    left = _remove_expected(password, person)
    if len(left) < MIN_UNEXPECTED_CHARACTERS or len(set(left)) < MIN_DIFFERENT_CHARACTERS:
        raise InvalidArgument(
            "password",
            "The password is easy to guess: it is little more than a name, a common word, a row or a repetition. "
            "Choose one with words that do not belong together.",
        )


def _remove_expected(password: str, person: Person) -> str:
    """What is left of a password without names, common words, rows and repetitions, in lower case."""
    left = fold(password)
    for word in sorted({*_COMMON_WORDS, *_person_words(person)}, key=len, reverse=True):
        left = _remove_word(left, word)
    return _remove_repetitions("".join(_remove_rows(left)))


def _person_words(person: Person) -> Iterable[str]:
    parts = re.split(r"[^\w]+|_", fold(f"{person.name} {person.email}"))
    return (part for part in parts if len(part) >= _MIN_NAME_CHARACTERS)


def _remove_word(text: str, word: str) -> str:
    """The text without a word, also where digits and signs stand for its letters."""
    read, plain = text.translate(_LOOKALIKES), word.translate(_LOOKALIKES)
    while (at := read.find(plain)) >= 0:
        text, read = text[:at] + text[at + len(plain) :], read[:at] + read[at + len(plain) :]
    return text


def _remove_rows(text: str) -> Iterable[str]:
    """The characters that neither repeat the one before nor follow it, up or down."""
    yield text[:1]
    for before, letter in pairwise(text):
        if abs(ord(letter) - ord(before)) > 1:
            yield letter


def _remove_repetitions(text: str) -> str:
    """The shortest part that the text is made of, when it is that part again and again; else the text."""
    at = (text + text).find(text, 1) if text else -1
    return text[:at] if 0 < at < len(text) else text
