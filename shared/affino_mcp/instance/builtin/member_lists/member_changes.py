"""Adds and removes many list members in one call, in as many transactions as it takes.

The first transaction holds the call's audit row, the last one its idempotency key; each makes a new version of the list
with an entry in its history. A call that broke off can be repeated: members that are processed already are recognised
and passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import ListKind
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, Effect, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.change import Change, ConcurrentWrite
from affino_mcp.instance.builtin.engine.document import (
    RELATION_SK,
    RecordState,
    actor_stamp,
    document_from_row,
    record_key,
)
from affino_mcp.instance.builtin.engine.idempotency import find_replay
from affino_mcp.instance.builtin.engine.index import (
    add_to_member_count,
    lists_key,
    member_key,
    put_member_lists,
)
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.member_lists.member_lists import is_mailing_list, list_kind, require_list
from affino_mcp.instance.builtin.references.fixed_lists import GRANTED, MARKETING_PERMISSION
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Delete, Item, Key, Put, StoreUnavailable, absent, exists
from affino_mcp.store.retry import back_off
from affino_mcp.tool_errors import PermissionDenied, ToolError

MEMBERS_PER_TRANSACTION: Final = 28
"""Members in one transaction: three rows each, next to the list, its index rows, history, audit row and key."""

MAX_BATCH_ATTEMPTS: Final = 30
MAX_NAMED_MEMBERS: Final = 20
"""How many members a warning names."""


@dataclass(frozen=True)
class MemberStates:
    """The state of some members: their documents, which of them are on the list, and the rows that name their lists."""

    known: KnownRecords
    on_list: set[int]
    lists: dict[int, Item]


def load_member_states(records: Records, kind: ListKind, code: int, members: Sequence[int]) -> MemberStates:
    """Loads the state of some members: one read for every 33 members."""
    family = kind.member.family
    own = {m: (record_key(family, m), member_key(kind.record.family, code, m), lists_key(family, m)) for m in members}
    found = records.db.get_many(records.table, [key for keys in own.values() for key in keys])
    documents = (document_from_row(found[keys[0]]) for keys in own.values() if keys[0] in found)
    return MemberStates(
        {RecordRef(family, d.code): d for d in documents if not d.deleted},
        {m for m, keys in own.items() if keys[1] in found},
        {m: found[keys[2]] for m, keys in own.items() if keys[2] in found},
    )


@dataclass
class MemberWork:
    """The work of one call. `outcome` maps each member to the word of the answer that the member is reported under."""

    records: Records
    kind: ListKind
    method: Method
    values: Values
    call: Call
    states: MemberStates
    outcome: dict[int, str] = field(default_factory=dict)
    consents: set[int] | None = None

    @property
    def is_adding(self) -> bool:
        """True when the call adds members, False when it removes them."""
        return self.method.effect is Effect.ADD

    @property
    def outcome_words(self) -> tuple[str, str]:
        """The outcome of a member that is changed, and the outcome of a member that is in the wanted state already."""
        return ("Added", "AlreadyMembers") if self.is_adding else ("Removed", "NotMembers")

    def expected_outcome(self, member: int, seen: MemberStates) -> str:
        """The outcome to expect for a member, from the state that was loaded."""
        known, on_list = (self.kind.member.family, member) in seen.known, member in seen.on_list
        if self.is_adding and not known:
            return "NotFound"
        return self.outcome_words[0] if known and on_list != self.is_adding else self.outcome_words[1]

    def members_with(self, word: str) -> list[int]:
        """The members with one outcome."""
        return [member for member, found in self.outcome.items() if found == word]

    def answer_body(self) -> dict[str, Any]:
        """The body of the answer."""
        code, done, same = self.kind.record.code, *self.outcome_words
        answer: dict[str, Any] = {code: self.values[code]}
        answer |= {word: [self.render_member(member) for member in self.members_with(word)] for word in (done, same)}
        answer |= {"NotFound": self.members_with("NotFound")} if self.is_adding else {}
        left = self.members_with("NotProcessed")
        return answer | ({"NotProcessed": left} if left else {})

    def render_member(self, member: int) -> dict[str, Any]:
        """A member as code and name; the name is left out where the call may not show it."""
        answer: dict[str, Any] = {self.kind.member.code: member}
        if self.call.may_read(self.kind.member.family):
            found = self.states.known.get(RecordRef(self.kind.member.family, member))
            answer["Name"] = found.label if found else None
        return answer if self.consents is None else answer | {"MarketingPermission": member in self.consents}

    def describe_members(self, members: Sequence[int]) -> str:
        """Some members in running text."""
        shown = [str(self.render_member(m).get("Name") or m) for m in members[:MAX_NAMED_MEMBERS]]
        more = len(members) - len(shown)
        return ", ".join(shown) + (f" and {more} more" if more else "")


def change_list_members(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds or removes list members; a member that cannot be processed does not stop the others."""
    kind = list_kind(method)
    _require_read_right(method, kind, call)
    before = find_replay(records.db, records.table, method, values, call)
    if before is not None:
        return before
    stored, members = require_list(records, method, values), values[kind.members_argument.name]
    seen = load_member_states(records, kind, stored.document.code, members)
    work = MemberWork(records, kind, method, values, call, seen)
    work.outcome = {member: work.expected_outcome(member, seen) for member in members}
    _warn_of_outcomes(work, stored)
    todo = work.members_with(work.outcome_words[0])
    if values.get(DRY_RUN.name):
        rehearsal = records.start_change(method, values, call)
        rehearsal.changed_refs.append(stored.document.ref)
        return rehearsal.commit(work.answer_body())
    return _write_batches(work, stored, todo) if todo else Done(work.answer_body(), stored.document.ref)


