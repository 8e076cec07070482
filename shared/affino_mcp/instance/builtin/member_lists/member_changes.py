"""Adds and removes many list members in one call, in as many transactions as it takes.

Each transaction, a share of the members, holds an audit row of its own and makes a new version of the list with an entry in
its history; the last one holds the call's idempotency key. The work stops before a share that cannot end before the deadline.
A call that broke off can be repeated: members that are processed already are recognised and passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from affino_mcp.catalogue.families.lists import MARKETING_PERMISSION
from affino_mcp.catalogue.families.member_lists import MEMBER_FILTERS, ListKind
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso
from affino_mcp.deadline import Pace
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import (
    RELATION_SK,
    RecordState,
    actor_stamp,
    record_key,
)
from affino_mcp.instance.builtin.engine.idempotency import find_replay
from affino_mcp.instance.builtin.engine.index import (
    add_to_member_count,
    member_key,
    put_member_lists,
)
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.share_work import share_names, write_shares
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.builtin.member_lists.member_lists import is_mailing_list, list_kind, require_list
from affino_mcp.instance.builtin.member_lists.member_work import (
    MAX_NAMED_MEMBERS,
    MemberStates,
    MemberWork,
    load_member_states,
)
from affino_mcp.instance.builtin.references.consent_states import GRANTED
from affino_mcp.instance.port import Call, Done, RecordChange, RecordRef
from affino_mcp.store.ops import Delete, Item, Key, Put, absent, exists
from affino_mcp.tool_errors import InvalidArgument

MEMBERS_PER_TRANSACTION: Final = 28
"""Members in one transaction: three rows each, next to the list, its index rows, history, audit row and key."""


def change_list_members(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds or removes list members; a member that cannot be processed does not stop the others."""
    kind = list_kind(method)
    before = find_replay(records.db, records.table, method, values, call)
    if before is not None:
        return before
    stored, members = require_list(records, method, values), _require_members(kind, values)
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


def _require_members(kind: ListKind, values: Values) -> list[int]:
    """The members that the call names. Raises InvalidArgument when it names none, and no filters either."""
    name = kind.members_argument.name
    if not values.get(name):
        raise InvalidArgument(name, f"{name} must not be empty. Give either {name} or {MEMBER_FILTERS.name}.")
    found: list[int] = values[name]
    return found


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
    names, last = share_names(len(shares)), len(shares) - 1
    done, pace = list[Done](), Pace()
    writes = [lambda: done.append(_write_batch(work, stored, work.states, shares[0], names[0], is_last=not last))]
    writes += [partial(_write_later_batch, work, shares[n], names[n], is_last=n == last) for n in range(1, last + 1)]
    stop = write_shares(writes, pace)
    if stop is not None:
        left = [member for share in shares[stop.place :] for member in share]
        unconfirmed = len(shares[stop.place]) if stop.is_unknown else 0
        _leave_out(work, stored, left, names[stop.place], unconfirmed)
    return replace(done[0], body=work.answer_body())


def _write_later_batch(work: MemberWork, share: list[int], name: str, *, is_last: bool) -> None:
    """Writes a further batch of members on the current state; members that need no change any more are passed over."""
    stored = require_list(work.records, work.method, work.values)
    seen = load_member_states(work.records, work.kind, stored.document.code, share)
    work.outcome |= {member: work.expected_outcome(member, seen) for member in share}
    todo = [member for member in share if work.outcome[member] == work.outcome_words[0]]
    _write_batch(work, stored, seen, todo, name, is_last=is_last)


def _leave_out(work: MemberWork, stored: RecordState, left: list[int], share: str, unconfirmed: int = 0) -> None:
    """Ends the work before the members that are `left`: in the answer, with a warning, and in a row of the log.

    The first `unconfirmed` of them may have been processed: their share was sent and not answered.
    """
    work.outcome |= dict.fromkeys(left, "NotProcessed")
    may_be = f" Of these, the first {unconfirmed} may have been processed." if unconfirmed else ""
    text = f"{len(left)} could not be processed now.{may_be} Repeat the same call: what is done already is passed over."
    work.call.warn(WarningCode.INCOMPLETE, work.kind.members_argument.name, text)
    ref = stored.document.ref
    rest = RecordChange(ref, "incomplete", {}, {"NotProcessed": left})
    done = Done({}, ref, (ref,), changes=(rest,))
    work.call.log.note_incomplete(done, work.call.warnings[-1:], share)


def _write_batch(
    work: MemberWork, stored: RecordState, seen: MemberStates, todo: list[int], share: str, *, is_last: bool
) -> Done:
    """Writes one transaction: the members' rows, the member count, and the list's next version with its history."""
    change, code = work.records.start_change(work.method, work.values, work.call), stored.document.code
    change.share, change.remembers_answer = share, is_last
    for member in todo:
        (_add_member if work.is_adding else _remove_member)(change, work.kind, code, member, seen.lists.get(member))
    if todo:
        add_to_member_count(change, work.kind.record.family, code, len(todo) if work.is_adding else -len(todo))
    after = replace(stored, document=stored.document.next_version(work.call, {}))
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
