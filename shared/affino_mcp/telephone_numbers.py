"""Telephone numbers by their digits: the same number is told in every writing.

A number may be written with a country code (behind `+` or `00`, ITU-T E.164 and E.123) or from within the country, there
with a trunk prefix (a 0, in brackets behind a country code) or without.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.late_pattern import late_pattern
from affino_mcp.plain_text import plain
from affino_mcp.value_class import value_class

SURE_DIGITS: Final = 7
"""So many last digits lead to a number: the shortest that subscribers have almost everywhere."""
MIN_DIGITS: Final = 4
"""Fewer digits are no number, and no part of one that is looked for by its middle."""
_MAX_DIGITS: Final = 15
"""The most digits of a number (E.164)."""
_SAME_NUMBER_DIGITS: Final = 9
"""Two numbers that end in the same so many digits are the same, whatever trunk prefix each is written with."""
_GAP: Final = r"[\s().\-/\u00b7\u2010-\u2015\u2212]"
_NUMBER: Final = late_pattern(rf"(?:\+{_GAP}{{0,3}})?[0-9](?:{_GAP}*[0-9])+")
_TRUNK: Final = late_pattern(r"\(\s*0\s*\)")
_GROUP: Final = late_pattern(r"[0-9]+")
_SHORT_CODES: Final = frozenset(
    (
        *(
            20,
            27,
            30,
            31,
            32,
            33,
            34,
            36,
            39,
            40,
            41,
            43,
            44,
            45,
            46,
            47,
            48,
            49,
            51,
            52,
            53,
            54,
            55,
            56,
            57,
            58,
            60,
            61,
        ),
        *(62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98),
    )
)
"""Country codes of two digits; 1 and 7 have one, all others three."""


@value_class
class PhoneNumber:
    """A number: its `digits` with the country code, if it was written with one, and without prefixes.

    `groups` are the lengths of its ends that begin where a group of digits was written, longest first; `national` is how
    many of the digits are behind the country code.
    """

    digits: str
    groups: tuple[int, ...]
    national: int

    @property
    def beginnings(self) -> list[str]:
        """The ends of the number by whose beginnings it is looked up: it is found from where a group begins.

        One that was written as a single group is found from each of its digits.
        """
        every = (SURE_DIGITS + 1, MIN_DIGITS, *range(MIN_DIGITS + 1, self.national))
        lengths = [len(self.digits), self.national, SURE_DIGITS, *(self.groups if self.groups[1:] else every)]
        ends = (self.digits[-length:] for length in lengths if MIN_DIGITS <= length <= len(self.digits))
        return list(dict.fromkeys(ends))

    def is_same(self, other: PhoneNumber) -> bool:
        """True when both may be writings of one number, or one is a part of the other of at least four digits."""
        short, long = sorted((self.digits, other.digits), key=len)
        ends_alike = len(short) >= _SAME_NUMBER_DIGITS and long.endswith(short[-_SAME_NUMBER_DIGITS:])
        return ends_alike or (len(short) >= MIN_DIGITS and short in long)


def find_numbers(text: str) -> list[PhoneNumber]:
    """The telephone numbers in a text, in order: the runs of 4 to 15 digits with the usual signs between."""
    return [number for run in _NUMBER.findall(plain(text)) for number in _read_run(run)]


def phone_digits(text: str) -> str:
    """The digits of the first number in a text, without prefixes; "" when there is none."""
    return next((number.digits for number in find_numbers(text)), "")


def without_numbers(text: str) -> str:
    """The plain text without the telephone numbers in it."""
    return _NUMBER.sub(lambda run: " " if _read_run(run[0]) else run[0], plain(text))


def _read_run(run: str) -> list[PhoneNumber]:
    """The numbers of a run of digits; one that is too long may have two, on both sides of a slash."""
    parts = [run] if len(_digits(run)) <= _MAX_DIGITS else run.split("/")
    numbers = [_read_number(part) for part in parts if len(_digits(part)) <= _MAX_DIGITS + len("00")]
    return [number for number in numbers if MIN_DIGITS <= len(number.digits) <= _MAX_DIGITS]


def _digits(run: str) -> str:
    return "".join(_GROUP.findall(run))


def _read_number(run: str) -> PhoneNumber:
    groups = _GROUP.findall(_TRUNK.sub(" ", run))
    written = "".join(groups)
    is_abroad = run.startswith("+") or written.startswith("00")
    bare = written.lstrip("0")
    country = bare[: _country_code_length(bare)] if is_abroad else ""
    own = bare[len(country) :].lstrip("0")
    digits = country + own
    lengths = [len("".join(groups[n:])) for n in range(len(groups))]
    return PhoneNumber(digits, tuple(min(length, len(digits)) for length in lengths), len(own))


def _country_code_length(digits: str) -> int:
    if digits[:1] in ("1", "7"):
        return 1
    return 2 if int(digits[:2] or 0) in _SHORT_CODES else 3
