"""The digests in their archive: which is the last one, and those of a span of time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.audit.integrity.digest import (
    FOLDER,
    BadDigest,
    SignedDigest,
    digest_key,
    key_begins,
    next_boundary,
)
from affino_mcp.audit.row import RETENTION_DAYS
from affino_mcp.store.archive import MAX_KEYS_PER_LIST, Archive
from affino_mcp.value_class import value_class

_LOOK_BACK: Final = (timedelta(days=2), timedelta(days=RETENTION_DAYS))
"""How far back the last digest is looked for: usually it is minutes old."""


@value_class
class ChainEnd:
    """Where the chain of digests ends: the last window's end, its digest's `identity`, and when that was made."""

    ends: datetime
    identity: str
    made: datetime


@value_class
class StoredDigest:
    """An object of the archive: the beginning in its key, its bytes, and the digest in them (None: there is none)."""

    begins: datetime
    content: bytes
    signed: SignedDigest | None

    @property
    def chain_end(self) -> ChainEnd:
        """The end of the chain after this digest; after an object that is no digest, the next boundary."""
        digest = self.signed.digest if self.signed else None
        if digest and digest.begins == self.begins < digest.ends <= next_boundary(self.begins):
            return ChainEnd(digest.ends, digest.identity, digest.made)
        return ChainEnd(next_boundary(self.begins), hashlib.sha256(self.content).hexdigest(), self.begins)


@value_class
class DigestArchive:
    """The digests of one log. Every method may raise StoreUnavailable."""

    objects: Archive

    def add(self, signed: SignedDigest) -> bool:
        """Adds the digest of a window; False when the window has one, which stays as it is."""
        return self.objects.add(digest_key(signed.digest.begins), signed.to_bytes())

    def read(self, begins: datetime) -> StoredDigest | None:
        """Gives the digest whose window begins at this moment."""
        content = self.objects.read(digest_key(begins))
        return None if content is None else StoredDigest(begins, content, _parse(content))

    def list_begins(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Yields the beginnings of the windows that begin from `since` to `until`, in order."""
        after, before = digest_key(since - timedelta(milliseconds=1)), digest_key(until)
        while True:
            keys = self.objects.list_keys(FOLDER, after)
            yield from (begins for key in keys if key <= before and (begins := key_begins(key)))
            if len(keys) < MAX_KEYS_PER_LIST or keys[-1] > before:
                return
            after = keys[-1]

    def find_last(self, now: datetime) -> StoredDigest | None:
        """Gives the digest of the last window that has begun; None when there is none."""
        for back in _LOOK_BACK:
            found = list(self.list_begins(now - back, now))
            if found:
                return self.read(found[-1])
        return None

    def find_next(self, now: datetime) -> datetime | None:
        """Gives the beginning of a window that has a digest and has not begun: the clock was set back."""
        return next(filter(None, map(key_begins, self.objects.list_keys(FOLDER, digest_key(now)))), None)


def _parse(content: bytes) -> SignedDigest | None:
    try:
        return SignedDigest.from_bytes(content)
    except BadDigest:
        return None
