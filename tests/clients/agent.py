"""What every client under test can do, so that one table of tests serves them all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Target:
    """Where a client connects and with which headers."""

    url: str
    headers: Mapping[str, str]

    @property
    def token(self) -> str:
        """The bearer token inside the Authorization header."""
        return self.headers["Authorization"].removeprefix("Bearer ")


class Refused(Exception):
    """The service refused; the text is all that the client shows of it."""


class ToolFailed(Exception):
    """The tool answered with an error; the text is what the client shows of it."""


def shown(agent: "Agent", status: int, text: str) -> str:
    """What `agent` shows of a refusal that says `text`."""
    return agent.own_words.get(status, text)


class Agent(Protocol):
    """One client program or library.

    `client` is the name that the API Log knows it by: its own on 2026-07-28; before that a stateless call carries none,
    and the User-Agent must do. `revision` is the protocol revision that it must speak here. `own_words` are what it
    shows in place of our text, by HTTP status.
    """

    @property
    def client(self) -> str: ...

    @property
    def revision(self) -> str: ...

    @property
    def own_words(self) -> Mapping[int, str]: ...

    def tools(self, target: Target) -> set[str]:
        """Connect and list; gives the tool names. Raises Refused."""
        ...

    def call(self, target: Target, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Connect and call one tool; gives the structured result. Raises Refused, ToolFailed."""
        ...
