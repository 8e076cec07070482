"""The limits of an answer's size, of whichever system of record, and how an answer is cut to them."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.compact_json import to_json
from affino_mcp.instance.token_estimate import is_within

MAX_RESPONSE_ROWS: Final = 100
MAX_ANSWER_TOKENS: Final = 20_000
"""Maximum tokens of an answer with its warnings, by the estimate, which is too high. Clients refuse or cut from 25,000 on."""
_CLOSING_TOKENS: Final = 400
"""Room for the warnings about what is cut here."""
MAX_BODY_TOKENS: Final = MAX_ANSWER_TOKENS - 1_500
"""Maximum tokens of a body that a method fills up; the rest is for the warnings of the method itself."""


def json_length(value: Any) -> int:
    """The number of characters that a value takes in the JSON of an answer."""
    return len(to_json(value))


def truncate_answer(method: Method, body: dict[str, Any], warnings: list[CallWarning]) -> dict[str, Any]:
    """Cuts the body to the response size limit; adds one warning for each list and each text that is cut.

    Takes the method, the body and the list of warnings; returns the body to send.
    """
    _cut_warnings(method, warnings)
    for name in _long_lists(body) if method.effect is Effect.READ else ():
        body = {**body, name: _cut_rows(method, name, body[name], warnings)}
    while not is_within([body, warnings], MAX_ANSWER_TOKENS - _CLOSING_TOKENS):
        cuttable = [name for name, part in body.items() if part and isinstance(part, list | str | dict)]
        if not cuttable:
            break
        name = max(cuttable, key=lambda key: json_length(body[key]))
        body = {**body, name: _halve(method, name, body[name], warnings)}
    return body


def _cut_warnings(method: Method, warnings: list[CallWarning]) -> None:
    """Leaves out the last warnings, and says how many, when all together would take the place of the answer."""
    kept = list(warnings)
    while len(kept) > 1 and not is_within(kept, MAX_ANSWER_TOKENS // 2):
        kept = kept[: len(kept) // 2]
    if left_out := len(warnings) - len(kept):
        warnings[:] = kept
        _warn_truncated(method, "Warnings", f"{left_out} further warnings are left out.", warnings)


def _long_lists(body: dict[str, Any]) -> list[str]:
    return [name for name, part in body.items() if isinstance(part, list) and len(part) > MAX_RESPONSE_ROWS]


def _cut_rows(method: Method, name: str, part: list[Any], warnings: list[CallWarning]) -> list[Any]:
    _warn_truncated(method, name, f"{MAX_RESPONSE_ROWS} of {len(part)} rows are shown.", warnings)
    return part[:MAX_RESPONSE_ROWS]


def _halve(method: Method, name: str, part: Any, warnings: list[CallWarning]) -> Any:
    """About half of an attribute: fewer rows, a shorter text, or a record with less of its longest attribute."""
    if isinstance(part, list | str) and len(part) > 1:
        kind = "rows" if isinstance(part, list) else "characters"
        _warn_truncated(method, name, f"{len(part) // 2} of {len(part)} {kind} are shown.", warnings)
        return part[: len(part) // 2]
    if isinstance(part, list) and part:
        return [_halve(method, name, part[0], warnings)]
    if isinstance(part, dict) and part:
        longest = max(part, key=lambda key: json_length(part[key]))
        return {**part, longest: _halve(method, longest, part[longest], warnings)}
    _warn_truncated(method, name, "It is too long to be shown.", warnings)
    return None


def _warn_truncated(method: Method, name: str, text: str, warnings: list[CallWarning]) -> None:
    taken = {field.name for field in method.all_arguments}
    ways = {"Search": "narrow it down with Search", "PageSize": "ask for fewer with PageSize"}
    way = next((f" To see the rest, {words}." for field, words in ways.items() if field in taken), "")
    warnings[:] = [w for w in warnings if (w["Code"], w["Argument"]) != (WarningCode.TRUNCATED, name)]
    warnings.append(make_warning(WarningCode.TRUNCATED, name, text + way))
