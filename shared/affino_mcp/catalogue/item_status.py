"""What became of one item of a call of many, and the names under which answers tell it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

OUTCOME: Final = "Outcome"
TOTALS: Final = "Totals"


class ItemStatus(StrEnum):
    """What became of one item of a call of many; `possible` is what a dry run says of an item that would be done."""

    DONE = "done"
    POSSIBLE = "possible"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_BEGUN = "not begun"
