"""The members of one call that changes a list: their state, and what becomes of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import ListKind
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.instance.builtin.engine.document import (
    document_from_row,
    record_key,
)
from affino_mcp.instance.builtin.engine.index import (
    lists_key,
    member_key,
)
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Item
from affino_mcp.value_class import value_class, work_class

MAX_NAMED_MEMBERS: Final = 20
"""How many members a warning names."""


@value_class
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


@work_class
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
