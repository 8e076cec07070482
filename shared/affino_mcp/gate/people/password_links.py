"""Links by which people set their own password: single-use, 72 hours, stored as a digest alone.

A person has one link at a time, in one row: a newer one supersedes it. Whoever makes a link hands it over; the service
mails nobody.
"""

from __future__ import annotations

import re
from dataclasses import field
from enum import StrEnum
from typing import Final

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.row_keys import digest_token, new_token
from affino_mcp.http.credential_forms import TOKEN_FORM
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Put, Update, WriteOp, absent, all_of, equals
from affino_mcp.value_class import value_class

PASSWORD_LINK_LIFETIME_SECONDS: Final = 72 * 3600
PASSWORD_LINK_RETENTION_SECONDS: Final = 30 * 24 * 3600
"""Seconds after its end for which a link is still told what became of it."""
MAX_SUPERSEDED_LINKS: Final = 20
"""How many earlier links of a person are told that a newer one has replaced them."""
_TOKEN: Final = re.compile(rf"([1-9][0-9]{{0,14}})\.({TOKEN_FORM})")


class LinkState(StrEnum):
    """What a link is: good, or why not. UNKNOWN says nothing about anybody."""

    GOOD = "good"
    USED = "used"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class LinkUnusable(Exception):
    """A link is not good; `state` says why, `user_code` whose it is when its holder is proved to be theirs."""

    def __init__(self, state: LinkState, user_code: int | None = None) -> None:
        super().__init__(state)
        self.state, self.user_code = state, user_code


@value_class
class PasswordLink:
    """A link that is given out now, and stored nowhere; `expires` is in seconds since the epoch."""

    user_code: int
    token: str = field(repr=False)
    expires: int

    def address(self, base: str) -> str:
        """The link for a browser, below the service's own address `base`.

        The token stands behind `#`: browsers send it to no server, so no log of an address holds it.
        """
        return f"{base}/hub/link#{self.token}"


@value_class
class LinkStatus:
    """What operators see of a person's latest link; times in seconds since the epoch, `used` None while it is not used."""

    made: int
    expires: int
    used: int | None

    @classmethod
    def from_row(cls, row: Item | None) -> LinkStatus | None:
        """Makes it from the link's row; None without one."""
        return cls(row["made"], row["expires"], row.get("used")) if row else None


class PasswordLinks:
    """Makes links, and says what a link is. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def new_link(self, user_code: int) -> PasswordLink:
        """Gives a new link for a person; it is good once the write of `build_put` is carried out."""
        expires = epoch_seconds(self._clock()) + PASSWORD_LINK_LIFETIME_SECONDS
        return PasswordLink(user_code, f"{user_code}.{new_token()}", expires)

    def build_put(self, link: PasswordLink) -> Put:
        """Gives the write that makes a link good and supersedes the one before, unless another link comes between."""
        place, digest = row_keys.password_link_key(link.user_code), digest_token(link.token)
        before = self._db.get(self._table, place)
        earlier = [before["digest"], *before["earlier"]] if before else []
        row = {
            "digest": digest,
            "made": epoch_seconds(self._clock()),
            "expires": link.expires,
            "earlier": earlier[:MAX_SUPERSEDED_LINKS],
            "ttl": link.expires + PASSWORD_LINK_RETENTION_SECONDS,
        }
        return Put(self._table, place._asdict() | row, equals("digest", before["digest"]) if before else absent())

    def require_good(self, text: str) -> int:
        """Gives the code of the person whose link this is; raises LinkUnusable."""
        match = _TOKEN.fullmatch(text)
        row = self._db.get(self._table, row_keys.password_link_key(int(match[1]))) if match else None
        if match is None or row is None:
            raise LinkUnusable(LinkState.UNKNOWN)
        user_code, state = int(match[1]), self._state_of(row, digest_token(text))
        if state is not LinkState.GOOD:
            raise LinkUnusable(state, None if state is LinkState.UNKNOWN else user_code)
        return user_code

    def build_use(self, user_code: int, text: str) -> WriteOp:
        """Gives the write that uses a link up; it fails when the link is used or superseded meanwhile."""
        still = all_of(equals("digest", digest_token(text)), absent("used"))
        used = {"used": epoch_seconds(self._clock())}
        return Update(self._table, row_keys.password_link_key(user_code), assign=used, condition=still)

    def _state_of(self, row: Item, digest: str) -> LinkState:
        if digest in row["earlier"]:
            return LinkState.SUPERSEDED
        if digest != row["digest"]:
            return LinkState.UNKNOWN
        if row.get("used") is not None:
            return LinkState.USED
        return LinkState.EXPIRED if row["expires"] <= epoch_seconds(self._clock()) else LinkState.GOOD
