"""Finds records by the words of their names, for readers of the API Log; no right of a person is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class NamedRecord(NamedTuple):
    """A record by its reference (`accounts#12`) and its name, and whether the name is exactly what was asked for."""

    ref: str
    name: str
    is_exact: bool


class RecordFinder(Protocol):
    """Finds records that are not deleted."""

    def find_records(self, words: str, family: str = "") -> Sequence[NamedRecord]:
        """Gives the records in whose names every one of these words, or its beginning, stands; few of them.

        Where some have exactly this name, those of the first kind that has any. `family` is the kind looked for, "" for
        the kinds that have names. Raises StoreUnavailable.
        """
