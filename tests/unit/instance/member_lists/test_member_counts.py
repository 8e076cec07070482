"""Member counts stay exact when others write at the same moment: every interleaving is made, without waiting."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.engine.document import RecordState, document_from_row, record_key
from affino_mcp.instance.builtin.instance import BuiltinInstance
from affino_mcp.instance.port import Call, NoCallLog
from affino_mcp.store.ops import WriteOp
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.tool_errors import NotFound, ToolError
from tests.unit.instance.deeds import Anybody

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Crossed:
    """A store in which another writer writes just before the transactions that are numbered in `others`."""

    def __init__(self) -> None:
        self._inner = MemoryDatabase()
        self.others: list[Callable[[], None]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        if self.others:
            other, self.others, waiting = self.others[0], [], self.others[1:]
            other()
            self.others = waiting
        self._inner.transact(ops, token)


@dataclass
class Crm:
    """An instance with one list and some contacts."""

    store: Crossed = field(default_factory=Crossed)

    def __post_init__(self) -> None:
        self.instance = BuiltinInstance(self.store, "records", "words")
        self.ask("create_contact_list", Title="Spring")
        for place in range(60):
            self.ask("create_contact", Email=f"m{place}@orbital.example", FirstName="M", LastName=str(place))

    @staticmethod
    def call() -> Call:
        return Call(Anybody(), "p", lambda _: True, AT, str(uuid.uuid4()), b"k" * 32, NoCallLog())

    def ask(self, method: str, **values: Any) -> dict[str, Any]:
        return self.instance.perform(METHODS[method], values, self.call()).body

    def tried(self, method: str, **values: Any) -> Callable[[], None]:
        """The call as a function to run later; it ignores a refusal by the tool."""

        def carry_out() -> None:
            try:
                self.ask(method, **values)
            except ToolError:
                return

        return carry_out

    def add(self, *members: int) -> dict[str, Any]:
        return self.ask("add_contact_list_members", ContactListCode=1, UserCodes=list(members))

    def is_on_a_list(self, member: int) -> bool:
        """False for a member who has been deleted."""
        try:
            return bool(self.ask("list_contact_lists", UserCode=member)["Items"])
        except NotFound:
            return False

    def check(self) -> None:
        """The count, the members and the members' own lists agree."""
        count = self.ask("get_contact_list", ContactListCode=1)["ContactList"]["MemberCount"]
        listed = self.ask("list_contact_list_members", ContactListCode=1, PageSize=100)["Items"]
        on_list = [m for m in range(1, 61) if self.is_on_a_list(m)]
        assert (count, [item["UserCode"] for item in listed]) == (len(on_list), on_list)


OTHERS = {
    "adds the same": ("add_contact_list_members", {"ContactListCode": 1, "UserCodes": [1, 2, 40]}),
    "removes": ("remove_contact_list_members", {"ContactListCode": 1, "UserCodes": [1, 50]}),
    "deletes a member": ("delete_contact", {"UserCode": 2}),
    "deletes a late member": ("delete_contact", {"UserCode": 45}),
    "renames the list": ("update_contact_list", {"ContactListCode": 1, "Title": "Summer"}),
    "renames a member": ("update_contact", {"UserCode": 3, "LastName": "Smith"}),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_somebody_else_writes_in_between(other: tuple[str, dict[str, Any]], before: int) -> None:
    crm = Crm()
    crm.add(50)
    crm.store.others = [*([lambda: None] * before), crm.tried(other[0], **other[1])]
    answer = crm.add(*range(1, 61))
    assert "NotProcessed" not in answer
    told = [row["UserCode"] for row in (*answer["Added"], *answer["AlreadyMembers"])]
    assert sorted((*told, *answer["NotFound"])) == list(range(1, 61))
    crm.check()


def test_a_member_who_is_deleted_while_being_added() -> None:
    crm = Crm()
    crm.store.others = [crm.tried("add_contact_list_members", ContactListCode=1, UserCodes=[7])]
    crm.ask("delete_contact", UserCode=7)
    crm.check()
    assert crm.add(7)["NotFound"] == [7]


def test_a_restored_member_is_counted_again() -> None:
    crm = Crm()
    crm.add(7, 8)
    crm.ask("delete_contact", UserCode=7)
    gone = document_from_row(crm.store.get("records", record_key("contacts", 7)) or {})
    change = crm.instance.records.start_change(METHODS["delete_contact"], {}, crm.call())
    crm.instance.records.save_record(
        change, RecordState(gone), RecordState(replace(gone, version=gone.version + 1, deleted=False))
    )
    change.commit({})
    crm.check()
    assert crm.ask("get_contact_list", ContactListCode=1)["ContactList"]["MemberCount"] == 2


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add_contact_list_members", "remove_contact_list_members", "delete_contact"]),
        st.lists(st.integers(1, 60), min_size=1, max_size=40, unique=True),
        st.integers(0, 2),
    ),
    max_size=6,
)


def _step(name: str, members: list[int]) -> dict[str, Any]:
    return {"UserCode": members[0]} if name == "delete_contact" else {"ContactListCode": 1, "UserCodes": members}


@settings(max_examples=40, deadline=None)
@given(mine=STEPS, others=STEPS)
def test_counts_are_exact_after_any_crossing(mine: list[Any], others: list[Any]) -> None:
    crm = Crm()
    for name, members, _ in mine:
        crm.store.others = [crm.tried(other, **_step(other, theirs)) for other, theirs, _ in others]
        crm.tried(name, **_step(name, members))()
        crm.store.others = []
    crm.check()
