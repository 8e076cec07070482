"""Amounts of money as they are printed in common locales: with a currency, and with separators of thousands.

A text that can be two amounts is refused with both. Nothing is rounded.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

from affino_mcp.late_pattern import late_pattern
from affino_mcp.value_class import value_class

MAX_MONEY_CHARACTERS: Final = 60
"""Longer texts are refused before they are looked at."""

CURRENCY_WORDS: Final = {
    "£": "GBP",
    "gbp": "GBP",
    "uk£": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "$": "USD",
    "usd": "USD",
    "us$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "chf": "CHF",
    "fr.": "CHF",
    "sfr.": "CHF",
    "¥": "JPY or CNY",
    "₹": "INR",
    "kr": "SEK, NOK or DKK",
    "kr.": "SEK, NOK or DKK",
    "zł": "PLN",
    "a$": "AUD",
    "c$": "CAD",
}
"""Words and signs of currencies, by their folded form, with the code of ISO 4217."""

_BLANKS: Final = " \u00a0\u2007\u2009\u202f_"
_APOSTROPHES: Final = "'\u2019\u02bc`"
_MULTIPLES: Final = late_pattern(
    r"(?<=\d)\s*(k|tsd|thousand|m|mn|mio|millions?|b|bn|billion|mrd)\.?(?![a-z])", re.IGNORECASE
)
_PARTS: Final = late_pattern(r"(\D*)(\d(?:.*\d)?)(\D*)", re.DOTALL)
_NEGATIVE: Final = late_pattern(r"[-\u2212(]")
_NO_PENCE: Final = late_pattern(r"[.,][-\u2013\u2014]{1,2}$")
"""How Swiss prices end: `40.-`."""
_PLAIN: Final = late_pattern(r"(\d+)(?:([.,])(\d+))?")
_GROUPED: Final = late_pattern(r"([1-9]\d{0,2})(?:G\d{3})+(?:D(\d+))?")
_LAKHS: Final = late_pattern(r"[1-9]\d?(?:,\d\d)+,\d{3}(?:\.(\d+))?")
MAX_AMOUNT: Final = 10**13
OUT_OF_BOUNDS: Final = f"must be a finite number from 0 to {MAX_AMOUNT:,}"
NOT_MONEY: Final = "must be a number, like 40000 or 1250.50"


class MoneyRefused(ValueError):
    """A text is no amount, or could be two; the message follows the argument's name."""


@value_class
class ReadMoney:
    """An amount, and the code of its currency; "" when the text names none."""

    amount: int | float
    currency: str


def read_money(text: str) -> ReadMoney:
    """Gives the amount and the currency that a text names. Raises MoneyRefused."""
    if len(text) > MAX_MONEY_CHARACTERS:
        raise MoneyRefused(NOT_MONEY)
    plain = _NO_PENCE.sub("", _with_plain_digits(text).strip())
    if _MULTIPLES.search(plain):
        raise MoneyRefused("must be written in full, like 40000 instead of 40k")
    parts = _PARTS.fullmatch(plain)
    if parts is None:
        raise MoneyRefused(NOT_MONEY)
    before, number, after = parts.groups()
    if _NEGATIVE.search(before):
        raise MoneyRefused("must be zero or more, and this is a negative amount")
    currency = _read_currency(before.removesuffix("+"), after)
    return ReadMoney(_only_amount(number), currency)


def _with_plain_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


def _read_currency(*words: str) -> str:
    found = dict.fromkeys(_currency_code(each) for word in words for each in word.split())
    if len(found) > 1:
        raise MoneyRefused("must name one currency")
    return next(iter(found), "")


def _currency_code(word: str) -> str:
    if code := CURRENCY_WORDS.get(word.casefold()):
        return code
    if re.fullmatch(r"[A-Z]{3}", word):
        return word
    raise MoneyRefused(NOT_MONEY)


def _only_amount(number: str) -> int | float:
    readings = sorted({*_read_plain(number), *_read_grouped(number)})
    if not readings:
        raise MoneyRefused(NOT_MONEY)
    if len(readings) > 1:
        raise MoneyRefused(f"can be {' or '.join(map(_print_amount, readings))}: give one of them as a number")
    (amount,) = readings
    if amount > MAX_AMOUNT:
        raise MoneyRefused(OUT_OF_BOUNDS)
    if amount != amount.quantize(Decimal("0.01")):
        raise MoneyRefused("must have at most two decimals")
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _print_amount(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _read_plain(number: str) -> list[Decimal]:
    """The number without separators of thousands: a comma before three digits is one, unless nought stands before it."""
    found = _PLAIN.fullmatch(number)
    if found is None:
        return []
    whole, separator, decimals = found.groups()
    if separator == "," and len(decimals) == 3 and not whole.startswith("0"):
        return []
    return [Decimal(f"{whole}.{decimals or 0}")]


def _read_grouped(number: str) -> list[Decimal]:
    """The number with one kind of separator of thousands, and at most one other of decimals."""
    found = []
    for group, marks in ((",", "."), (".", ","), (_BLANKS, ".,"), (_APOSTROPHES, ".,")):
        for mark in marks:
            marked = "".join("G" if c in group else "D" if c == mark else c for c in number)
            if match := _GROUPED.fullmatch(marked):
                found.append(Decimal(f"{marked.partition('D')[0].replace('G', '')}.{match[2] or 0}"))
    if match := _LAKHS.fullmatch(number):
        found.append(Decimal(f"{number.partition('.')[0].replace(',', '')}.{match[1] or 0}"))
    return found
