"""Forms of texts that several packages need: for comparing them, for counting and naming things in a sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from math import ceil
from typing import Final

from affino_mcp.characters import remove_unseen

WAIT: Final = "{wait}"
"""Stands in the texts of refusals for how long to wait."""
_ASCII_FORM: Final = "xn--"
"""How the ASCII form of an international label of a domain begins (RFC 5890, section 2.3.2.1)."""


def fold(text: str) -> str:
    """The form in which two spellings of a text are equal: without what cannot be seen, NFKC, case folded. Accents count."""
    return unicodedata.normalize("NFKC", remove_unseen(text)).casefold()


def fold_address(address: str) -> str:
    """The form in which two spellings of an e-mail address are equal: folded, with its domain in letters.

    A label of the domain in its ASCII form (`xn--exmple-cua`, RFC 5890) and in letters (`exämple`) are the same.
    """
    name, at, domain = fold(address).rpartition("@")
    if not at or _ASCII_FORM not in domain:
        return fold(address)
    return fold(f"{name}@{'.'.join(map(_decode_label, domain.split('.')))}")


def _decode_label(label: str) -> str:
    """The label in letters (punycode, RFC 3492); one that is no such form stays as it is."""
    written = label.removeprefix(_ASCII_FORM)
    try:
        letters = written.encode("ascii").decode("punycode") if written != label else label
    except UnicodeError:
        return label
    return label if letters.isascii() or letters.encode("punycode").decode("ascii") != written else letters


def find_alike(wanted: str, known: Iterable[str], count: int = 1, likeness: float = 0.6) -> list[str]:
    """Gives at most `count` of the known texts that are most like the wanted one, best first; `likeness` is from 0 to 1."""
    from difflib import get_close_matches  # noqa: PLC0415 (2 ms of a start, for a caller's mistake)

    return get_close_matches(wanted, list(known), n=count, cutoff=likeness)


def plural(number: int, word: str, more: str = "") -> str:
    """A number with its noun, as `1 call` or `2 calls`; `more` is the plural when it is not the word with an s."""
    return f"{number:,} {word if number == 1 else more or word + 's'}"


def with_article(words: str) -> str:
    """A noun with its indefinite article: `a task`, `an account list`. Takes words that sound as their first letter does."""
    return f"{'an' if words[:1].lower() in tuple('aeio') else 'a'} {words}"


def fill_wait(text: str, seconds: float | None) -> str:
    """The text with the wait in words in the place of WAIT: whole seconds, rounded up, at least one."""
    return text.replace(WAIT, "a moment" if seconds is None else plural(max(1, ceil(seconds)), "second"))
