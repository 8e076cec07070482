"""Days as people type them into forms: `31 Dec`, `31/12/2026`, `in 3 months`; a day without a year is the next such one."""

from __future__ import annotations

from dataclasses import replace

from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.spoken_times.reading import parse_day


def read_typed_day(ask: ScreenRequest, text: str) -> str:
    """Gives the day as `2026-12-31`, by the reader's calendar; a text that names none comes back as it is."""
    if not text.strip():
        return ""
    try:
        return parse_day(text, replace(ask.local_clock, looks_back=False)).isoformat()
    except ValueError:
        return text
