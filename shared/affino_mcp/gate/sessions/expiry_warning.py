"""The end of a session, told before it comes: logging in again is least painful when nobody is waiting (R27, R44)."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Final

from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.gate.sessions.session_rows import Session

SOON: Final = 10 * 60
"""Seconds before the end from which every result says so."""


def expiring(session: Session, at: datetime) -> list[CallWarning]:
    """The warning that belongs into every result of the session's last minutes; none before."""
    left = session.expires - at.timestamp()
    if left > SOON:
        return []
    minutes = max(1, ceil(left / 60))
    text = f"The session ends in {minutes} min. Tell the person to log in to Affino again; nothing is lost until then."
    return [make_warning(WarningCode.SESSION_EXPIRES_SOON, "", text, Minutes=minutes)]
