"""What a person may do in the places of a website."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.value_class import value_class

PLACE_KINDS: Final = (SECTION.family, FORUM.family)
"""The kinds of place of a website."""


@value_class
class ActionVerdict:
    """Whether a person may do something in a place: the reasons, or what is missing."""

    deed: str
    held: bool
    because: list[str]


@value_class
class PlaceRights:
    """One section or forum, with a verdict for each action that is possible in it."""

    code: int
    name: str
    deeds: list[ActionVerdict]


class PlacesUnknown(Exception):
    """The instance cannot say what people may do in its places; `reason` says why, for operators."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
