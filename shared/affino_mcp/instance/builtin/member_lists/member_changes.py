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
from affino_mcp.clock import iso
from affino_mcp.instance.builtin.engine.change import Change, Clash
from affino_mcp.instance.builtin.engine.document import RELATION_SK, actor, from_item, record_key
from affino_mcp.instance.builtin.engine.idempotency import replay
from affino_mcp.instance.builtin.engine.memberships import count, lists_key, member_key, names_lists
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.member_lists.member_lists import is_mailing_list, kind_of, require
from affino_mcp.instance.builtin.references.fixed_lists import GRANTED, MARKETING
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Delete, Item, Key, Put, StoreUnavailable, absent, exists
from affino_mcp.store.retry import back_off
from affino_mcp.tool_errors import PermissionDenied, ToolError

AT_ONCE: Final = 28
"""Members in one transaction: three rows each, next to the list, its index rows, history, audit row and key."""

ATTEMPTS: Final = 30
MOST_NAMED: Final = 20
"""How many members a warning names."""


@dataclass(frozen=True)
class Look:
    """The state of some members: their documents, which of them are on the list, and the rows that name their lists."""

    known: Known
    on_list: set[int]
    lists: dict[int, Item]


def look(records: Records, kind: ListKind, code: int, members: Sequence[int]) -> Look:
    """Loads the state of some members: one read for every 33 members."""
    family = kind.member.family
    own = {m: (record_key(family, m), member_key(kind.record.family, code, m), lists_key(family, m)) for m in members}
    found = records.db.get_many(records.table, [key for keys in own.values() for key in keys])
    documents = (from_item(found[keys[0]]) for keys in own.values() if keys[0] in found)
    return Look(
        {(family, d.code): d for d in documents if not d.deleted},
        {m for m, keys in own.items() if keys[1] in found},
        {m: found[keys[2]] for m, keys in own.items() if keys[2] in found},
    )


@dataclass
class Work:
    """The work of one call. `outcome` maps each member to the word of the answer that the member is reported under."""

    records: Records
    kind: ListKind
    method: Method
    values: Values
    call: Call
    seen: Look
    outcome: dict[int, str] = field(default_factory=dict)
    consents: set[int] | None = None

    @property
    def adds(self) -> bool:
        """True when the call adds members, False when it removes them."""
        return self.method.effect is Effect.ADD

    @property
    def words(self) -> tuple[str, str]:
        """The outcome of a member that is changed, and the outcome of a member that is in the wanted state already."""
        return ("Added", "AlreadyMembers") if self.adds else ("Removed", "NotMembers")

    def judge(self, member: int, seen: Look) -> str:
        """The outcome to expect for a member, from the state that was loaded."""
        known, on_list = (self.kind.member.family, member) in seen.known, member in seen.on_list
        if self.adds and not known:
            return "NotFound"
        return self.words[0] if known and on_list != self.adds else self.words[1]

    def under(self, word: str) -> list[int]:
        """The members with one outcome."""
        return [member for member, found in self.outcome.items() if found == word]

    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        code, done, same = self.kind.record.code, *self.words
        answer: dict[str, Any] = {code: self.values[code]}
        answer |= {word: [self.named(member) for member in self.under(word)] for word in (done, same)}
        answer |= {"NotFound": self.under("NotFound")} if self.adds else {}
        left = self.under("NotProcessed")
        return answer | ({"NotProcessed": left} if left else {})

    def named(self, member: int) -> dict[str, Any]:
        """A member as code and name; the name is left out where the call may not show it."""
        answer: dict[str, Any] = {self.kind.member.code: member}
        if self.call.reads(self.kind.member.family):
            found = self.seen.known.get((self.kind.member.family, member))
            answer["Name"] = found.label if found else None
        return answer if self.consents is None else answer | {"MarketingPermission": member in self.consents}

    def sentence(self, members: Sequence[int]) -> str:
        """Some members in running text."""
        shown = [str(self.named(m).get("Name") or m) for m in members[:MOST_NAMED]]
        more = len(members) - len(shown)
        return ", ".join(shown) + (f" and {more} more" if more else "")


