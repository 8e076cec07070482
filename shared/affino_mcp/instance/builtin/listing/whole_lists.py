"""Lists that are read as a whole: what does not fit into one answer comes with NextCursor, like a page."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import CURSOR
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.answer_size import MAX_RESPONSE_ROWS
from affino_mcp.instance.builtin.engine.cursor import decode_cursor, encode_cursor
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.port import Call

_SHOWN: Final = "shown"
"""The position of a whole list's cursor: how many rows were shown before, of all its parts."""
NEXT_CURSOR: Final = f"Next{CURSOR.name}"


def page_whole_list(values: Values, call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The body from the call's Cursor on, as many rows as fit into one answer.

    Rows of several lists are counted one list after the other. Warns, and gives NextCursor, when there are more.
    """
    done = (decode_cursor(call, values) or {}).get(_SHOWN, 0)
    rows = [(name, row) for name, part in body.items() if isinstance(part, list) for row in part]
    ahead = [row for _, row in rows[done:]][:MAX_RESPONSE_ROWS]
    other = {name: part for name, part in body.items() if not isinstance(part, list)}
    fitting = ResponseBudget(other).take_rows(call, ahead)
    end = done + len(fitting)
    names, shown = [name for name, _ in rows[done:end]], dict[str, Any](body)
    for name in [name for name, part in body.items() if isinstance(part, list)]:
        shown[name] = [row for owner, row in zip(names, fitting, strict=True) if owner == name]
    if end == len(rows):
        return shown
    text = f"{len(fitting)} of {len(rows)} rows are shown; go on with {NEXT_CURSOR}."
    call.warn(WarningCode.TRUNCATED, names[-1], text)
    return shown | {NEXT_CURSOR: encode_cursor(call, values, {_SHOWN: end})}
