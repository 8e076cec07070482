"""ULIDs: ids that sort by their time, of 48 bits of milliseconds and 80 random ones, in 26 characters (github.com/ulid/spec).

A library of its own reads its version from its package's metadata when it is imported, which took 3 % of a function's start
(docs/decisions/0122-a-start-of-fewer-parts.md); tests hold this module to it.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from threading import Lock
from typing import Final

_CHARACTERS, _BITS, _RANDOM_BITS = 26, 128, 80
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Those of Crockford's base 32."""
_KNOWN: Final = frozenset(_DIGITS + _DIGITS.lower())
_AS_PYTHON_READS: Final = str.maketrans(_DIGITS + _DIGITS.lower(), "0123456789abcdefghijklmnopqrstuv" * 2)
_SHIFTS: Final = range(5 * (_CHARACTERS - 1), -1, -5)


def write_ulid(number: int) -> str:
    """Gives the text of the ULID with this number. Raises ValueError for one that is negative or has over 128 bits."""
    if number < 0 or number >> _BITS:
        raise ValueError("a ULID has 128 bits")
    return "".join([_DIGITS[number >> shift & 31] for shift in _SHIFTS])


def read_ulid(text: str) -> int:
    """Gives the number of a ULID, whose letters may be small. Raises ValueError for any other text."""
    if len(text) != _CHARACTERS or not _KNOWN.issuperset(text):
        raise ValueError("a ULID is 26 digits of base 32")
    number = int(text.translate(_AS_PYTHON_READS), 32)
    if number >> _BITS:
        raise ValueError("a ULID has 128 bits")
    return number


def ulid_moment(text: str) -> datetime:
    """Gives the millisecond in a ULID. Raises ValueError for any other text, and for a year after 9999."""
    return datetime.fromtimestamp((read_ulid(text) >> _RANDOM_BITS) / 1000, UTC)


class UlidSource:
    """Makes ULIDs, each of which sorts after those that it made in the same millisecond. Threads may share it."""

    def __init__(self) -> None:
        self._lock, self._last = Lock(), 0

    def make(self, moment: datetime) -> str:
        """Gives a new ULID of this moment."""
        time = int(moment.timestamp() * 1000)
        with self._lock:
            is_same = self._last >> _RANDOM_BITS == time
            self._last = self._last + 1 if is_same else time << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
            return write_ulid(self._last)
