"""The plain form of texts: one for searches, sort orders and checks for duplicates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.plain_text import look, plain

SAME = [
    ("Zoë", "Zoe\u0308"), ("ÅNGSTRÖM", "angstrom"), ("Straße", "STRASSE"), ("ＡＢＣ", "abc"), ("ﬁne", "fine"),
    ("İstanbul", "Istanbul"), ("Işık", "isik"), ("Łódź", "Lodz"), ("Søren", "Soren"), ("ǿ", "o"), ("Æther", "aether"),
    ("Đặng", "Dang"), ("Þór", "thor"), ("Ħamrun", "hamrun"), ("Œuvre", "oeuvre"), ("Sápmi ŋ", "sapmi n"),
    ("Hawaiʻi", "hawaii"), ("D\u2019Arcy", "d'arcy"), ("ΣΊΣΥΦΟΣ", "σισυφος"), ("Ёлкин", "елкин"), ("Їжак", "іжак"),
    ("أحمد", "احمد"), ("کریم", "كريم"), ("مُحَمَّد", "محمد"), ("שָׁלוֹם", "שלום"), ("क़लम", "कलम"), ("ガラス", "カラス"),
    ("٢٠٢٦", "2026"), ("१२", "12"), ("so\u00adren", "soren"), ("日本", "日本"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_with_and_without_marks_are_the_same(one: str, other: str) -> None:
    assert plain(one) == plain(other)


OTHER = [("Zoe", "Zo"), ("का", "कि"), ("ไทย", "ทย"), ("か", "き"), ("100%", "100")]


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_is_no_mark_counts(one: str, other: str) -> None:
    assert plain(one) != plain(other)


@given(st.text(max_size=40))
def test_the_plain_form_of_a_plain_text_is_itself(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert plain(text.upper().lower()) == plain(plain(text.upper()).lower())


LOOKS = [("Orbital  Labs", "orbital-labs"), ("Işık A.Ş.", "ISIK AS"), ("!!!", "!!!")]


@pytest.mark.parametrize(("one", "other"), LOOKS)
def test_names_that_look_alike(one: str, other: str) -> None:
    assert look(one) == look(other)


def test_vowel_signs_are_part_of_a_look() -> None:
    assert look("काला") != look("कीली")
