"""Texts as they are stored: what cannot be seen is removed, what joins or orders letters stays, and every bound is linear."""

from __future__ import annotations

import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.characters import remove_unseen, tidy_text
from affino_mcp.tidied_text import (
    DIRECTION,
    FALSE_BREAKS,
    INVISIBLE,
    NOT_AT_ENDS,
    PRIVATE,
    ForbiddenCharacters,
    TidyText,
)

KEPT: list[tuple[str, str]] = [
    ("a family", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"),
    ("a profession", "\U0001f469\U0001f3fd\u200d\u2695\ufe0f"),
    ("a head that nods", "\U0001f642\u200d\u2195\ufe0f"),
    ("the rainbow flag", "\U0001f3f3\ufe0f\u200d\U0001f308"),
    ("a country's flag", "\U0001f1ec\U0001f1e7"),
    ("a subdivision's flag", "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"),
    ("keycaps", "1\ufe0f\u20e3 #\ufe0f\u20e3"),
    ("a skin tone", "\U0001f44d\U0001f3fe"),
    ("a heart in colour", "I \u2764\ufe0f you"),
    ("a sign in black and white", "\u260e\ufe0e"),
    ("Persian", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
    ("Persian behind digits", "\u06f1\u06f0\u200c\u0633\u0627\u0644\u0647"),
    ("Hindi", "\u0915\u094d\u200d\u0937"),
    ("Malayalam ending with a joiner", "\u0d28\u0d4d\u200d"),
    ("Hebrew with a mark", "\u05e9\u05dc\u05d5\u05dd!\u200f \u05e2\u05d5\u05dc\u05dd"),
    ("Hebrew with a Latin name", "C#\u200e \u05e2\u05d1\u05e8\u05d9\u05ea"),
    ("Arabic with a mark", "\u0639\u0631\u0628\u064a\u061c1"),
    ("a variant of an ideograph", "\u845b\U000e0100\u57ce"),
    ("Mongolian", "\u182d\u180b"),
    ("a stack of marks", "Z\u0351\u0343\u0346"),
    ("Tibetan", "\u0f67\u0f71\u0f72"),
]


@pytest.mark.parametrize("text", [text for _, text in KEPT], ids=[name for name, _ in KEPT])
def test_what_belongs_to_a_text_stays(text: str) -> None:
    stored = unicodedata.normalize("NFC", text)
    assert tidy_text(text) == tidy_text(text, lines=True) == TidyText(stored)


REMOVED: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("an override", "invoice\u202egnp.exe", "invoicegnp.exe", (DIRECTION,)),
    ("isolates", "\u2066a\u2069", "a", (DIRECTION,)),
    ("zero width", "Or\u200bbi\u2060tal\ufeff", "Orbital", (INVISIBLE,)),
    ("a soft hyphen", "Or\u00adbital", "Orbital", (INVISIBLE,)),
    ("tags", "Hi\U000e0041\U000e0042", "Hi", (INVISIBLE,)),
    ("tags behind a flag that is none", "\U0001f3f4\U000e0041\U000e007f", "\U0001f3f4", (INVISIBLE,)),
    ("tags behind a flag", "\U0001f3f4" + "\U000e0061" * 9 + "\U000e007f", "\U0001f3f4", (INVISIBLE,)),
    ("selectors behind letters", "a\ufe01b\ufe0f\U000e0101", "ab", (INVISIBLE,)),
    ("selectors behind an emoji", "\U0001f600\ufe0f\ufe01\ufe02", "\U0001f600\ufe0f", (INVISIBLE,)),
    ("noncharacters", "a\ufdd0b\uffffc\U0001fffe", "abc", (PRIVATE,)),
    ("private use", "a\ue000b\U000f0000c\U0010fffd", "abc", (PRIVATE,)),
    ("a joiner at the end", "Orbital\u200d", "Orbital", (INVISIBLE,)),
    ("a joiner at the beginning", "\u200cOrbital", "Orbital", (INVISIBLE,)),
    ("a joiner before a blank", "Orbital\u200d Labs", "Orbital Labs", (INVISIBLE,)),
    ("many joiners", "a\u200d\u200c\u200db", "a\u200db", (INVISIBLE,)),
    ("a mark at the end", "Orbital\u200e", "Orbital", (INVISIBLE,)),
    ("a mark between blanks", "Orbital \u200f Labs", "Orbital  Labs", (INVISIBLE,)),
    ("blanks behind what is removed", "\u202e \u200b \u200e Orbital", "Orbital", (DIRECTION, INVISIBLE)),
    ("Hangul fillers", "\u3164\u115f\u1160\uffa0x", "x", (INVISIBLE,)),
    ("what hides in an accent", "e\u200b\u0301", "\u00e9", (INVISIBLE,)),
    ("nothing else", "\u200b\u2066\ue000", "", (DIRECTION, INVISIBLE, PRIVATE)),
    ("Braille blanks", "\u2800\u2800", "", ()),
    ("joiners alone", "\u200d\u200c\u200e", "", (INVISIBLE,)),
]


@pytest.mark.parametrize(("text", "stored", "removed"), [r[1:] for r in REMOVED], ids=[r[0] for r in REMOVED])
def test_what_cannot_be_seen_is_removed_and_told(text: str, stored: str, removed: tuple[str, ...]) -> None:
    assert tidy_text(text) == tidy_text(text, lines=True) == TidyText(stored, removed)


CONTROLS = [chr(n) for n in (*range(0x20), *range(0x7F, 0xA0)) if chr(n) not in "\t\n\r\x85"]


@pytest.mark.parametrize("lines", [False, True], ids=["line", "lines"])
def test_control_characters_are_refused(lines: bool) -> None:
    for letter in (*CONTROLS, "\ud800", "\udfff"):
        with pytest.raises(ForbiddenCharacters, match="control characters"):
            tidy_text(f"a{letter}b", lines=lines)


@pytest.mark.parametrize("letter", ["\n", "\t", "\r", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_a_line_is_one_line(letter: str) -> None:
    with pytest.raises(ForbiddenCharacters, match="one line"):
        tidy_text(f"a{letter}b")
    if letter in "\n\t\r":
        assert tidy_text(f"a{letter}b", lines=True) == TidyText(f"a{letter}b")
    else:
        assert tidy_text(f"a{letter}b", lines=True) == TidyText("a\nb", (FALSE_BREAKS,))


NASTY = (
    "aZ0# \n\u0301\u0316\u0338<>=&\u05d0\u0645\u094d\u0f73\uff9e\u1100\u1161\u2190\u2adc\u845b\uf900\U0001f3f4\U0001f600"
    "\u200b\u200c\u200d\u200e\u200f\u034f\u061c\u202e\u2066\ufe00\ufe0f\U000e0061\U000e007f\U000e0100\u180b\u1820"
    "\u00ad\u3164\ue000\ufdd0\u2028\u00a0\u2800\u20e3\ufdfa"
)


@given(st.text(st.sampled_from(NASTY), max_size=30))
def test_a_stored_text_is_stored_as_it_is(text: str) -> None:
    stored = tidy_text(text, lines=True).text
    assert tidy_text(stored, lines=True) == TidyText(stored)
    assert unicodedata.is_normalized("NFC", stored)
    assert stored == stored.strip()


@given(st.text(max_size=30))
def test_nothing_that_can_be_seen_is_lost(text: str) -> None:
    try:
        stored = tidy_text(text, lines=True).text
    except ForbiddenCharacters:
        return
    seen = "".join(remove_unseen(unicodedata.normalize("NFC", remove_unseen(text))).split()).replace("\u2800", "")
    assert remove_unseen("".join(stored.split())).replace("\u2800", "") == unicodedata.normalize("NFC", seen)


@given(st.text(st.characters(categories=["L", "N", "P", "Sm", "Sc"], max_codepoint=0x2FFF), max_size=30))
def test_what_only_spells_a_text_otherwise_is_ignored_in_comparisons(text: str) -> None:
    assert remove_unseen("\u200b".join(text) + "\u200f\ufe0f") == remove_unseen(text)


BUDGET = [
    "\u0301\u0316",
    "\u0f73",
    "\uff9e\u0301",
    "a\u200d",
    "\u200d",
    " \u200e",
    "1\ufe0f",
    "\ufdfa",
    "\ue000a",
    "\u0958",
]


@pytest.mark.parametrize("pattern", BUDGET, ids=ascii)
def test_the_cost_is_linear(pattern: str) -> None:
    began = time.process_time()
    with suppress(ForbiddenCharacters):
        tidy_text(pattern * (200_000 // len(pattern)), lines=True)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0f73", "\uff9e\u0301", "\u0301\u200b"], ids=ascii)
def test_more_marks_than_a_script_has_are_refused(marks: str) -> None:
    with pytest.raises(ForbiddenCharacters, match="combining marks"):
        tidy_text("a" + marks * 40)


def test_no_blank_of_unicode_is_at_the_ends_of_a_text() -> None:
    assert {chr(code) for code in range(0x110000) if chr(code).isspace()} <= set(NOT_AT_ENDS)
