"""Finds records of the demo by the tools themselves, for the arguments of a tool to be tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from affino_mcp.local.demo_records import ToolCaller

Arguments = Mapping[str, Any]


class Finder:
    """Finds records of the demo by list tools, as one role."""

    def __init__(self, call: ToolCaller, role: str) -> None:
        self._call, self._role = call, role

    def rows(self, tool: str, **arguments: Any) -> list[dict[str, Any]]:
        """The rows of the tool's answer; there must be one."""
        answer = self._call(self._role, tool, arguments)
        found: list[dict[str, Any]] = next(
            value for name, value in answer.items() if name != "Warnings" and isinstance(value, list)
        )
        assert found, (self._role, tool, arguments)
        return found

    def code(self, tool: str, attribute: str, **arguments: Any) -> Any:
        """The attribute of the first row."""
        return self.rows(tool, **arguments)[0][attribute]


def _first(tool: str, attribute: str, find: Finder, /, **arguments: Any) -> Any:
    return find.code(tool, attribute, **arguments)


account = partial(_first, "list_accounts", "AccountCode")
contact = partial(_first, "list_contacts", "UserCode")
contact_list = partial(_first, "list_contact_lists", "ContactListCode")
account_list = partial(_first, "list_account_lists", "AccountListCode")
opportunity = partial(_first, "list_opportunities", "OpportunityCode")
task = partial(_first, "list_tasks", "AppUserTaskCode")
note = partial(_first, "list_notes", "NoteCode")
article = partial(_first, "list_articles", "StandardItemCode")
forum = partial(_first, "list_forums", "ForumItemCode")
thread = partial(_first, "list_forum_threads", "ForumThreadCode")
media_item = partial(_first, "list_media_items", "MediaFileItemCode")
section = partial(_first, "list_sections", "StandardSectionCode")


class Tryout(NamedTuple):
    """The role that tries a tool, and a function that gives the arguments."""

    role: str
    arguments: Callable[[Finder], Arguments]


def by_role(role: str, **tries: Callable[[Finder], Arguments]) -> dict[str, Tryout]:
    """The tools that one role tries."""
    return {tool: Tryout(role, arguments) for tool, arguments in tries.items()}
