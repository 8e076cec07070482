"""A notice and its row in the API Log's table: at most one of a kind, subject and hour, whoever writes it.

The key is made of the hour, the kind and the subject, and a row is only ever created: so no flood of events makes a flood of
notices. The row holds facts; `notices.words` says them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from affino_mcp.clock import epoch_seconds, format_iso
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable
from affino_mcp.store.ops import Database, Item, Key, Put, Query, SortSpan, absent
from affino_mcp.value_class import value_class

NOTICES_PARTITION: Final = "H#notices"
"""The partition of the audit table that holds the notices, sorted by hour."""
RETENTION: Final = timedelta(days=90)
"""How long a notice is kept."""
MAX_SHOWN_NOTICES: Final = 200
"""The most notices that are read at once."""
_MAX_TEXT: Final = 120
"""The most characters of a fact that is a text."""


class NoticeKind(StrEnum):
    """What a notice is about."""

    NEW_CREDENTIALS = "new_credentials"
    CALLS_REFUSED = "calls_refused"
    CALLS_LIMITED = "calls_limited"
    MANY_DELETES = "many_deletes"
    LOGINS_HELD = "logins_held"
    PROFILE_EXPIRES = "profile_expires"


SUBJECTS_PER_HOUR: Final[Mapping[NoticeKind, int]] = {NoticeKind.LOGINS_HELD: 16}
"""The most notices of a kind in an hour, where strangers choose the subjects. Of two subjects in one place, the first is told."""


@value_class
class Notice:
    """A notice about a subject (an API Key, a person, a network), with its facts, which never hold a secret.

    `hour` (`2026-11-23T09`) is the one in which it happened; `at` is when it was noticed, and `sent` when it was sent (ISO 8601).
    """

    kind: NoticeKind
    subject: str
    hour: str
    at: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    sent: str = ""

    @property
    def key(self) -> Key:
        """The key of its row."""
        digest = hashlib.sha256(self.subject.encode()).hexdigest()
        places = SUBJECTS_PER_HOUR.get(self.kind)
        place = digest[:16] if places is None else f"{int(digest[:8], 16) % places:02d}"
        return Key(NOTICES_PARTITION, f"{self.hour}#{self.kind}#{place}")


def make_notice(kind: NoticeKind, subject: str, now: datetime, facts: Mapping[str, Any], hour: str = "") -> Notice:
    """Gives a notice of this moment, in its hour unless another one is given."""
    at = format_iso(now)
    return Notice(kind, subject, hour or at[:13], at, {name: _shorten(value) for name, value in facts.items()})


def store_notice(db: Database, table: str, notice: Notice) -> bool:
    """Stores a notice; False when one of its kind, subject and hour is there already. Raises StoreUnavailable."""
    try:
        db.put(Put(table, _notice_item(notice), absent()))
    except ConditionFailed:
        return False
    return True


def try_store_notice(db: Database, table: str, notice: Notice) -> None:
    """Stores a notice where its writer has something else to do, which a store that fails must not break."""
    with suppress(StoreUnavailable):
        store_notice(db, table, notice)


def mark_sent(db: Database, table: str, notice: Notice, now: datetime) -> None:
    """Notes that a notice was sent. Raises StoreUnavailable."""
    db.put(Put(table, _notice_item(replace(notice, sent=format_iso(now)))))


def list_notices(db: Database, table: str, since: datetime | None = None) -> list[Notice]:
    """Gives the newest notices, newest first, in one read: all, or those of the hours from a moment on."""
    span = SortSpan(low=format_iso(since)[:13]) if since else SortSpan()
    found = db.query(Query(table, NOTICES_PARTITION, span=span, forward=False, limit=MAX_SHOWN_NOTICES)).items
    return sorted(map(_notice_from_item, found), key=lambda one: one.at, reverse=True)


def _notice_item(notice: Notice) -> Item:
    values = {name: getattr(notice, name) for name in ("hour", "at", "sent")}
    ttl = epoch_seconds(datetime.fromisoformat(notice.at) + RETENTION)
    told = {"kind": notice.kind.value, "subject": _shorten(notice.subject), "facts": dict(notice.facts)}
    return {**notice.key._asdict(), **values, **told, "ttl": ttl}


def _notice_from_item(item: Item) -> Notice:
    told = item["subject"], item["hour"], item["at"]
    return Notice(NoticeKind(item["kind"]), *told, facts=item["facts"], sent=item.get("sent", ""))


def _shorten(value: Any) -> Any:
    return value[:_MAX_TEXT] if isinstance(value, str) else value
