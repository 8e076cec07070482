"""Amounts as they are printed in common locales: each means the same, or is refused with both amounts that it can be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue.money_text import MoneyRefused, ReadMoney, read_money

LOCALES = {
    "en-GB": (",", ".", "£{}", "GBP"),
    "en-US": (",", ".", "${}", "USD"),
    "de-DE": (".", ",", "{}\u00a0€", "EUR"),
    "fr-FR": ("\u202f", ",", "{} €", "EUR"),
    "nl-NL": (".", ",", "€ {}", "EUR"),
    "sv-SE": ("\u00a0", ",", "{} EUR", "EUR"),
    "de-CH": ("\u2019", ".", "CHF {}", "CHF"),
    "es-ES": (".", ",", "{} euros", "EUR"),
    "plain": ("", ".", "{}", ""),
    "programs": ("_", ".", "{}", ""),
}


def outcome(text: str) -> ReadMoney | str:
    """What a text was taken as, or why it was refused."""
    try:
        return read_money(text)
    except MoneyRefused as refusal:
        return str(refusal)


def printed(pence: int, group: str, point: str, *, decimals: bool) -> str:
    """An amount with separators of thousands, and with two decimals or, where it has none, without."""
    whole = f"{pence // 100:,}".replace(",", group)
    return f"{whole}{point}{pence % 100:02}" if decimals or pence % 100 else whole


@pytest.mark.parametrize("locale", LOCALES)
@given(pence=st.integers(0, 10**15), decimals=st.booleans())
def test_printed_money_means_the_same_or_is_refused_with_both(locale: str, pence: int, decimals: bool) -> None:
    group, point, form, currency = LOCALES[locale]
    text, amount = form.format(printed(pence, group, point, decimals=decimals)), Decimal(pence) / 100
    found = outcome(text)
    if isinstance(found, str):
        assert f"{amount.normalize():f}" in found
        assert " or " in found
    else:
        assert (Decimal(str(found.amount)), found.currency) == (amount, currency)


@given(st.text(max_size=70))
def test_any_text_is_an_amount_or_is_refused(text: str) -> None:
    found = outcome(text)
    if isinstance(found, str):
        assert len(found) < 200
    else:
        assert 0 <= found.amount <= 10**13
        assert round(found.amount, 2) == found.amount
