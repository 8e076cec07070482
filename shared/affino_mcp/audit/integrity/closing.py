"""Closes windows of the API Log: makes, signs and stores the digest of each window that is due.

Several processes may do so at once. A digest's key is the beginning of its window, which is the end of the window before
it, and an object is added to the archive once: so each window has one digest, and who comes second goes on from that one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from affino_mcp.audit.integrity.digest import (
    CLOSING_DELAY,
    WINDOW,
    Digest,
    Leaf,
    grid_floor,
    next_boundary,
    sign_digest,
    tree_hash,
)
from affino_mcp.audit.integrity.digest_archive import ChainEnd, DigestArchive
from affino_mcp.audit.integrity.late_rows import find_late_rows
from affino_mcp.audit.integrity.window_rows import LogTable, id_moment, is_in_span
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.signing import Signer
from affino_mcp.value_class import value_class

MAX_ROWS_PER_DIGEST: Final = 20_000
"""The most rows of one digest, whose object then has 2 MB; a window with more ends after so many rows."""


@value_class
class ClosedWindows:
    """What one run has closed: the end of the chain, and the windows, rows in them and late rows."""

    end: ChainEnd
    windows: int = 0
    rows: int = 0
    late: int = 0


@value_class
class WindowCloser:
    """Closes the windows of one log."""

    log: LogTable
    archive: DigestArchive
    signer: Signer
    max_rows: int = MAX_ROWS_PER_DIGEST

    def close_due(
        self, now: datetime, known: ChainEnd | None, goes_on: Callable[[], bool], *, early: bool = False
    ) -> ClosedWindows:
        """Closes the windows that are due, oldest first, while `goes_on`; with `early`, every window up to now.

        `known` is an end of the chain that was noted elsewhere: it is taken when the archive's own one is before it, so
        that a window whose digest was removed gets no second one. Raises StoreUnavailable.
        """
        end = self._find_end(now, known)
        done = ClosedWindows(end)
        if end.made > now:  # the clock was set back: nothing is made until it is right
            return done
        late = find_late_rows(self.log, self.archive, end.ends) if _next_end(end.ends, now, early=early) else ()
        while (ends := _next_end(end.ends, now, early=early)) and goes_on():
            end, made = self._close(end, ends, now, late)
            rows, listed = (made.rows, len(made.late)) if made else (0, 0)
            done = ClosedWindows(end, done.windows + (made is not None), done.rows + rows, done.late + listed)
            late = ()
        return done

    def _find_end(self, now: datetime, known: ChainEnd | None) -> ChainEnd:
        last = self.archive.find_last(now)
        found = [last.chain_end] if last else []
        if known and known.ends <= now >= known.made:
            found.append(known)
        if found:
            return max(found, key=lambda end: end.ends)
        begins = self.archive.find_next(now) or grid_floor(now - CLOSING_DELAY) - WINDOW
        return ChainEnd(begins, "", begins)

    def _close(
        self, end: ChainEnd, ends: datetime, now: datetime, late: tuple[Leaf, ...]
    ) -> tuple[ChainEnd, Digest | None]:
        """Closes one window; gives the new end of the chain, and the digest unless another process was faster."""
        leaves = list(islice(self.log.read_leaves(end.ends, ends), self.max_rows + 1))
        if len(leaves) > self.max_rows:
            ends = self._cut_end(end.ends, ends, leaves[-1])
            leaves = [leaf for leaf in leaves if is_in_span(leaf.id, end.ends, ends)]
        made = max(now, end.made)  # another process's clock may be a little ahead
        digest = Digest(end.ends, ends, len(leaves), tree_hash(leaves), end.identity, late, made)
        if self.archive.add(sign_digest(self.signer, digest, leaves)):
            return ChainEnd(ends, digest.identity, made), digest
        other = self.archive.read(end.ends)
        if other is None:
            raise StoreUnavailable("the digest that was there is gone")
        return other.chain_end, None

    @staticmethod
    def _cut_end(begins: datetime, ends: datetime, beyond: Leaf) -> datetime:
        """The end of a window with too many rows: the millisecond of the first row beyond them."""
        at = id_moment(beyond.id)
        return max(at, begins + timedelta(milliseconds=1)) if at and at < ends else ends


def _next_end(begins: datetime, now: datetime, *, early: bool) -> datetime | None:
    """The end of the window that begins here; None while it is not due."""
    ends = next_boundary(begins)
    if ends <= now - CLOSING_DELAY:
        return ends
    if not early:
        return None
    latest = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return min(ends, latest) if begins < latest else None
