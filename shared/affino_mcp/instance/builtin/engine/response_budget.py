"""Room in an answer: at most 150,000 characters reach a client, and what was left out is said (threat 62)."""

from __future__ import annotations

import json
from typing import Any, Final

from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.port import Call

MOST: Final = 145_000
"""Characters of an answer's JSON; the rest of the 150,000 is for the envelope and warnings."""


def size(value: Any) -> int:
    """How many characters a value takes in an answer."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


class Room:
    """What is left for an answer that has `begun` already."""

    def __init__(self, begun: Any) -> None:
        self.left = MOST - size(begun)

    def takes(self, value: Any) -> bool:
        """Whether the value still fits; if so it is counted."""
        needed = size(value) + 1
        if needed > self.left:
            return False
        self.left -= needed
        return True

    def shown(self, call: Call, text: str | None, argument: str, start: int = 0) -> str | None:
        """A text from `start` on, as much as fits; a cut is said, with where to read on."""
        if text is None:
            return None
        part = self.part(text[start:])
        if start + len(part) < len(text):
            message = f"{argument} is cut: {len(text)} characters in all. Read on with BodyFrom={start + len(part)}."
            call.warn(WarningCode.TRUNCATED, argument, message)
        return part

    def part(self, text: str) -> str:
        """As much of a text as fits, counted."""
        if self.takes(text):
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if size(text[:middle]) < self.left else (low, middle - 1)
        self.left = 0
        return text[:low]
