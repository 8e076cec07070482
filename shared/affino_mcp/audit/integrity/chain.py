"""The chain of digests: each must be signed, stand where its key says, and follow the one before it without a gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from affino_mcp.audit.integrity.digest import (
    CLOSING_DELAY,
    DIGEST_LATE_AFTER,
    SignedDigest,
    grid_floor,
    next_boundary,
)
from affino_mcp.audit.integrity.digest_archive import ChainEnd, StoredDigest
from affino_mcp.audit.integrity.verdict import WindowState, WindowVerdict
from affino_mcp.store.signing import SignatureCheck
from affino_mcp.value_class import value_class


@value_class
class ChainLink:
    """One window of the chain with the verdict on its digest, and the digest if it is properly signed for this window."""

    verdict: WindowVerdict
    signed: SignedDigest | None = None


class ChainCheck:
    """Judges digests in the order of their windows. The first one is where the check begins: nothing is known before it."""

    def __init__(self, key: SignatureCheck, since: datetime) -> None:
        self._key, self._since = key, since
        self._ends: datetime | None = None
        self._before: ChainEnd | None = None

    def judge(self, stored: StoredDigest, following: datetime | None) -> Iterator[ChainLink]:
        """Yields the gap before this window, if there is one, and the window; `following` is where the next one begins."""
        yield from self._gap(stored)
        state = self._signature_state(stored) or self._chain_state(stored)
        signed = stored.signed if state is WindowState.OK else None
        if signed:
            self._ends = signed.digest.ends
        else:
            self._ends = min(next_boundary(stored.begins), following or datetime.max.replace(tzinfo=UTC))
        self._before = stored.chain_end if signed else None
        rows = signed.digest.rows if signed else 0
        yield ChainLink(WindowVerdict(stored.begins, self._ends, state, rows), signed)

    def judge_end(self, now: datetime, known: ChainEnd | None) -> Iterator[ChainLink]:
        """Yields the gap after the last window.

        There is one when a window that ends later was closed once, as is `known`, or when none was closed for longer than
        housekeeping ever waits.
        """
        begins = self._ends or self._since
        due = grid_floor(now - CLOSING_DELAY) if now - begins > DIGEST_LATE_AFTER else begins
        if known and known.ends <= now:
            due = max(due, known.ends)
        if begins < due:
            yield ChainLink(WindowVerdict(begins, due, WindowState.NO_DIGEST))

    def _gap(self, stored: StoredDigest) -> Iterator[ChainLink]:
        begins = self._ends
        if begins is None:
            is_first = stored.signed is not None and not stored.signed.digest.previous
            begins = stored.begins if is_first else self._since
        if begins < stored.begins:
            yield ChainLink(WindowVerdict(begins, stored.begins, WindowState.NO_DIGEST))

    def _signature_state(self, stored: StoredDigest) -> WindowState | None:
        signed = stored.signed
        if signed is None or not self._key.is_valid(signed.digest.payload(), signed.signature):
            return WindowState.BAD_SIGNATURE
        return None

    def _chain_state(self, stored: StoredDigest) -> WindowState:
        """CHAIN_BROKEN for the digest of another window, one that does not follow the one before, or times out of order."""
        assert stored.signed
        digest, before = stored.signed.digest, self._before
        in_place = stored.begins == digest.begins < digest.ends <= next_boundary(digest.begins)
        in_time = digest.ends <= digest.made and (before is None or before.made <= digest.made)
        overlaps = self._ends is not None and digest.begins < self._ends
        follows = before is None or before.ends != digest.begins or before.identity == digest.previous
        sound = in_place and in_time and follows and not overlaps
        return WindowState.OK if sound else WindowState.CHAIN_BROKEN
