"""The Retry-After header, by which an answer says how long to wait."""

from __future__ import annotations

from math import ceil


def retry_after_value(wait: float) -> str:
    """Gives the header's value for a wait in seconds: whole seconds, rounded up, at least one."""
    return str(max(1, ceil(wait)))
