"""Warnings: the call succeeded, but not exactly as asked. Their codes are stable."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from affino_mcp.tidied_text import TidyText


class WarningCode(StrEnum):
    """What happened instead of what was asked."""

    UNKNOWN_ARGUMENT = "UNKNOWN_ARGUMENT"
    READ_ONLY = "READ_ONLY"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    STORED_DIFFERENTLY = "STORED_DIFFERENTLY"
    NO_CHANGE = "NO_CHANGE"
    ALSO_CHANGED = "ALSO_CHANGED"
    DEFAULTED = "DEFAULTED"
    POSSIBLE_DUPLICATE = "POSSIBLE_DUPLICATE"
    LONG_NOTE = "LONG_NOTE"
    NOT_SHOWN = "NOT_SHOWN"
    IGNORED = "IGNORED"
    REPLAYED = "REPLAYED"
    DRY_RUN = "DRY_RUN"
    NO_PERMISSION_ON_FILE = "NO_PERMISSION_ON_FILE"
    INCOMPLETE = "INCOMPLETE"
    LIVE_NOT_PERMITTED = "LIVE_NOT_PERMITTED"
    NOT_LIVE = "NOT_LIVE"
    HTML_SANITISED = "HTML_SANITISED"
    NOT_HTML = "NOT_HTML"
    NO_FILE = "NO_FILE"
    METADATA_REMOVED = "METADATA_REMOVED"
    ACTIVE_CONTENT = "ACTIVE_CONTENT"
    PENDING_MODERATION = "PENDING_MODERATION"
    TRUNCATED = "TRUNCATED"
    FORMER_SECRET = "FORMER_SECRET"  # noqa: S105 (a code, no secret)
    SESSION_EXPIRES_SOON = "SESSION_EXPIRES_SOON"
    PROFILE_EXPIRES_SOON = "PROFILE_EXPIRES_SOON"
    ATTRIBUTED_HERE_ONLY = "ATTRIBUTED_HERE_ONLY"


NOTHING_WRITTEN: Final = "Nothing was written: this shows what the call would do."
"""What a dry run is warned of."""

CallWarning = dict[str, Any]
"""`{"Code", "Argument", "Message"}` as callers and the API Log see it."""


def make_warning(code: WarningCode, argument: str, message: str, **more: Any) -> CallWarning:
    """Makes one warning; `argument` is the argument or attribute that it concerns ("" for the whole call)."""
    return {"Code": code.value, "Argument": argument, "Message": message, **more}


def warn_of_tidying(argument: str, tidied: Iterable[TidyText]) -> CallWarning:
    """The warning that an argument's text, or texts, were stored in another form than sent, and what was removed."""
    removed = dict.fromkeys(words for each in tidied for words in each.removed)
    told = f" Removed: {', '.join(removed)}." if removed else ""
    text = f"{argument} was stored without surrounding blanks and in normal Unicode form.{told}"
    return make_warning(WarningCode.STORED_DIFFERENTLY, argument, text)