def _require_read_right(method: Method, kind: ListKind, call: Call) -> None:
    right = f"{kind.member.family}.read"
    if method.effect is Effect.ADD and not call.actor.has_right(right, call.at):
        raise PermissionDenied(right, argument=kind.members_argument.name)


def _warn_of_outcomes(work: MemberWork, stored: RecordState) -> None:
    argument, same, missing = (
        work.kind.members_argument.name,
        work.members_with(work.outcome_words[1]),
        work.members_with("NotFound"),
    )
    if missing:
        text = f"{argument}: {', '.join(map(str, missing[:MAX_NAMED_MEMBERS]))} cannot be found; left out ({len(missing)})."
        work.call.warn(WarningCode.UNKNOWN_REFERENCE, argument, text)
    if same:
        state = "on the list already" if work.is_adding else "not on the list"
        work.call.warn(
            WarningCode.NO_CHANGE, argument, f"Nothing to do for those {state}: {work.describe_members(same)}."
        )
    if work.is_adding and is_mailing_list(stored.document):
        _warn_of_permission(work, [m for m in work.outcome if m not in missing])


def _warn_of_permission(work: MemberWork, members: Sequence[int]) -> None:
    place = f"{RELATION_SK}{RecordRef('permissions', MARKETING_PERMISSION)}"
    keys = {member: Key(record_key(work.kind.member.family, member).pk, place) for member in members}
    found = work.records.db.get_many(work.records.table, list(keys.values()))
    given = {m for m, key in keys.items() if key in found and found[key]["data"]["Status"] == GRANTED}
    without = [member for member in members if member not in given]
    if without:
        text = f"No marketing permission on file: {work.describe_members(without)}. Do not write to them before they agree."
        named = [work.render_member(member) for member in without[:MAX_NAMED_MEMBERS]]
        work.call.warn(WarningCode.NO_PERMISSION_ON_FILE, work.kind.members_argument.name, text, Members=named)
    work.consents = given


def _write_batches(work: MemberWork, stored: RecordState, todo: list[int]) -> Done:
    shares = [todo[start : start + MEMBERS_PER_TRANSACTION] for start in range(0, len(todo), MEMBERS_PER_TRANSACTION)]
    key = {IDEMPOTENCY_KEY.name: work.values.get(IDEMPOTENCY_KEY.name)}
    without_key = {name: value for name, value in work.values.items() if name not in key}
    done = _write_batch(work, stored, work.states, shares[0], without_key if shares[1:] else work.values, work.call)
    later = replace(work.call, seal=lambda _done, _warnings: None)
    for place, share in enumerate(shares[1:], 2):
        try:
            _write_batch_again(work, share, work.values if place == len(shares) else without_key, later)
        except (ToolError, StoreUnavailable):
            _mark_unprocessed(work, [m for rest in shares[place - 1 :] for m in rest])
            break
    return replace(done, body=work.answer_body())


def _write_batch_again(work: MemberWork, share: list[int], values: Values, call: Call) -> None:
    """Writes a further batch of members on the current state; members that need no change any more are passed over."""
    for attempt in range(MAX_BATCH_ATTEMPTS):
        stored = require_list(work.records, work.method, values)
        seen = load_member_states(work.records, work.kind, stored.document.code, share)
        work.outcome |= {member: work.expected_outcome(member, seen) for member in share}
        todo = [member for member in share if work.outcome[member] == work.outcome_words[0]]
        try:
            _write_batch(work, stored, seen, todo, values, call)
        except ConcurrentWrite:
            back_off(attempt + 1, base=0.0025, longest=0.15)
        else:
            return
    raise StoreUnavailable


def _mark_unprocessed(work: MemberWork, members: list[int]) -> None:
    work.outcome |= dict.fromkeys(members, "NotProcessed")
    text = f"{len(members)} could not be processed now. Repeat the same call: what is done already is passed over."
    work.call.warn(WarningCode.INCOMPLETE, work.kind.members_argument.name, text)


def _write_batch(
    work: MemberWork, stored: RecordState, seen: MemberStates, todo: list[int], values: Values, call: Call
) -> Done:
    """Writes one transaction: the members' rows, the member count, and the list's next version with its history."""
    change, code = work.records.start_change(work.method, values, call), stored.document.code
    for member in todo:
        (_add_member if work.is_adding else _remove_member)(change, work.kind, code, member, seen.lists.get(member))
    if todo:
        add_to_member_count(change, work.kind.record.family, code, len(todo) if work.is_adding else -len(todo))
    after = replace(stored, document=stored.document.next_version(call, {}))
    noted = (None, todo) if work.is_adding else (todo, None)
    work.records.save_record(change, stored, after, Members=noted)
    return change.commit(work.answer_body())


def _add_member(change: Change, kind: ListKind, code: int, member: int, lists: Item | None) -> None:
    key, call = member_key(kind.record.family, code, member), change.call
    row = {"pk": key.pk, "sk": key.sk, "code": member, "AddedAt": format_iso(call.at), "AddedBy": actor_stamp(call)}
    change.add_operation(Put(change.table, row, absent()))
    put_member_lists(change, kind.member.family, member, lists, {*(lists["lists"] if lists else ()), code})
    change.require_existing(record_key(kind.member.family, member), lambda _: ConcurrentWrite())


def _remove_member(change: Change, kind: ListKind, code: int, member: int, lists: Item | None) -> None:
    change.add_operation(Delete(change.table, member_key(kind.record.family, code, member), exists()))
    put_member_lists(change, kind.member.family, member, lists, {*(lists["lists"] if lists else ())} - {code})
