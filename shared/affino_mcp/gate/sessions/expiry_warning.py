"""Warns in the last ten minutes of a session, so that the person can log in again before a call fails."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Final

from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.gate.sessions.session_rows import Session

EXPIRY_WARNING_SECONDS: Final = 10 * 60
"""Seconds before a session's end from which on every result carries the warning."""


def expiry_warnings(session: Session, at: datetime) -> list[CallWarning]:
    """Gives the warning for results in the session's last minutes; an empty list before them."""
    left = session.expires - at.timestamp()
    if left > EXPIRY_WARNING_SECONDS:
        return []
    minutes = max(1, ceil(left / 60))
    text = f"The session ends in {minutes} min. Tell the person to log in to Affino again; nothing is lost until then."
    return [make_warning(WarningCode.SESSION_EXPIRES_SOON, "", text, Minutes=minutes)]
