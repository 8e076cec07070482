"""Helpers for contact lists and account lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from affino_mcp.catalogue.families.member_lists import ACCOUNT_LISTS, CONTACT_LISTS, ListKind
from tests.flow import crm
from tests.world import WorldClient


@dataclass(frozen=True)
class Lists:
    """One kind of list, with the calls that a person makes on it."""

    kind: ListKind
    client: WorldClient
    make: Callable[[WorldClient, str], int]

    def code(self, title: str = "Spring 2026", **more: Any) -> int:
        made = self.client.call_tool(f"create_{self.kind.method_stem}", Title=title, **more).result[
            self.kind.record.name
        ]
        code: int = made[self.kind.record.code]
        return code

    def members(self, count: int) -> list[int]:
        return [self.make(self.client, f"Member{place}") for place in range(count)]

    def ask(self, deed: str, code: int, members: Sequence[int], **more: Any) -> dict[str, Any]:
        asked = {self.kind.record.code: code, self.kind.members_argument.name: list(members), **more}
        return self.client.call_tool(f"{deed}_{self.kind.method_stem}_members", **asked).result

    def add(self, code: int, *members: int, **more: Any) -> dict[str, Any]:
        return self.ask("add", code, members, **more)

    def remove(self, code: int, *members: int) -> dict[str, Any]:
        return self.ask("remove", code, members)

    def get(self, code: int) -> dict[str, Any]:
        found: dict[str, Any] = self.client.call_tool(
            f"get_{self.kind.method_stem}", **{self.kind.record.code: code}
        ).result
        record: dict[str, Any] = found[self.kind.record.name]
        return record

    def page(self, code: int, **more: Any) -> dict[str, Any]:
        return self.client.call_tool(
            f"list_{self.kind.method_stem}_members", **{self.kind.record.code: code}, **more
        ).result

    def on(self, code: int, **more: Any) -> list[int]:
        """The members of a list, from every page."""
        answer = self.page(code, **more)
        found = [item[self.kind.member.code] for item in answer["Items"]]
        while answer["NextCursor"]:
            answer = self.page(code, **more, Cursor=answer["NextCursor"])
            found += [item[self.kind.member.code] for item in answer["Items"]]
        return found

    def refused(self, member: int) -> tuple[str, str]:
        """The refusal of the lists of a member: its type, and the argument that it names."""
        error = self.client.call_tool(f"list_{self.kind.method_stem}s", **{self.kind.member.code: member}).error
        return error["type"], error["details"]["argument"]

    def of(self, member: int, **more: Any) -> list[int]:
        """The lists that a member is on."""
        rows = self.client.call_tool(
            f"list_{self.kind.method_stem}s", **{self.kind.member.code: member}, **more
        ).result["Items"]
        return [row[self.kind.record.code] for row in rows]

    def named(self, members: Sequence[dict[str, Any]]) -> list[int]:
        return [found[self.kind.member.code] for found in members]

    def delete_member(self, member: int) -> None:
        name = self.kind.member.words
        assert self.client.call_tool(f"delete_{name}", **{self.kind.member.code: member}).result["Deleted"]


KINDS = [
    pytest.param((CONTACT_LISTS, crm.contact), id="contact lists"),
    pytest.param((ACCOUNT_LISTS, crm.account), id="account lists"),
]
