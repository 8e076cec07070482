"""The rows of calls to an instance elsewhere: one when a write is sent, and one when its end is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from affino_mcp.audit.row import Outcome

Row = dict[str, Any]


def without_begun(rows: Sequence[Row]) -> list[Row]:
    """The rows without those of calls whose end another of them tells."""
    ended = {_call_of(row) for row in rows if row["outcome"] != Outcome.BEGUN}
    return [row for row in rows if row["outcome"] != Outcome.BEGUN or _call_of(row) not in ended]


def _call_of(row: Row) -> tuple[str, str]:
    return str(row.get("request_id")), str(row.get("method"))
