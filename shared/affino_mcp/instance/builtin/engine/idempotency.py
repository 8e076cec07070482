"""Idempotency keys: the same key does the same thing once (design decision 8)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import seconds
from affino_mcp.errors import Conflict
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.ops import Compare, Database, Item, Key, Put, absent, any_of

KEPT: Final = timedelta(hours=24)
"""How long a key is remembered."""

MOST_KEPT: Final = 30_000
"""Characters of an answer that are kept with its key; a longer one is read again, where a method reads it."""


class UsedKey(Exception):
    """The key has been used: answer with what it did then."""


def key_of(call: Call, given: str) -> Key:
    """Where the key's row lives: bound to person and profile, so that nobody meets another's key."""
    digest = hashlib.sha256(given.encode()).hexdigest()
    return Key(f"I#{call.actor.user_code}#{call.profile}#{digest}", "A")


def fingerprint(method: Method, values: Values) -> str:
    """What was asked, without the key itself: the same key with another fingerprint is a conflict."""
    asked = {name: value for name, value in values.items() if name != IDEMPOTENCY_KEY.name}
    return hashlib.sha256(json.dumps([method.name, asked], sort_keys=True).encode()).hexdigest()


def remember(table: str, method: Method, values: Values, call: Call, done: Done) -> Put:
    """The row that keeps the answer, on condition that the key is free."""
    now = seconds(call.at)
    key = key_of(call, values[IDEMPOTENCY_KEY.name])
    row: Item = {"pk": key.pk, "sk": key.sk, "print": fingerprint(method, values), "record": done.record}
    body = json.dumps(done.body, ensure_ascii=False)
    row |= {
        "ttl": now + int(KEPT.total_seconds()),
        "body": "{}" if len(body) > MOST_KEPT and reader(method, done.record) else body,
    }
    return Put(table, row, any_of(absent(), Compare("ttl", "<", now)))


def reader(method: Method, ref: str) -> Method | None:
    """The method that reads, by the record's code alone, the kind of answer that this one gives."""
    record = RECORDS.get(ref.partition("#")[0])
    reads = (found for found in METHODS.values() if found.access is Access.READ and found.returns == method.returns)
    return next((found for found in reads if record and _takes_only(found, record.code)), None)


def _takes_only(method: Method, code: str) -> bool:
    return code in {field.name for field in method.takes} and all(f.name == code for f in method.takes if f.required)


def replay(db: Database, table: str, method: Method, values: Values, call: Call) -> Done | None:
    """What the key did before; None when it is new. Raises Conflict when it was used for something else.

    An answer without a body was too long to be kept: read the record again.
    """
    given = values.get(IDEMPOTENCY_KEY.name)
    row = db.get(table, key_of(call, given)) if given else None
    if row is None or row["ttl"] < seconds(call.at):
        return None
    if row["print"] != fingerprint(method, values):
        raise Conflict(
            "This IdempotencyKey was used for another call. Use a new key for a new change.",
            argument=IDEMPOTENCY_KEY.name,
        )
    call.warn(WarningCode.REPLAYED, IDEMPOTENCY_KEY.name, "This call was carried out before; here is its answer again.")
    return Done(json.loads(row["body"]), row["record"])
