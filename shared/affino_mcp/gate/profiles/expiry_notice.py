"""The notice of a profile's last day: from 14 days before it on, and urgent from 2 days before it on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.clock import format_iso
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.text import plural

NOTICE_DAYS: Final = 14
URGENT_DAYS: Final = 2


class ExpiryStage(StrEnum):
    """How near the end of a profile's last day is."""

    FAR = "far"
    SOON = "soon"
    URGENT = "urgent"
    OVER = "over"


class ExpiryNotice(NamedTuple):
    """The stage at one moment, the whole days until the last day (negative when it is over), and words for operators."""

    stage: ExpiryStage
    days: int
    words: str


def find_expiry_notice(expires: str, at: datetime) -> ExpiryNotice | None:
    """Gives the notice of a last day (ISO date, UTC); None without a last day, or while it is more than 14 days away."""
    if not expires:
        return None
    days = (date.fromisoformat(expires) - at.astimezone(UTC).date()).days
    if days < 0:
        return ExpiryNotice(ExpiryStage.OVER, days, f"expired at the end of {expires} (UTC)")
    if days > NOTICE_DAYS:
        return None
    stage = ExpiryStage.URGENT if days <= URGENT_DAYS else ExpiryStage.SOON
    left = f"in {plural(days, 'day')}" if days else "today"
    return ExpiryNotice(stage, days, f"expires {left}, at the end of {expires} (UTC)")


def expiry_notice_warnings(terms: AdmissionTerms, at: datetime) -> list[CallWarning]:
    """Gives the warning for agents from 14 days before the last day on; an empty list before."""
    notice, end = find_expiry_notice(terms.expires, at), terms.end
    if notice is None or end is None:
        return []
    text = f"This API Profile {notice.words}; its calls are refused after that. Ask the operator of this instance."
    return [make_warning(WarningCode.PROFILE_EXPIRES_SOON, "", text, Until=format_iso(end))]
