"""Why a code or a refresh token gives no tokens; apps are told one and the same (RFC 6749, section 5.2: invalid_grant)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from affino_mcp.gate.grants.grant_rows import Grant


class RefusalReason(StrEnum):
    """The reasons, as log lines name them."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    OTHER_CLIENT = "other_client"
    OTHER_REDIRECT = "other_redirect"
    WRONG_VERIFIER = "wrong_verifier"
    BROADER_SCOPE = "broader_scope"
    REPLAYED_CODE = "replayed_code"
    REUSED_AT_ONCE = "reused_at_once"
    REUSED_LATER = "reused_later"
    GRANT_ENDED = "grant_ended"
    PERSON_DISABLED = "person_disabled"
    LOGGED_OUT = "logged_out"
    PROFILE_CLOSED = "profile_closed"
    NOT_OPENED = "not_opened"
    SECRET_REPLACED = "secret_replaced"  # noqa: S105 (a word, no password)


class GrantRefused(Exception):
    """A code or a refresh token gives no tokens; `grant` is the grant that it is of, as far as it is known."""

    def __init__(self, reason: RefusalReason, grant: Grant | None = None) -> None:
        super().__init__(reason)
        self.reason, self.grant = reason, grant

    @property
    def is_guess(self) -> bool:
        """True when nobody ever had this value."""
        return self.reason is RefusalReason.UNKNOWN
