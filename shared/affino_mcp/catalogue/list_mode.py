"""The three forms in which a profile's tools are listed. The calls that are allowed are the same in each."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class ListMode(StrEnum):
    """What tools/list shows: every tool, one tool per family, or two doors and a search."""

    FULL = "full"
    FAMILY = "family"
    COMPACT = "compact"


class ListModeText(NamedTuple):
    """A mode's name for operators, and what it does."""

    label: str
    hint: str


LIST_MODES: Final = MappingProxyType(
    {
        ListMode.FULL: ListModeText("Full", "Every tool with its arguments: nothing to look up first, most tokens."),
        ListMode.FAMILY: ListModeText(
            "Family", "One tool per family, the deed as an argument: for clients that hold few tools, or few tokens."
        ),
        ListMode.COMPACT: ListModeText(
            "Compact", "A search, and a tool each to read and to write through: fewest tokens, one or two more steps."
        ),
    }
)
"""The modes by their name. Form, command line and pages are derived from them."""
