"""Enforces the response size limit: at most 100 rows of a list and 150,000 characters.

Lists and long texts keep within the limit by themselves and say how to read on; this module enforces it for every
method of every instance, and warns about what was cut.
"""

from __future__ import annotations

import json
from typing import Any, Final

from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.warning import Warning_, WarningCode, warning

MOST_ROWS: Final = 100
_WHOLE_ANSWER: Final = 150_000
MOST_CHARACTERS: Final = _WHOLE_ANSWER - 2_000
"""Maximum characters of the JSON of a body and its warnings; the rest is for the warnings about what is cut here."""
MOST_FILLED: Final = MOST_CHARACTERS - 3_000
"""Maximum characters of the JSON of a body that a method fills up; the rest is for the warnings of the method itself."""


def length(value: Any) -> int:
    """The number of characters that a value takes in the JSON of an answer."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def fitted(method: Method, body: dict[str, Any], warnings: list[Warning_]) -> dict[str, Any]:
    """Cuts the body to the response size limit; adds one warning for each list and each text that is cut.

    Takes the method, the body and the list of warnings; returns the body to send.
    """
    if method.effect is Effect.READ:
        body = {name: _rows(method, name, part, warnings) for name, part in body.items()}
    while length(body) + length(warnings) > MOST_CHARACTERS:
        name = max(body, key=lambda key: length(body[key]))
        body = {**body, name: _less(method, name, body[name], warnings)}
    return body


def _rows(method: Method, name: str, part: Any, warnings: list[Warning_]) -> Any:
    if not isinstance(part, list) or len(part) <= MOST_ROWS:
        return part
    _tell(method, name, f"{MOST_ROWS} of {len(part)} rows are shown.", warnings)
    return part[:MOST_ROWS]


def _less(method: Method, name: str, part: Any, warnings: list[Warning_]) -> Any:
    """About half of an attribute: fewer rows, a shorter text, or a record without its longest attribute."""
    if isinstance(part, list | str) and len(part) > 1:
        kind = "rows" if isinstance(part, list) else "characters"
        _tell(method, name, f"{len(part) // 2} of {len(part)} {kind} are shown.", warnings)
        return part[: len(part) // 2]
    if isinstance(part, dict) and part:
        longest = max(part, key=lambda key: length(part[key]))
        return {**part, longest: _less(method, longest, part[longest], warnings)}
    _tell(method, name, "It is too long to be shown.", warnings)
    return None


def _tell(method: Method, name: str, text: str, warnings: list[Warning_]) -> None:
    taken = {field.name for field in method.takes}
    ways = {"Search": "narrow it down with Search", "PageSize": "ask for fewer with PageSize"}
    way = next((f" To see the rest, {words}." for field, words in ways.items() if field in taken), "")
    warnings[:] = [w for w in warnings if (w["Code"], w["Argument"]) != (WarningCode.TRUNCATED, name)]
    warnings.append(warning(WarningCode.TRUNCATED, name, text + way))
