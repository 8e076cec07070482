"""Idempotency keys: a call that is repeated with the same key is carried out once and gets the same answer again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.secret_attributes import withhold_secrets
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import epoch_seconds
from affino_mcp.instance.port import Call, Done
from affino_mcp.instance.upkeep import AskedWrite, SettledWrite, WriteOutcome
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable
from affino_mcp.store.ops import Compare, Database, Item, Key, Put, Update, absent, all_of, any_of, equals
from affino_mcp.tool_errors import Conflict

KEY_RETENTION: Final = timedelta(hours=24)
"""How long a used key is remembered."""

MAX_STORED_ANSWER_CHARACTERS: Final = 30_000
"""Maximum length of an answer that is stored with its key; a longer one is read again, where a method can read it."""


_NEVER: Final = "not applied"
"""What stands for the digest of a call in the row of a key that was asked about before a call with it came."""
_NEVER_ANY: Final = "never"
"""The attribute of such a row by which every call with the key is refused, and the start of those that refuse one request."""
_ASKED_BEFORE: Final = (
    "It was asked what became of this call before it came: it never will be carried out. Use a new key."
)
_PLAN: Final = "plan"
"""The attribute of the row of a call of many: its body is what the call is about to do, not its answer."""
_BEGUN: Final = "begun"
"""The attribute of the row of a change in several transactions that has no answer yet: the same call again goes on."""
REPLAYED_TEXT: Final = "This call was carried out before; here is its answer again."


class KeyAlreadyUsed(Exception):
    """The idempotency key has been used before; the caller gets the answer of that earlier call."""


def idempotency_row_key(call: Call, given: str) -> Key:
    """The row key of an idempotency key: bound to person and profile, so that the keys of two people never meet."""
    return _row_key(call.actor.user_code, call.profile, given)


def _row_key(user_code: int, profile: str, given: str) -> Key:
    digest = hashlib.sha256(given.encode()).hexdigest()
    return Key(f"I#{user_code}#{profile}#{digest}", "A")


def call_fingerprint(method: Method, values: Values, call: Call) -> str:
    """Digest of the method and its arguments without the key; the same key with another digest is a conflict.

    A record that was named counts by its name as sent: it may have another name, or be gone, when the call is repeated.
    """
    asked = {name: value for name, value in {**values, **call.named}.items() if name != IDEMPOTENCY_KEY.name}
    return hashlib.sha256(json.dumps([method.name, asked], sort_keys=True).encode()).hexdigest()


def remember_answer(table: str, method: Method, values: Values, call: Call, done: Done) -> Put:
    """The operation that stores the answer under its key, on condition that the key is unused or has expired.

    Secret attributes of records are left out; whoever replays the answer gives them anew.
    """
    now = epoch_seconds(call.at)
    key = idempotency_row_key(call, values[IDEMPOTENCY_KEY.name])
    row: Item = {"pk": key.pk, "sk": key.sk, "print": call_fingerprint(method, values, call), "record": done.record}
    row["request"] = call.request_id
    body = json.dumps(withhold_secrets(done.body), ensure_ascii=False)
    row |= {
        "ttl": now + int(KEY_RETENTION.total_seconds()),
        "body": "{}" if len(body) > MAX_STORED_ANSWER_CHARACTERS and method.answers_as else body,
    }
    refused = [absent(name) for name in (_NEVER_ANY, _never_name(call.request_id))]
    others = [all_of(equals("print", _NEVER), *refused), all_of(equals("print", row["print"]), equals(_BEGUN, True))]
    return Put(table, row, any_of(absent(), Compare("ttl", "<", now), *others))


def remember_begun(table: str, method: Method, values: Values, call: Call) -> Put:
    """The operation that notes under its key that a change in several transactions is begun, and not yet answered."""
    put = remember_answer(table, method, values, call, Done({}))
    return replace(put, item={**put.item, _BEGUN: True})


def _never_name(request: str) -> str:
    """The attribute that refuses one request; of many requests some share one, so that a row stays small."""
    return f"{_NEVER_ANY}_{hashlib.sha256(request.encode()).hexdigest()[:3]}" if request else _NEVER_ANY


def find_replay(db: Database, table: str, method: Method, values: Values, call: Call) -> Done | None:
    """Finds the earlier answer of the call's idempotency key; None when there is none.

    There is none when the key is new, has expired or is refused to other requests, and while the call is begun and not ended.
    An answer with an empty body was too long to be stored: read the record again. Its secret attributes are null.
    Raises Conflict when the key was used for another call.
    """
    given = values.get(IDEMPOTENCY_KEY.name)
    row = db.get(table, idempotency_row_key(call, given)) if given else None
    if row is None or row["ttl"] < epoch_seconds(call.at):
        return None
    if row["print"] == _NEVER and not {_NEVER_ANY, _never_name(call.request_id)} & row.keys():
        return None
    if row["print"] == _NEVER:
        raise Conflict(_ASKED_BEFORE, argument=IDEMPOTENCY_KEY.name)
    if row["print"] != call_fingerprint(method, values, call):
        raise Conflict(
            "This IdempotencyKey was used for another call. Use a new key for a new change.",
            argument=IDEMPOTENCY_KEY.name,
        )
    if row.get(_BEGUN):
        return None
    call.warn(WarningCode.REPLAYED, IDEMPOTENCY_KEY.name, REPLAYED_TEXT)
    return Done(json.loads(row["body"]), row["record"])


def claim_key(
    db: Database, table: str, method: Method, values: Values, call: Call, plan: dict[str, Any]
) -> dict[str, Any]:
    """Remembers under the call's idempotency key what a call of many is about to do; nothing of it has been done yet.

    Gives the plan of an earlier call with this key, or else `plan`. Raises Conflict when the key was used for another call.
    """
    quiet = replace(call, warnings=[])
    for _ in range(2):
        before = find_replay(db, table, method, values, quiet)
        if before is not None:
            return before.body
        try:
            kept = remember_answer(table, method, values, call, Done(plan))
            db.put(replace(kept, item={**kept.item, _PLAN: True}))
        except ConditionFailed:
            continue  # another process was faster: its plan counts
        return plan
    raise StoreUnavailable


def settle_write(db: Database, table: str, asked: AskedWrite, at: datetime) -> SettledWrite:
    """Finds out what became of a person's write, for as long as keys are remembered.

    When no call with the key has been carried out, none ever will be, or none of the request that is asked about: the key's
    row says so from now on, and a write puts its own row on condition that it does not. Of a call of many whose items were
    begun, and of a change in several transactions that has no answer, the outcome is unknown. Raises StoreUnavailable.
    """
    key, now = _row_key(asked.user_code, asked.profile, asked.key), epoch_seconds(at)
    never = {
        "print": _NEVER,
        "ttl": now + int(KEY_RETENTION.total_seconds()),
        "body": "{}",
        _never_name(asked.request): True,
    }
    may_be = any_of(absent(), Compare("ttl", "<", now), equals("print", _NEVER))
    try:
        db.update(Update(table, key, assign=never, condition=may_be))
    except ConditionFailed as failed:
        return _read_settled(failed.item or {}, asked.request)
    return SettledWrite(WriteOutcome.NOT_APPLIED)


def _read_settled(row: Item, request: str) -> SettledWrite:
    if not row or row.get(_PLAN) or row.get(_BEGUN):
        return SettledWrite(WriteOutcome.UNKNOWN)
    if request and row.get("request", request) != request:
        return SettledWrite(WriteOutcome.NOT_APPLIED)  # the key was used by another request: this one changed nothing
    return SettledWrite(WriteOutcome.APPLIED, json.loads(row["body"]) or None, row["record"])
