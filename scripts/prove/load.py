"""Clients that write without a pause, single records and many members, with and without an IdempotencyKey."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

from affino_mcp.local.network import NO_TLS_CONTEXT
from scripts.prove.mortal_service import MortalService

MEMBERS = 60
"""Contacts of a change in three shares."""
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class SentCall:
    """One call: the tool, its arguments, and the answer; None when the connection ended without one."""

    tool: str
    arguments: dict[str, Any]
    answer: dict[str, Any] | None

    @property
    def is_done(self) -> bool:
        """Whether the caller was told that all of it was done."""
        result = (self.answer or {}).get("result", {})
        warned = {warning["Code"] for warning in result.get("structuredContent", {}).get("Warnings", [])}
        return bool(result) and not result.get("isError") and "INCOMPLETE" not in warned

    @property
    def result(self) -> dict[str, Any]:
        """The structured answer of a call that was done."""
        content: dict[str, Any] = (self.answer or {})["result"]["structuredContent"]
        return content


class McpCaller:
    """Sends tool calls over plain HTTP with fixed headers."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = url
        accept = {"Accept": "application/json, text/event-stream"}
        self._http = httpx.Client(
            verify=NO_TLS_CONTEXT, trust_env=False, timeout=PATIENCE_SECONDS, headers={**headers, **accept}
        )

    def call_tool(self, tool: str, **arguments: Any) -> SentCall:
        """Sends one call."""
        params = {"name": tool, "arguments": arguments}
        try:
            sent = self._http.post(
                self._url, json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            )
            return SentCall(tool, arguments, sent.json())
        except (httpx.HTTPError, ValueError):
            return SentCall(tool, arguments, None)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


@dataclass
class LoadClient:
    """One client: a random mix of writes, until `ended`; `sent` are its calls."""

    number: int
    service: MortalService
    headers: dict[str, str]
    contacts: list[int]
    ended: threading.Event
    sent: list[SentCall] = field(default_factory=list)

    def run(self) -> None:
        """Sends calls until `ended` is set; after a cut call it waits for the next process."""
        caller, count = McpCaller(self.service.url, self.headers), 0
        chance = random.Random(self.number)  # noqa: S311 (no secret)
        while not self.ended.is_set():
            count += 1
            life = self.service.life
            self._send_next(caller, chance, f"K{self.number}-{count}")
            if self.sent[-1].answer is None:
                self.service.wait_for_life(life, self.ended)
        caller.close()

    def _send_next(self, caller: McpCaller, chance: random.Random, name: str) -> None:
        kind = chance.choice(("single", "keyed", "bulk", "keyed bulk", "update"))
        key = {"IdempotencyKey": name} if "keyed" in kind else {}
        match kind:
            case "single" | "keyed":
                self.sent.append(caller.call_tool("create_account", Name=name, **key))
            case "update":
                self.sent.append(caller.call_tool("update_contact", UserCode=chance.choice(self.contacts), City=name))
            case _:
                self._change_list(caller, name, key)

    def _change_list(self, caller: McpCaller, name: str, key: dict[str, str]) -> None:
        made = caller.call_tool("create_contact_list", Title=name)
        self.sent.append(made)
        if made.is_done:
            code = made.result["ContactList"]["ContactListCode"]
            members = {"ContactListCode": code, "UserCodes": self.contacts}
            self.sent.append(caller.call_tool("add_contact_list_members", **members, **key))


def make_contacts(caller: McpCaller) -> list[int]:
    """Creates the contacts that the changes of lists name; gives their codes."""
    made = [
        caller.call_tool("create_contact", Email=f"m{n}@o.example", FirstName=f"M{n}", LastName="Doe")
        for n in range(MEMBERS)
    ]
    return [call.result["Contact"]["UserCode"] for call in made]
