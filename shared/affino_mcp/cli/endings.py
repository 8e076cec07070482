"""Says when a session ends: in this machine's local time, and in how many minutes."""

from __future__ import annotations

from datetime import datetime


def describe_end(ends: datetime, now: datetime) -> str:
    """`until 23:10 (in 60 minutes)`, with the day when it is another one; `ended at 23:10` afterwards. In local time."""
    local, today = ends.astimezone(), now.astimezone()
    when = local.strftime("%H:%M" if local.date() == today.date() else "%d %b %Y, %H:%M")
    minutes = round((ends - now).total_seconds() / 60)
    if ends <= now:
        return f"ended at {when}"
    return f"until {when} (in {max(1, minutes)} minute{'' if minutes <= 1 else 's'})"
