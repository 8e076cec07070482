"""A profile's previous secret: recognised after it was replaced, and accepted during the overlap that the operator set.

Only the latest previous secret is kept, as its SHA-256 digest (a secret has 238 random bits, so the digest reveals
nothing). Its clear text is kept only during the overlap, because signed logins are verified with it.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.clock import iso
from affino_mcp.errors import BadCredentials
from affino_mcp.gate.identity.tokens import fingerprint, sha256
from affino_mcp.tool_errors import InvalidArgument

LONGEST_OVERLAP: Final = timedelta(days=7)
_OVERLAP: Final = re.compile(r"0|(?P<number>[0-9]{1,3})(?P<unit>[hd])")


@dataclass(frozen=True)
class Former:
    """A secret that was replaced at `replaced` and is accepted until `until` ("": not at all).

    Both are ISO 8601 in UTC.
    """

    digest: str
    replaced: str
    until: str = ""
    secret: str = field(default="", repr=False)

    @classmethod
    def of(cls, secret: str, now: datetime, overlap: timedelta) -> Former:
        """Makes the record of a secret that is being replaced now. Raises InvalidArgument (overlap)."""
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise InvalidArgument("overlap", f"The overlap must be from nothing to {LONGEST_OVERLAP.days} days.")
        if not overlap:
            return cls(sha256(secret), iso(now))
        return cls(sha256(secret), iso(now), iso(now + overlap), secret)

    @property
    def mark(self) -> str:
        """The fingerprint that identifies this secret in rows and logs."""
        return fingerprint(self.digest)

    def accepted(self, now: datetime) -> bool:
        """True while the overlap runs."""
        return iso(now) < self.until

    def ended(self, now: datetime) -> Former:
        """Gives a copy whose overlap ends now at the latest, without the clear text."""
        return replace(self, until=min(self.until, iso(now)), secret="")

    def kept(self, now: datetime) -> Former:
        """Gives the copy for the profile's next version: without the clear text once the overlap is over."""
        return self if self.accepted(now) else replace(self, secret="")

    def to_json(self) -> dict[str, Any]:
        """Gives the JSON values for the secret document."""
        return asdict(self)


def overlap(text: str) -> timedelta:
    """Parses an overlap such as `0`, `24h` or `7d`. Raises InvalidArgument (overlap)."""
    match = _OVERLAP.fullmatch(text.strip().lower())
    if match is None:
        raise InvalidArgument("overlap", "Say how long in hours or days: 0, 1h, 24h or 7d.")
    number = int(match["number"] or 0)
    return timedelta(days=number) if match["unit"] == "d" else timedelta(hours=number)


class FormerSecret(BadCredentials):
    """The secret is the profile's previous one.

    The API Log records that; the caller gets the text of BadCredentials.
    """

    type = "former_secret"


def replaced(former: Former | None) -> list[CallWarning]:
    """Gives the warning for results of calls that were admitted with a previous secret; empty for the current one."""
    if former is None:
        return []
    end = f"{former.until[:16].replace('T', ' ')} UTC"
    text = f"The API Secret in use was replaced and stops working on {end}. Ask the operator of this instance for the new one."
    return [make_warning(WarningCode.FORMER_SECRET, "", text, Until=former.until)]
