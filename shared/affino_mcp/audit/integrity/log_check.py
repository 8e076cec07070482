"""Checks the API Log against its digests, window by window, oldest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest

from affino_mcp.audit.integrity.chain import ChainCheck, ChainLink
from affino_mcp.audit.integrity.digest import WINDOW
from affino_mcp.audit.integrity.digest_archive import ChainEnd, DigestArchive
from affino_mcp.audit.integrity.late_rows import LATE_PERIOD
from affino_mcp.audit.integrity.verdict import WindowState, WindowVerdict, compare_rows
from affino_mcp.audit.integrity.window_rows import LogTable, is_in_span
from affino_mcp.audit.row import RETENTION_DAYS
from affino_mcp.store.signing import SignatureCheck
from affino_mcp.value_class import value_class


@value_class
class LogCheck:
    """The check of one log with the public key of its digests; `known` is the end of the chain as noted elsewhere, if it is."""

    log: LogTable
    archive: DigestArchive
    key: SignatureCheck
    known: ChainEnd | None = None

    def verify(self, since: datetime, now: datetime) -> Iterator[WindowVerdict]:
        """Yields the verdict on each closed window that ends after `since`. Raises StoreUnavailable.

        A window is judged when the digests of the hour after it are read, because these list its late rows. Rows that
        came after the last digest are in no window yet.
        """
        kept_since = now - timedelta(days=RETENTION_DAYS)
        if since < kept_since:
            yield WindowVerdict(since, kept_since, WindowState.EXPIRED)
        late: dict[str, list[str]] = {}
        waiting: deque[ChainLink] = deque()
        for link in self._read_links(max(since, kept_since), now):
            for id_, hash_ in link.signed.digest.late if link.signed else ():
                late.setdefault(id_, []).append(hash_)
            waiting.append(link)
            while waiting[0].verdict.ends + LATE_PERIOD <= link.verdict.begins:
                yield self._judge(waiting.popleft(), late, kept_since)
        for link in waiting:
            yield self._judge(link, late, kept_since)

    def _read_links(self, since: datetime, now: datetime) -> Iterator[ChainLink]:
        """The links of the chain that end after `since`; those before only prepare the check of the first of these."""
        chain = ChainCheck(self.key, since)
        begins = list(self.archive.list_begins(since - 2 * WINDOW, now))
        for at, following in zip_longest(begins, begins[1:]):
            stored = self.archive.read(at)
            if stored:
                yield from (link for link in chain.judge(stored, following) if link.verdict.ends > since)
        yield from chain.judge_end(now, self.known)

    def _judge(self, link: ChainLink, late: dict[str, list[str]], kept_since: datetime) -> WindowVerdict:
        begins, ends = link.verdict.begins, link.verdict.ends
        if begins < kept_since:
            return replace(link.verdict, digest=WindowState.EXPIRED)
        if link.signed is None:
            return link.verdict
        own = {id_: late.pop(id_) for id_ in list(late) if is_in_span(id_, begins, ends)}
        return replace(link.verdict, found=compare_rows(link.signed.leaves, own, self.log.read_leaves(begins, ends)))
