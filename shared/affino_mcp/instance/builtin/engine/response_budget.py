"""Response budget: limits an answer to 150,000 characters and warns about what was left out.

Clients refuse or cut longer answers.
"""

from __future__ import annotations

from typing import Any

from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.answer_size import MAX_BODY_CHARACTERS, json_length
from affino_mcp.instance.port import Call


class ResponseBudget:
    """Characters that are left for the rest of an answer of which `begun` is written already."""

    def __init__(self, begun: Any) -> None:
        self.left = MAX_BODY_CHARACTERS - json_length(begun)

    def try_add(self, value: Any) -> bool:
        """Counts the value and returns True when it fits into the budget; returns False otherwise."""
        needed = json_length(value) + 1
        if needed > self.left:
            return False
        self.left -= needed
        return True

    def cut_text(self, call: Call, text: str | None, argument: str, start: int = 0) -> str | None:
        """The part of a text from `start` on that fits into the budget; None for None.

        Warns, with the position to continue from, when the text is cut.
        """
        if text is None:
            return None
        part = self.add_part(text[start:])
        if start + len(part) < len(text):
            message = f"{argument} is cut: {len(text)} characters in all. Read on with BodyFrom={start + len(part)}."
            call.warn(WarningCode.TRUNCATED, argument, message)
        return part

    def add_part(self, text: str) -> str:
        """The beginning of a text that fits; counts it."""
        if self.try_add(text):
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if json_length(text[:middle]) < self.left else (low, middle - 1)
        self.left = 0
        return text[:low]