def change_members(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Adds or removes list members; a member that cannot be processed does not stop the others."""
    kind = kind_of(method)
    _must_see(method, kind, call)
    before = replay(records.db, records.table, method, values, call)
    if before is not None:
        return before
    stored, members = require(records, method, values), values[kind.many.name]
    seen = look(records, kind, stored.document.code, members)
    work = Work(records, kind, method, values, call, seen)
    work.outcome = {member: work.judge(member, seen) for member in members}
    _warn(work, stored)
    todo = work.under(work.words[0])
    if values.get(DRY_RUN.name):
        rehearsal = records.change(method, values, call)
        rehearsal.touched.append(stored.document.ref)
        return rehearsal.commit(work.body())
    return _carry_out(work, stored, todo) if todo else Done(work.body(), stored.document.ref)


def _must_see(method: Method, kind: ListKind, call: Call) -> None:
    right = f"{kind.member.family}.read"
    if method.effect is Effect.ADD and not call.actor.has(right, call.at):
        raise PermissionDenied(right, argument=kind.many.name)


def _warn(work: Work, stored: Stored) -> None:
    argument, same, missing = work.kind.many.name, work.under(work.words[1]), work.under("NotFound")
    if missing:
        text = f"{argument}: {', '.join(map(str, missing[:MOST_NAMED]))} cannot be found; left out ({len(missing)})."
        work.call.warn(WarningCode.UNKNOWN_REFERENCE, argument, text)
    if same:
        state = "on the list already" if work.adds else "not on the list"
        work.call.warn(WarningCode.NO_CHANGE, argument, f"Nothing to do for those {state}: {work.sentence(same)}.")
    if work.adds and is_mailing_list(stored.document):
        _warn_of_permission(work, [m for m in work.outcome if m not in missing])


def _warn_of_permission(work: Work, members: Sequence[int]) -> None:
    place = f"{RELATION_SK}{RecordRef('permissions', MARKETING)}"
    keys = {member: Key(record_key(work.kind.member.family, member).pk, place) for member in members}
    found = work.records.db.get_many(work.records.table, list(keys.values()))
    given = {m for m, key in keys.items() if key in found and found[key]["data"]["Status"] == GRANTED}
    without = [member for member in members if member not in given]
    if without:
        text = f"No marketing permission on file: {work.sentence(without)}. Do not write to them before they agree."
        named = [work.named(member) for member in without[:MOST_NAMED]]
        work.call.warn(WarningCode.NO_PERMISSION_ON_FILE, work.kind.many.name, text, Members=named)
    work.consents = given


def _carry_out(work: Work, stored: Stored, todo: list[int]) -> Done:
    shares = [todo[start : start + AT_ONCE] for start in range(0, len(todo), AT_ONCE)]
    key = {IDEMPOTENCY_KEY.name: work.values.get(IDEMPOTENCY_KEY.name)}
    without_key = {name: value for name, value in work.values.items() if name not in key}
    done = _write(work, stored, work.seen, shares[0], without_key if shares[1:] else work.values, work.call)
    later = replace(work.call, seal=lambda _done, _warnings: None)
    for place, share in enumerate(shares[1:], 2):
        try:
            _write_again(work, share, work.values if place == len(shares) else without_key, later)
        except (ToolError, StoreUnavailable):
            _incomplete(work, [m for rest in shares[place - 1 :] for m in rest])
            break
    return replace(done, body=work.body())


def _write_again(work: Work, share: list[int], values: Values, call: Call) -> None:
    """Writes a further batch of members on the current state; members that need no change any more are passed over."""
    for attempt in range(ATTEMPTS):
        stored = require(work.records, work.method, values)
        seen = look(work.records, work.kind, stored.document.code, share)
        work.outcome |= {member: work.judge(member, seen) for member in share}
        todo = [member for member in share if work.outcome[member] == work.words[0]]
        try:
            _write(work, stored, seen, todo, values, call)
        except Clash:
            back_off(attempt + 1, base=0.0025, longest=0.15)
        else:
            return
    raise StoreUnavailable


def _incomplete(work: Work, members: list[int]) -> None:
    work.outcome |= dict.fromkeys(members, "NotProcessed")
    text = f"{len(members)} could not be processed now. Repeat the same call: what is done already is passed over."
    work.call.warn(WarningCode.INCOMPLETE, work.kind.many.name, text)


def _write(work: Work, stored: Stored, seen: Look, todo: list[int], values: Values, call: Call) -> Done:
    """Writes one transaction: the members' rows, the member count, and the list's next version with its history."""
    change, code = work.records.change(work.method, values, call), stored.document.code
    for member in todo:
        (_add if work.adds else _remove)(change, work.kind, code, member, seen.lists.get(member))
    if todo:
        count(change, work.kind.record.family, code, len(todo) if work.adds else -len(todo))
    after = replace(stored, document=stored.document.changed(call, {}))
    noted = (None, todo) if work.adds else (todo, None)
    work.records.save(change, stored, after, Members=noted)
    return change.commit(work.body())


def _add(change: Change, kind: ListKind, code: int, member: int, lists: Item | None) -> None:
    key, call = member_key(kind.record.family, code, member), change.call
    row = {"pk": key.pk, "sk": key.sk, "code": member, "AddedAt": iso(call.at), "AddedBy": actor(call)}
    change.add(Put(change.table, row, absent()))
    names_lists(change, kind.member.family, member, lists, {*(lists["lists"] if lists else ()), code})
    change.must_exist(record_key(kind.member.family, member), lambda _: Clash())


def _remove(change: Change, kind: ListKind, code: int, member: int, lists: Item | None) -> None:
    change.add(Delete(change.table, member_key(kind.record.family, code, member), exists()))
    names_lists(change, kind.member.family, member, lists, {*(lists["lists"] if lists else ())} - {code})
