"""A profile's previous secret: recognised after it was replaced, and accepted during the overlap that the operator set.

Only the latest previous secret is kept, as its SHA-256 digest (a secret has 238 random bits, so the digest reveals
nothing). Its clear text is kept only during the overlap, because signed logins are verified with it.
"""

from __future__ import annotations

from dataclasses import asdict, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.clock import format_iso
from affino_mcp.errors import BadCredentials
from affino_mcp.gate.identity.row_keys import sha256_hex, token_fingerprint
from affino_mcp.late_pattern import late_pattern
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

MAX_OVERLAP: Final = timedelta(days=7)
_OVERLAP_PATTERN: Final = late_pattern(r"0|(?P<number>[0-9]{1,3})(?P<unit>[hd])")


@value_class
class PreviousSecret:
    """A secret that was replaced at `replaced` and is accepted until `until` ("": not at all).

    Both are ISO 8601 in UTC.
    """

    digest: str
    replaced: str
    until: str = ""
    secret: str = field(default="", repr=False)

    @classmethod
    def from_secret(cls, secret: str, now: datetime, overlap: timedelta) -> PreviousSecret:
        """Makes the record of a secret that is being replaced now. Raises InvalidArgument (overlap)."""
        if not timedelta() <= overlap <= MAX_OVERLAP:
            raise InvalidArgument("overlap", f"The overlap must be from nothing to {MAX_OVERLAP.days} days.")
        if not overlap:
            return cls(sha256_hex(secret), format_iso(now))
        return cls(sha256_hex(secret), format_iso(now), format_iso(now + overlap), secret)

    @property
    def fingerprint(self) -> str:
        """The fingerprint that identifies this secret in rows and logs."""
        return token_fingerprint(self.digest)

    def is_accepted(self, now: datetime) -> bool:
        """True while the overlap runs."""
        return format_iso(now) < self.until

    def end_overlap(self, now: datetime) -> PreviousSecret:
        """Gives a copy whose overlap ends now at the latest, without the clear text."""
        return replace(self, until=min(self.until, format_iso(now)), secret="")

    def drop_expired_secret(self, now: datetime) -> PreviousSecret:
        """Gives the copy for the profile's next version: without the clear text once the overlap is over."""
        return self if self.is_accepted(now) else replace(self, secret="")

    def to_json(self) -> dict[str, Any]:
        """Gives the JSON values for the secret document."""
        return asdict(self)


def parse_overlap(text: str) -> timedelta:
    """Parses an overlap such as `0`, `24h` or `7d`. Raises InvalidArgument (overlap)."""
    match = _OVERLAP_PATTERN.fullmatch(text.strip().lower())
    if match is None:
        raise InvalidArgument("overlap", "Say how long in hours or days: 0, 1h, 24h or 7d.")
    number = int(match["number"] or 0)
    return timedelta(days=number) if match["unit"] == "d" else timedelta(hours=number)


class PreviousSecretRefused(BadCredentials):
    """The secret is the profile's previous one.

    The API Log records that; the caller gets the text of BadCredentials.
    """

    type = "former_secret"


def previous_secret_warning(former: PreviousSecret) -> CallWarning:
    """Gives the warning for results of calls that were admitted with a previous secret."""
    end = f"{former.until[:16].replace('T', ' ')} UTC"
    text = f"The API Secret in use was replaced and stops working on {end}. Ask the operator of this instance for the new one."
    return make_warning(WarningCode.FORMER_SECRET, "", text, Until=former.until)
