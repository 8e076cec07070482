"""Response budget: limits the body of an answer in tokens, and warns about what was left out.

Clients refuse or cut longer answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any, Final

from affino_mcp.catalogue.record import LENGTH, NEXT
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.answer_size import MAX_BODY_TOKENS
from affino_mcp.instance.port import Call
from affino_mcp.instance.token_estimate import cut_text, estimate_tokens

MOST_CHARACTERS_PER_TOKEN: Final = 14
"""More characters than a token of any text has, by the estimate: texts that are longer than that need not be read."""
LEAST_PART: Final = 300
"""Tokens of the smallest part of a text that an answer gives, so that whoever reads on comes to its end."""
Row = dict[str, Any]


class ResponseBudget:
    """Tokens that are left for the rest of an answer of which `begun` is written already."""

    def __init__(self, begun: Any) -> None:
        self.left = MAX_BODY_TOKENS - estimate_tokens(begun)

    def try_add(self, value: Any) -> bool:
        """Counts the value and returns True when it fits into the budget; returns False otherwise."""
        needed = estimate_tokens(value) + 1
        if needed > self.left:
            return False
        self.left -= needed
        return True

    def take_rows(self, call: Call, rows: Sequence[Row], shown: Callable[[Row], Row] = lambda row: row) -> list[Row]:
        """The rows from the first on that fit; the first one always, without its longest texts when it is too long itself.

        `shown` gives what of a row will be shown.
        """
        fitting = list(takewhile(lambda row: self.try_add(shown(row)), rows))
        return fitting or [self._shorten(call, row, shown) for row in rows[:1]]

    def _shorten(self, call: Call, row: Row, shown: Callable[[Row], Row]) -> Row:
        """The row with the length in place of each text that is too long for it, the longest first; warns which."""
        for name in sorted(shown(row), key=lambda key: -estimate_tokens(row[key])):
            if self.try_add(shown(row)) or not isinstance(row[name], str):
                break
            row = leave_out_text(row, name, len(row[name]))
            text = f"{name} is too long for this list: read the record by itself, where it comes in parts."
            call.warn(WarningCode.TRUNCATED, name, text)
        return row

    def show_text(
        self, call: Call, answer: dict[str, Any], name: str, text: str | None, start: int = 0, where: str = ""
    ) -> dict[str, Any]:
        """The answer with the part of a text from `start` on that fits, and when that is not all, with where it goes on.

        Warns then, too. `where` names the tool and the record that the text is read on with; empty: the call itself.
        """
        if text is None:
            return answer | {name: None}
        part = cut_text(text[start:], max(self.left, LEAST_PART))
        self.left -= estimate_tokens(part)
        following = start + len(part)
        if following >= len(text):
            return answer | {name: part}
        how = f"{where + ', ' if where else ''}{name}From={following}"
        message = f"{name} is cut: {len(text):,} characters in all. Read on with {how}."
        call.warn(WarningCode.TRUNCATED, name, message)
        return answer | {name: part, f"{name}{NEXT}": following}


def leave_out_text(answer: dict[str, Any], name: str, length: int) -> dict[str, Any]:
    """The answer with the number of characters in place of a text (`BodyLength`), in the same order."""
    return {(f"{name}{LENGTH}" if key == name else key): (length if key == name else answer[key]) for key in answer}
