"""A person at work on an instance, whichever adapter it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.person import Person
from affino_mcp.instance.port import Call, Done, Instance, NoCallLog
from affino_mcp.tool_errors import ToolError
from tests.clock import START


@dataclass
class Desk:
    """A person at work on an instance. `again()` is the same person in another process, `make` starts one."""

    make: Callable[[], Instance]
    person: Person
    at: datetime = START

    def __post_init__(self) -> None:
        self.instance = self.make()

    def again(self) -> Desk:
        return Desk(self.make, self.person, self.at)

    def call(self) -> Call:
        everything = lambda _: True  # noqa: E731
        return Call(self.person, "profile", everything, self.at, "request", b"key", NoCallLog(), writable=everything)

    def perform(self, tool: str, arguments: dict[str, Any]) -> tuple[Done, Call]:
        self.at += timedelta(milliseconds=1)
        method, call = METHODS[tool], self.call()
        return self.instance.perform(method, match_arguments(method, arguments).values, call), call

    def do(self, tool: str, **arguments: Any) -> Any:
        """The one record of the answer, or the whole answer of a list."""
        body = self.perform(tool, arguments)[0].body
        parts = {name: part for name, part in body.items() if name != "Changed"}
        return body if "Items" in body or len(parts) > 1 else next(iter(parts.values()))

    def read_text(self, tool: str, name: str, **arguments: Any) -> str:
        """A long text of a record, which comes in parts."""
        record = self.do(tool, **arguments)
        following = record.get(f"{name}Next")
        rest = self.read_text(tool, name, **arguments | {f"{name}From": following}) if following else ""
        return str(record[name]) + rest

    def refused(self, tool: str, **arguments: Any) -> ToolError:
        with pytest.raises(ToolError) as error:
            self.perform(tool, arguments)
        return error.value

    def pages(self, tool: str, **filters: Any) -> list[int]:
        """The codes of all pages, in order."""
        found: list[int] = []
        cursor = None
        while True:
            page = self.do(tool, **filters, Cursor=cursor)
            found += [next(iter(row.values())) for row in page["Items"]]
            cursor = page["NextCursor"]
            if cursor is None:
                return found


@dataclass(frozen=True)
class Adapter:
    """One adapter of the port: `make` starts a process, `enrol` makes a person and answers the UserCode."""

    make: Callable[[], Instance]
    enrol: Callable[[str, str, str], int]
